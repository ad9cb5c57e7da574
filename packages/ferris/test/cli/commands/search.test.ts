/** `ferris index` and `ferris search` as processes, over real files: what a person does first, and everything that can go wrong. */
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { beforeAll, describe, expect, test } from "vitest";
import { ferris, succeeds, startFerris, temporaryFolder } from "../support/ferris-process.ts";

const require = createRequire(import.meta.url);
/** Documents that nobody here wrote. */
const readmeOf = (name: string): string => join(dirname(require.resolve(`${name}/package.json`)), "README.md");
const readmes = ["picomatch", "picocolors"].map(readmeOf);

const folder = temporaryFolder("search");
const docs = join(folder, "docs");

beforeAll(async () => {
  mkdirSync(docs);
  cpSync(readmes[0]!, join(docs, "globs.md"));
  cpSync(readmes[1]!, join(docs, "colours.md"));
  writeFileSync(
    join(docs, "keys.md"),
    "# Operations\n\n## Rotating an API key\n\nCreate the second key first, give it to every client, and only then revoke the old one. No request fails.\n\n" +
      "## Errors\n\nError FERR-1042 means that the key has expired.\n",
  );
  writeFileSync(
    join(docs, "evil.md"),
    "# Escape\n\nA document with \u001b[2J\u001b]0;owned\u0007 in it, about the zebra crossing.\n",
  );
  await succeeds(["index", "docs", "--device", "cpu"], { cwd: folder });
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
    const child = startFerris(["search", "--device", "cpu", "glob", "-k", "50"], { cwd: folder });
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

describe("index", () => {
  test("a second run embeds nothing, a change only what changed, a deletion leaves", async () => {
    const place = temporaryFolder("again");
    cpSync(docs, join(place, "docs"), { recursive: true });
    const run = async () => {
      const { stdout, code } = await ferris(["index", "docs", "--device", "cpu", "--json"], { cwd: place });
      expect(code).toBe(0);
      const lines = stdout
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line) as Record<string, unknown>);
      for (const line of lines.slice(0, -1)) expect(line.type).toBe("progress");
      return lines.at(-1)!;
    };
    const first = await run();
    expect(first).toMatchObject({
      type: "report",
      added: 4,
      unchanged: 0,
      index: join(place, ".ferris"),
      interrupted: false,
    });
    expect(await run()).toMatchObject({ added: 0, unchanged: 4, chunksEmbedded: 0 });
    writeFileSync(
      join(place, "docs", "keys.md"),
      readFileSync(join(docs, "keys.md"), "utf8").replace("expired", "been revoked"),
    );
    rmSync(join(place, "docs", "evil.md"));
    const third = await run();
    expect(third).toMatchObject({ added: 0, changed: 1, removed: 1, unchanged: 2, chunksEmbedded: 1 });
    expect(Object.keys(third.stages as object)).toEqual(["walk", "parse", "chunk", "tokenize", "embed", "write"]);
  });

  test("says what it did, on which device, and where the time went", async () => {
    const place = temporaryFolder("summary");
    writeFileSync(join(place, "a.md"), "# One\n\nA text.\n");
    writeFileSync(join(place, "b.bin"), Buffer.from([0, 1, 2, 3, 0, 255]));
    const { stdout, stderr, code } = await ferris(["index", ".", "--device", "cpu"], { cwd: place });
    expect(code, stderr).toBe(0);
    expect(stdout).toContain("1 document indexed (1 new), 0 unchanged, 0 removed");
    expect(stdout).toMatch(/Left out: 1 \w+/);
    expect(stdout).toMatch(/on the CPU, f32, with all-minilm-l6-v2-q8/);
    expect(stdout).toMatch(/ {2}embed +\d+\.\d s +\d+ % busy/);
    const quiet = await ferris(["index", ".", "--device", "cpu", "-q"], { cwd: place });
    expect(quiet).toEqual({ code: 0, stdout: "", stderr: "" });
  });

  test("--type leaves out the others, and a misspelt one is an error", async () => {
    const place = temporaryFolder("types");
    for (const name of ["a.md", "b.txt"]) writeFileSync(join(place, name), `# ${name}\n`);
    const { stdout } = await ferris(["index", ".", "--type", "text", "--device", "cpu"], { cwd: place });
    expect(stdout).toContain("1 document indexed");
    expect((await ferris(["ls"], { cwd: place })).stdout).toBe("b.txt\n");
    expect((await ferris(["index", ".", "--type", "txt", "--device", "cpu"], { cwd: place })).code).toBe(2);
  });

  test("settings of the folder are respected, and may not choose a model", async () => {
    const place = temporaryFolder("settings");
    writeFileSync(join(place, "a.md"), "one");
    writeFileSync(join(place, "b.txt"), "two");
    writeFileSync(join(place, "ferris.json"), '{"include": ["*.md"]}');
    const { stdout } = await ferris(["index", ".", "--device", "cpu"], { cwd: place });
    expect(stdout).toContain("1 document indexed");
    writeFileSync(join(place, "ferris.json"), '{"model": "evil/model"}');
    const refused = await ferris(["index", "."], { cwd: place });
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain('sets "model", which a folder\'s file may not');
  });

  test("paths that are not there, and files that cannot be read, are told apart by the exit code", async () => {
    const place = temporaryFolder("bad");
    expect(await ferris(["index", "nowhere", "--device", "cpu"], { cwd: place })).toMatchObject({ code: 3 });
    writeFileSync(join(place, "good.md"), "# Good\n\nText.\n");
    // No character set has all of these bytes.
    writeFileSync(join(place, "bytes.md"), Buffer.from("Ein K\x81\x8d\xffer l\x8f\x90\x9dft \xfe\xff\n", "latin1"));
    const { code, stdout, stderr } = await ferris(["index", ".", "--device", "cpu"], { cwd: place });
    expect(code).toBe(9);
    expect(stderr).toContain("bytes.md");
    expect(stdout).toContain("1 document indexed");
    expect((await search(["good"], {}, place)).code).toBe(0);
  });

  test("an index that cannot be written ends with 8", async () => {
    const place = temporaryFolder("unwritable");
    writeFileSync(join(place, "a.md"), "one");
    const { code, stderr } = await ferris(["index", ".", "--device", "cpu", "--db", "a.md/index"], { cwd: place });
    expect(code).toBe(8);
    expect(stderr).toContain("The flag for it is --db");
  });

  test.runIf(process.platform === "linux")("--device gpu without a GPU is an error and never a fallback", async () => {
    const place = temporaryFolder("nogpu");
    writeFileSync(join(place, "a.md"), "one");
    const environment = { VK_DRIVER_FILES: "/nonexistent", METAL_CANDLE_ALLOW_SOFTWARE_ADAPTER: undefined };
    const { code, stderr } = await ferris(["index", ".", "--device", "gpu"], { cwd: place, environment });
    expect(code).toBe(14);
    expect(stderr).toMatch(/GPU/);
    expect(existsSync(join(place, ".ferris", "index.db"))).toBe(false);
    const automatic = await ferris(["index", ".", "--device", "auto"], { cwd: place, environment });
    expect(automatic.code).toBe(0);
    expect(automatic.stderr).toMatch(/device auto is the CPU\. No GPU: /);
  });

  test("Ctrl-C half-way leaves a whole index, and the next run goes on", async () => {
    const place = temporaryFolder("interrupt");
    mkdirSync(join(place, "docs"));
    // Enough for several seconds of embedding, in documents of their own.
    const paragraphs = readFileSync(readmes[0]!, "utf8")
      .split("\n\n")
      .filter(({ length }) => length > 100 && length < 600);
    const count = 150;
    for (let i = 0; i < count; i++) {
      writeFileSync(join(place, "docs", `${i}.md`), `# ${i}\n\n${paragraphs[i % paragraphs.length]} ${i}\n`);
    }
    const child = startFerris(["index", "docs", "--device", "cpu", "--json"], { cwd: place });
    let stdout = "";
    let asked = false;
    child.stdout!.on("data", (data: Buffer) => {
      stdout += data.toString();
      if (asked || !/"filesDone":[1-9]/.test(stdout)) return;
      asked = true;
      child.kill("SIGINT");
    });
    expect(await new Promise((resolve) => child.on("close", resolve))).toBe(130);
    const report = JSON.parse(stdout.trim().split("\n").at(-1)!) as {
      type: string;
      added: number;
      interrupted: boolean;
    };
    expect(report).toMatchObject({ type: "report", interrupted: true });
    expect(report.added).toBeGreaterThan(0);
    expect(report.added).toBeLessThan(count);
    expect((await ferris(["ls"], { cwd: place })).stdout.trim().split("\n").length).toBe(report.added);
    const { stdout: again, code } = await ferris(["index", "docs", "--device", "cpu", "--json"], { cwd: place });
    expect(code).toBe(0);
    const rest = JSON.parse(again.trim().split("\n").at(-1)!) as { added: number; unchanged: number };
    expect(rest.added + rest.unchanged).toBe(count);
    expect(rest.unchanged).toBeGreaterThanOrEqual(report.added);
  });
});

describe("watch", () => {
  test("indexes at once and after changes, until Ctrl-C", async () => {
    const place = temporaryFolder("watch");
    mkdirSync(join(place, "docs"));
    writeFileSync(join(place, "docs", "a.md"), "# One\n\nThe first text.\n");
    const child = startFerris(["watch", "docs", "--device", "cpu", "--json"], { cwd: place });
    const reports: { added: number; changed: number; renamed: number; removed: number; chunksEmbedded: number }[] = [];
    let pending = "";
    child.stdout!.on("data", (data: Buffer) => {
      const lines = (pending + data.toString()).split("\n");
      pending = lines.pop()!;
      for (const line of lines) reports.push(JSON.parse(line) as (typeof reports)[number]);
    });
    const reported = async (count: number): Promise<void> => {
      for (let waited = 0; waited < 30_000 && reports.length < count; waited += 50) await sleep(50);
      expect(reports.length).toBeGreaterThanOrEqual(count);
    };
    await reported(1);
    expect(reports[0]).toMatchObject({ added: 1 });
    writeFileSync(join(place, "docs", "b.md"), "# Two\n\nThe second text, about zebras.\n");
    await reported(2);
    expect(reports[1]).toMatchObject({ added: 1, chunksEmbedded: 1 });
    renameSync(join(place, "docs", "b.md"), join(place, "docs", "c.md"));
    await reported(3);
    expect(reports[2]).toMatchObject({ renamed: 1, chunksEmbedded: 0 });
    const { stdout } = await search(["zebras", "--mode", "text", "--format", "files"], {}, place);
    expect(stdout).toBe(`${join("docs", "c.md")}\n`);
    child.kill("SIGINT");
    expect(await new Promise((resolve) => child.on("close", resolve))).toBe(130);
  });

  test("without an index has to be told what to watch", async () => {
    const { code, stderr } = await ferris(["watch"], { cwd: temporaryFolder("nothing") });
    expect(code).toBe(3);
    expect(stderr).toContain("say what to watch");
  });
});
