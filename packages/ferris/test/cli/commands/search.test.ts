/** `ferris search` as a process, over real files: what a person asks, and everything that can go wrong. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { ferris, keepModels, succeeds, temporaryFolder } from "../support/ferris-here.ts";
import { startFerris } from "../support/ferris-process.ts";
import { writeFoundDocuments } from "../support/found-documents.ts";

const folder = temporaryFolder("search");
const docs = join(folder, "docs");

beforeAll(async () => {
  writeFoundDocuments(docs);
  await succeeds(["index", "docs", "--device", "cpu"], { cwd: folder });
  keepModels();
});

const search = (args: readonly string[], environment = {}, cwd = folder) =>
  ferris(["search", "--device", "cpu", ...args], { cwd, environment });

interface Found {
  results: {
    path: string;
    startLine: number;
    endLine: number;
    headingPath: string[];
    cosine: number | null;
    chunkId: number;
    text: string;
  }[];
}

describe("search", () => {
  test("finds by meaning, and says file, headings and lines", async () => {
    const { code, stdout } = await search(["swap out a credential safely", "-k", "1", "--json"]);
    expect(code).toBe(0);
    const [best] = (JSON.parse(stdout) as Found).results;
    expect(best).toMatchObject({ path: join(docs, "keys.md"), headingPath: ["Operations", "Rotating an API key"] });
    const lines = readFileSync(best!.path, "utf8")
      .split("\n")
      .slice(best!.startLine - 1, best!.endLine);
    expect(lines.join("\n")).toContain("Create the second key first");
    expect(best!.text).toContain(lines.at(-1));
  });

  test("finds exact codes by their words, without loading a model", async () => {
    const { code, stdout } = await search(["--mode", "text", "FERR-1042", "--json", "--model", "not/there"]);
    expect(code).toBe(0);
    expect((JSON.parse(stdout) as Found).results[0]!.path).toBe(join(docs, "keys.md"));
  });

  test("prints cards from any folder below, with paths as short as they can be", async () => {
    const { stdout } = await search(["rotate key", "-k", "1"], {}, docs);
    expect(stdout).toMatch(/^ 1\. keys\.md:1-5 {2}Operations › Rotating an API key {2}0\.\d{3}/);
    expect(stdout).toContain("Create the second key first");
  });

  test("colours and links only where they are wanted", async () => {
    const plain = await search(["rotate key", "-k", "1"]);
    expect(plain.stdout).not.toContain("\u001b");
    const rich = await search(["rotate key", "-k", "1"], { FORCE_COLOR: "1", FORCE_HYPERLINK: "1" });
    expect(rich.stdout).toContain("\u001b]8;;file://");
    expect(rich.stdout).toContain("\u001b[33mRotating");
    const without = await search(["rotate key", "-k", "1", "--no-color"], { FORCE_COLOR: "1" });
    expect(without.stdout).not.toContain("\u001b[");
  });

  test("what a document says does not steer the terminal", async () => {
    const { stdout } = await search(["zebra crossing", "-k", "1"], { FORCE_COLOR: "1" });
    expect(stdout).toContain("␛[2J");
    expect(stdout).not.toContain("\u001b[2J");
    expect(stdout).not.toContain("\u0007");
  });

  test("several results are one result a place, best first", async () => {
    const { stdout } = await search(["glob options", "-k", "5", "--mode", "vector", "--json"]);
    const { results } = JSON.parse(stdout) as Found;
    expect(results.length).toBeGreaterThan(1);
    const cosines = results.map(({ cosine }) => cosine!);
    expect(cosines).toEqual(cosines.toSorted((a, b) => b - a));
  });

  test("ends with 1 when nothing is found", async () => {
    const { code, stdout, stderr } = await search(["--mode", "text", "xyzzyqwv"]);
    expect({ code, stdout, stderr }).toEqual({ code: 1, stdout: "", stderr: "nothing found\n" });
  });

  test("says that nothing is relevant, and what came nearest; a code that is there is relevant by itself", async () => {
    const { code, stdout, stderr } = await search(["best hiking trails near Lisbon"]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toMatch(
      /^nothing relevant\. The nearest miss is docs\/\S+:\d+-\d+ .* unrelated text in this index scores up to 0\.\d{3}/,
    );
    const json = JSON.parse((await search(["best hiking trails near Lisbon", "--json"])).stdout) as {
      results: unknown[];
      nearestMiss: { cosine: number };
      noiseFloor: number;
    };
    expect(json.results).toEqual([]);
    expect(json.nearestMiss.cosine).toBeLessThan(json.noiseFloor);
    expect((await search(["best hiking trails near Lisbon", "--min-score", "-1"])).code).toBe(0);
    expect((await search(["FERR-1042"])).stdout).toContain("keys.md");
  });

  test("--rerank has a cross-encoder decide the order, and has to find one", async () => {
    const reranker = new URL("../../../../metal-candle/test/goldens/tiny/bert-reranker-1/", import.meta.url).pathname;
    const { code, stdout, stderr } = await search(["glob options", "-k", "5", "--json", "--reranker", reranker]);
    expect(code, stderr).toBe(0);
    const scores = (JSON.parse(stdout) as { results: { rerankScore: number }[] }).results.map(
      (result) => result.rerankScore,
    );
    expect(scores.length).toBeGreaterThan(1);
    expect(scores).toEqual(scores.toSorted((a, b) => b - a));
    const card = await search(["glob options", "-k", "1", "--explain", "--reranker", reranker]);
    expect(card.stdout).toMatch(/ rerank -?\d+\.\d{3} #\d+$/m);
    expect(card.stdout).toMatch(/^meaning: every vector compared$/m);
    const unnamed = await search(["glob options", "--rerank"], { FERRIS_RERANKER: "nobody/nothing" });
    expect(unnamed.code).toBe(2);
    expect(unnamed.stderr).toContain("nobody/nothing");
  });

  test("filters choose documents before the best are cut off", async () => {
    const { stdout } = await search(["rotate key", "-k", "1", "--path", "globs.md", "--json"]);
    expect((JSON.parse(stdout) as Found).results.map(({ path }) => path)).toEqual([join(docs, "globs.md")]);
    const nothing = await search(["rotate key", "--path", "*.pdf"]);
    expect(nothing.code).toBe(1);
    expect(nothing.stderr).toContain("no document in the index passes the filter");
  });

  test("a reader that has had enough is not an error", async () => {
    const child = startFerris(["search", "--device", "cpu", "glob", "-k", "50"], {
      cwd: folder,
      environment: { FERRIS_SOCKET: "off" },
    });
    let stderr = "";
    child.stderr!.on("data", (data: Buffer) => (stderr += data.toString()));
    child.stdout!.destroy();
    expect(await new Promise((resolve) => child.on("close", resolve))).toBe(0);
    expect(stderr).toBe("");
  });
});

describe("search errors end with 2, as ripgrep's do", () => {
  test.each([
    [[""], "the query is empty"],
    [["   "], "the query is empty"],
    [["x", "-k", "0"], "--limit is 0: it must be a whole number from 1 to 1000"],
    [["x", "--mode", "magic"], '--mode is "magic": it must be one of hybrid, vector, text'],
    [["x", "--type", "markdwon"], 'unknown document type "markdwon"'],
    [["x", "--since", "yesterday"], 'invalid time "yesterday"'],
    [["x", "--modle", "y"], "unknown option '--modle'"],
    [["x", "--db", "nowhere"], "no index"],
    [["x", "--model", "nobody/nothing"], "is not on this machine"],
  ])("%j", async (args, message) => {
    const { code, stdout, stderr } = await search(args);
    expect(stderr.toLowerCase()).toContain(message.toLowerCase());
    expect(code).toBe(2);
    expect(stdout).toBe("");
  });

  test("no index anywhere above says how to make one", async () => {
    const { code, stderr } = await search(["x"], {}, temporaryFolder("empty"));
    expect(code).toBe(2);
    expect(stderr).toContain("ferris index");
  });

  test("another model than the index's is named, and so is the index's own", async () => {
    const other = new URL("../../../../metal-candle/test/goldens/tiny/bert/", import.meta.url).pathname;
    const { code, stderr } = await search(["x", "--model", other]);
    expect(code).toBe(2);
    expect(stderr).toContain("all-minilm-l6-v2-q8");
    expect(stderr).toContain("bert");
  });

  test("a damaged index is named", async () => {
    const damaged = join(folder, "damaged");
    mkdirSync(damaged);
    writeFileSync(join(damaged, "index.db"), "this is not a database, though it is long enough to look at".repeat(100));
    const { code, stderr } = await search(["x", "--db", damaged]);
    expect(code).toBe(2);
    expect(stderr).toContain(join(damaged, "index.db"));
    expect(stderr).not.toContain("    at ");
  });
});
