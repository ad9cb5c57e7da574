/** `ferris index` and `ferris watch`: what a person does first, and everything that can go wrong. */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { openIndexForWriting } from "../../../src/store/index.ts";
import { ferris, temporaryFolder, useTinyModel } from "../support/ferris-here.ts";
import { ferris as ferrisProcess, startFerris } from "../support/ferris-process.ts";
import { writeFoundDocuments } from "../support/found-documents.ts";

useTinyModel();

describe("index", () => {
  test("a second run embeds nothing, a change only what changed, a deletion leaves", async () => {
    const place = temporaryFolder("again");
    const docs = join(place, "docs");
    writeFoundDocuments(docs);
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
      join(docs, "keys.md"),
      readFileSync(join(docs, "keys.md"), "utf8").replace("expired", "been revoked"),
    );
    rmSync(join(docs, "evil.md"));
    const third = await run();
    expect(third).toMatchObject({ added: 0, changed: 1, removed: 1, unchanged: 2, chunksEmbedded: 1 });
    expect(Object.keys(third.stages as object)).toEqual(["walk", "parse", "chunk", "tokenize", "embed", "write"]);
  });

  test("says what it did, on which device, and where the time went", async () => {
    const place = temporaryFolder("summary");
    writeFileSync(join(place, "a.md"), "# One\n\nA text.\n");
    writeFileSync(join(place, "b.bin"), Buffer.from([0, 1, 2, 3, 0, 255]));
    const environment = { FERRIS_MODEL: undefined };
    const { stdout, stderr, code } = await ferris(["index", ".", "--device", "cpu"], { cwd: place, environment });
    expect(code, stderr).toBe(0);
    expect(stdout).toContain("1 document indexed (1 new), 0 unchanged, 0 removed");
    expect(stdout).toMatch(/Left out: 1 \w+/);
    expect(stdout).toMatch(/on the CPU, f32, with all-minilm-l6-v2-q8/);
    expect(stdout).toMatch(/ {2}embed +\d+\.\d s +\d+ % busy/);
    const quiet = await ferris(["index", ".", "--device", "cpu", "-q"], { cwd: place, environment });
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
    expect((await ferris(["search", "good", "--mode", "text"], { cwd: place })).code).toBe(0);
  });

  test("an index that cannot be written ends with 8", async () => {
    const place = temporaryFolder("unwritable");
    writeFileSync(join(place, "a.md"), "one");
    const { code, stderr } = await ferris(["index", ".", "--device", "cpu", "--db", "a.md/index"], { cwd: place });
    expect(code).toBe(8);
    expect(stderr).toContain("The flag for it is --db");
    const read = await ferris(["search", "one", "--db", "a.md/index"], { cwd: place });
    expect(read.stderr).toContain("there is no index at");
    expect(read.code).toBe(2);
  });

  test.runIf(process.platform === "linux")("--device gpu without a GPU is an error and never a fallback", async () => {
    const place = temporaryFolder("nogpu");
    writeFileSync(join(place, "a.md"), "one");
    const environment = { VK_DRIVER_FILES: "/nonexistent", METAL_CANDLE_ALLOW_SOFTWARE_ADAPTER: undefined };
    const { code, stderr } = await ferrisProcess(["index", ".", "--device", "gpu"], { cwd: place, environment });
    expect(code).toBe(14);
    expect(stderr).toMatch(/GPU/);
    expect(existsSync(join(place, ".ferris", "index.db"))).toBe(false);
    const automatic = await ferrisProcess(["index", ".", "--device", "auto"], { cwd: place, environment });
    expect(automatic.code).toBe(0);
    expect(automatic.stderr).toMatch(/device auto is the CPU\. No GPU: /);
  });

  test("while vectors are missing, search and status say how far they are, and index goes on", async () => {
    const place = temporaryFolder("pending");
    const docs = join(place, "docs");
    writeFoundDocuments(docs);
    const index = ["index", "docs", "--device", "cpu", "--json"];
    const { stdout } = await ferris(index, { cwd: place });
    expect(JSON.parse(stdout.trim().split("\n").at(-1)!)).toMatchObject({ chunksWithoutVectors: 0 });
    expect(stdout).toMatch(/"wordsFinished":true,"chunksToEmbed":[1-9]/);
    // As a run that was killed leaves it.
    const store = await openIndexForWriting(join(place, ".ferris"), {});
    const [document] = (await store.documents()).filter(({ path }) => path.endsWith("keys.md"));
    const chunks = (await store.chunksOf(document!.id)).map((chunk) => ({
      ...chunk,
      hash: createHash("sha256").update(chunk.hash).digest("hex"),
      embeddingText: chunk.text,
    }));
    await store.putDocuments([{ record: document!, chunks }], new Map());
    await store.close();

    const search = ["search", "FERR-1042", "--device", "cpu"];
    const { stdout: json } = await ferris([...search, "--json"], { cwd: place });
    const answer = JSON.parse(json) as { results: { path: string; cosine: number | null }[]; vectorShare: number };
    expect(answer.results[0]).toMatchObject({ path: document!.path, cosine: null });
    expect(answer.vectorShare).toBeLessThan(1);
    const said = await ferris(search, { cwd: place });
    expect(said.stderr).toMatch(/\d+ % of the passages have vectors so far; the others are found by their words alone/);
    const asked = await ferris(["ask", "FERR-1042", "--device", "cpu"], { cwd: place });
    expect(asked.stderr).toMatch(/indexing is not finished: \d+ % of the passages have vectors so far/);
    const near = await ferris(["related", document!.path], { cwd: place });
    expect(near.stderr).toContain("what was asked about has no vectors yet, so nothing can be near it");
    const { stdout: nearJson } = await ferris(["related", document!.path, "--json"], { cwd: place });
    expect(JSON.parse(nearJson)).toMatchObject({ sourceVectorShare: 0, vectorShare: answer.vectorShare });
    expect((await ferris(["status"], { cwd: place })).stdout).toMatch(/Vectors +\d+ of \d+ chunks \(\d+ %\)/);
    const { stdout: again } = await ferris(index, { cwd: place });
    expect(JSON.parse(again.trim().split("\n").at(-1)!)).toMatchObject({
      added: 0,
      changed: 0,
      unchanged: 4,
      chunksEmbedded: chunks.length,
    });
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
      for (let waited = 0; waited < 120_000 && reports.length < count; waited += 50) await sleep(50);
      expect(reports.length).toBeGreaterThanOrEqual(count);
    };
    await reported(1);
    expect(reports[0]).toMatchObject({ added: 1 });
    // Whole at once: a file that is still empty when it is seen would be one more change.
    writeFileSync(join(place, "b.md"), "# Two\n\nThe second text, about zebras.\n");
    renameSync(join(place, "b.md"), join(place, "docs", "b.md"));
    await reported(2);
    expect(reports[1]).toMatchObject({ added: 1, chunksEmbedded: 1 });
    renameSync(join(place, "docs", "b.md"), join(place, "docs", "c.md"));
    await reported(3);
    expect(reports[2]).toMatchObject({ renamed: 1, chunksEmbedded: 0 });
    const { stdout } = await ferris(["search", "zebras", "--mode", "text", "--format", "files"], { cwd: place });
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
