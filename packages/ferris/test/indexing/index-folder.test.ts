/** Indexing: what changed is embedded, what went leaves, what moved costs nothing, and a stop loses nothing. */
import { appendFileSync, mkdirSync, renameSync, rmSync, truncateSync, utimesSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { describe, expect, test } from "vitest";
import { IndexMismatchError, InputError, UsageError } from "../../src/errors.ts";
import { indexPaths } from "../../src/indexing/index-folder.ts";
import type { IndexProgress } from "../../src/indexing/report.ts";
import { openIndexForWriting } from "../../src/store/index.ts";
import { textQuery } from "../store/support/records.ts";
import { folderOf } from "../support/files.ts";
import { failingAfter, wordsEmbedder } from "./support/words-embedder.ts";
import { age, indexOf, sections } from "./support/index-of.ts";

describe("indexPaths", () => {
  test("indexes a folder once; a second run looks at times only", async () => {
    const folder = folderOf({ "a.md": sections("one", "two"), "sub/b.txt": "plain text", "c.png": "x" });
    age(folder, "a.md");
    age(folder, "sub/b.txt");
    const index = await indexOf(folder);
    const first = await index.run();
    expect(first).toMatchObject({
      added: 2,
      unchanged: 0,
      chunks: 3,
      chunksEmbedded: 3,
      skipped: { picture: 1 },
      failures: [],
      interrupted: false,
    });
    expect(first.tokensEmbedded).toBe((await index.store.statistics()).tokens);
    expect(await index.paths()).toEqual(["a.md", "sub/b.txt"]);
    expect(await index.texts("sub/b.txt")).toEqual(["plain text"]);
    for (const { seconds, busy } of Object.values(first.stages)) {
      expect(seconds).toBeGreaterThan(0);
      expect(busy).toBeLessThanOrEqual(1.01);
    }
    const second = await index.run();
    expect(second).toMatchObject({ added: 0, changed: 0, unchanged: 2, chunksEmbedded: 0, texts: [] });
    expect(second.stages.parse.seconds).toBeLessThan(first.stages.parse.seconds);
  });

  test("a file that was only touched is not parsed again; one changed within the clock's grain is noticed", async () => {
    const folder = folderOf({ "a.md": "same", "b.md": "old!" });
    const index = await indexOf(folder);
    await index.run();
    utimesSync(join(folder, "a.md"), 1, 1);
    writeFileSync(join(folder, "b.md"), "new!");
    const second = await index.run();
    expect(second).toMatchObject({ changed: 1, unchanged: 1, texts: ["b\nnew!"] });
    expect((await index.store.document(join(folder, "a.md")))!.modifiedTime).toBe(1000);
  });

  test("a renamed file is read again where the model reads its name, and only there", async () => {
    const folder = folderOf({ "yard.txt": "no heading", "b.md": "# Heading\n\ntext" });
    const index = await indexOf(folder);
    await index.run();
    renameSync(join(folder, "yard.txt"), join(folder, "garden.txt"));
    renameSync(join(folder, "b.md"), join(folder, "c.md"));
    const second = await index.run();
    expect(second).toMatchObject({ renamed: 2, added: 0, removed: 0, texts: ["garden\nno heading"] });
    expect(await index.run()).toMatchObject({ renamed: 0, unchanged: 2, texts: [] });
  });

  test("of a changed file only the changed chunks are embedded", async () => {
    const folder = folderOf({ "a.md": sections("one", "two", "three") });
    const index = await indexOf(folder);
    await index.run();
    writeFileSync(join(folder, "a.md"), sections("zero", "one", "three"));
    const report = await index.run();
    expect(report).toMatchObject({ changed: 1, chunks: 3, chunksReused: 2, chunksEmbedded: 1 });
    expect(report.texts[0]).toContain("zero");
    expect((await index.texts("a.md"))!.map((text) => text.slice(3, 7))).toEqual(["zero", "one\n", "thre"]);
  });

  test("renames cost nothing, a whole folder's too", async () => {
    const folder = folderOf({ "a/x.md": sections("one"), "a/y.md": sections("two"), "z.md": sections("three") });
    const index = await indexOf(folder);
    await index.run();
    const before = await index.store.document(join(folder, "a/x.md"));
    renameSync(join(folder, "a"), join(folder, "b"));
    const report = await index.run();
    expect(report).toMatchObject({ renamed: 2, added: 0, unchanged: 1, removed: 0, texts: [] });
    expect(await index.paths()).toEqual(["b/x.md", "b/y.md", "z.md"]);
    expect((await index.store.document(join(folder, "b/x.md")))!.id).toBe(before!.id);
  });

  test("what is deleted leaves the index, below the named paths only", async () => {
    const folder = folderOf({ "a/x.md": "x", "a/y.md": "y", "b/z.md": "z", "b/w.md": "w" });
    const index = await indexOf(folder);
    await index.run();
    rmSync(join(folder, "a/x.md"));
    rmSync(join(folder, "b/z.md"));
    expect(await index.run({ paths: [join(folder, "a")] })).toMatchObject({ removed: 1 });
    expect(await index.paths()).toEqual(["a/y.md", "b/w.md", "b/z.md"]);
    expect(await index.run()).toMatchObject({ removed: 1, unchanged: 2 });
    expect(await index.paths()).toEqual(["a/y.md", "b/w.md"]);
    await expect(index.run({ paths: [join(folder, "gone")] })).rejects.toThrow(InputError);
  });

  test("filters add, ignore rules take away", async () => {
    const folder = folderOf({ "a.md": "a", "b.txt": "b", "c.md": "c" });
    const index = await indexOf(folder);
    await index.run({ include: ["*.md"] });
    await index.run({ include: ["*.txt"] });
    expect(await index.paths()).toEqual(["a.md", "b.txt", "c.md"]);
    writeFileSync(join(folder, ".ferrisignore"), "c.md\n");
    expect(await index.run()).toMatchObject({ removed: 1, skipped: { ignored: 1, hidden: 1 } });
    expect(await index.paths()).toEqual(["a.md", "b.txt"]);
  });

  test("types choose documents; the others stay as they are, whatever became of their files", async () => {
    const folder = folderOf({ "a.md": "a", "b.txt": "b", "c.json": "[1]", "page.txt": "<!doctype html><p>page" });
    const index = await indexOf(folder);
    expect(await index.run({ types: ["markdown", "html"] })).toMatchObject({ added: 2, skipped: { filtered: 2 } });
    expect(await index.paths()).toEqual(["a.md", "page.txt"]);
    await index.run();
    for (const name of ["a.md", "b.txt", "page.txt"]) rmSync(join(folder, name));
    age(folder, "c.json");
    expect(await index.run({ types: ["text"] })).toMatchObject({ removed: 1, skipped: { filtered: 1 } });
    expect(await index.paths()).toEqual(["a.md", "c.json", "page.txt"]);
    await expect(index.run({ types: ["txt"] })).rejects.toThrow(
      /unknown document type "txt": it must be one of markdown/,
    );
  });

  test("sections that move to another file are not embedded again", async () => {
    const folder = folderOf({ "a.md": sections("one", "two"), "b.md": sections("three") });
    const index = await indexOf(folder);
    await index.run();
    writeFileSync(join(folder, "a.md"), sections("two"));
    writeFileSync(join(folder, "b.md"), sections("three", "one"));
    expect(await index.run()).toMatchObject({ changed: 2, chunksReused: 3, texts: [] });
  });

  test("text that stands in many files goes through the model once", async () => {
    const files = Object.fromEntries(
      Array.from({ length: 20 }, (_, i) => [`${i}.md`, `${sections("license")}\n${sections(`own${i}`)}`]),
    );
    const index = await indexOf(folderOf(files));
    const report = await index.run();
    expect(report.chunks).toBe(40);
    expect(report.texts.filter((text) => text.includes("license")).length).toBe(1);
    expect(report).toMatchObject({ chunksEmbedded: 21, chunksReused: 19 });
  });

  test("bad files cost one line each, the rest is indexed", async () => {
    const folder = folderOf({
      "good.md": "good",
      "latin.txt": Buffer.from("\xff\xff", "latin1"),
      "wide.txt": Buffer.from("\ufeffwide text", "utf16le"),
      "program.txt": Buffer.from("\x7fELF\0\0"),
      "blank.txt": "\n \n",
      "min.js": "var a=1;".repeat(2000),
      "line.txt": "word ".repeat(200_000),
      "huge.txt": "",
      "a\nnewline.md": "named oddly",
    });
    truncateSync(join(folder, "huge.txt"), 2 ** 31);
    const index = await indexOf(folder);
    const report = await index.run();
    expect(await index.paths()).toEqual(["a\nnewline.md", "good.md", "line.txt", "wide.txt"]);
    expect(report.skipped).toEqual({ encoding: 1, binary: 1, empty: 1, minified: 1, "too large": 1 });
    expect(report.failures.map(({ path, reason, message }) => [relative(folder, path), reason, message])).toEqual([
      ["huge.txt", "too large", expect.stringMatching(/2048 MB, the limit is 64 MB/)],
      ["latin.txt", "encoding", expect.stringMatching(/0xFF at offset 0/)],
    ]);
  });

  test("an indexed file that turned bad leaves the index", async () => {
    const folder = folderOf({ "a.txt": "text" });
    const index = await indexOf(folder);
    await index.run();
    writeFileSync(join(folder, "a.txt"), Buffer.from("\xff\xff", "latin1"));
    expect(await index.run()).toMatchObject({ removed: 1, skipped: { encoding: 1 } });
  });

  test("other chunker settings cut again and keep what stays the same", async () => {
    const long = Array.from({ length: 20 }, (_, i) => `Sentence ${i} stands here. `).join("");
    const folder = folderOf({ "a.txt": long, "b.txt": "short" });
    age(folder, "a.txt");
    age(folder, "b.txt");
    const index = await indexOf(folder);
    await index.run({ chunker: { maxTokens: 60 } });
    const before = (await index.texts("a.txt"))!.length;
    const report = await index.run({ chunker: { maxTokens: 30 } });
    expect(report).toMatchObject({ changed: 2, chunksReused: 1 });
    expect((await index.texts("a.txt"))!.length).toBeGreaterThan(before);
    await expect(index.run({ chunker: { maxTokens: 65 } })).rejects.toThrow(UsageError);
  });

  test("an empty folder is an empty report", async () => {
    const index = await indexOf(folderOf());
    expect(await index.run()).toMatchObject({ added: 0, chunks: 0, skipped: {}, failures: [] });
  });

  test("the index's own files and folder are never read", async () => {
    const folder = folderOf({ "a.md": "a" });
    for (const place of [folder, join(folder, ".ferris"), join(folder, "index")]) {
      const embedder = wordsEmbedder();
      const store = await openIndexForWriting(place, { identity: embedder.identity });
      const report = await indexPaths({ paths: [folder], store, embedder });
      await store.close();
      expect([report.added, report.failures]).toEqual([1, []]);
      // What the next index finds here is not its own.
      for (const name of ["index.db", "index.sum"]) rmSync(join(place, name));
    }
  });

  test("the same files give the same rows", async () => {
    const folder = folderOf(
      Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`${i % 3}/${i}.md`, sections(`s${i}`, "common")])),
    );
    const dumps = [];
    for (let i = 0; i < 2; i++) {
      const index = await indexOf(folder);
      await index.run();
      const documents = await index.store.documents();
      const chunks = await Promise.all(documents.map((document) => index.store.chunksOf(document.id)));
      dumps.push(chunks.flat().map((chunk) => ({ ...chunk, id: 0, documentId: 0 })));
    }
    expect(dumps[0].length).toBe(60);
    expect(dumps[1]).toEqual(dumps[0]);
  });

  test("another model is refused before anything is touched", async () => {
    const folder = folderOf({ "a.md": "a" });
    const index = await indexOf(folder);
    await expect(index.run({ embedder: wordsEmbedder({ model: "another" }) })).rejects.toThrow(IndexMismatchError);
    expect(await index.paths()).toEqual([]);
  });

  test("progress never goes back and ends complete", async () => {
    const folder = folderOf(Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`${i}.md`, sections(`s${i}`)])));
    appendFileSync(join(folder, "0.md"), sections("more"));
    const seen: IndexProgress[] = [];
    const index = await indexOf(folder);
    const report = await index.run({
      embedder: wordsEmbedder({ milliseconds: 30 }),
      onProgress: (progress) => seen.push(progress),
    });
    expect(seen.length).toBeGreaterThan(1);
    for (const key of [
      "files",
      "bytes",
      "filesDone",
      "bytesDone",
      "chunksEmbedded",
      "tokensEmbedded",
      "seconds",
    ] as const) {
      const values = seen.map((progress) => progress[key]);
      expect(values).toEqual(values.toSorted((a, b) => a - b));
    }
    expect(seen.at(-1)).toMatchObject({ walkFinished: true, files: 40, filesDone: 40, chunksEmbedded: report.chunks });
    expect(seen.at(-1)!.bytesDone).toBe(seen.at(-1)!.bytes);
  });
});

describe("a run that ends early", () => {
  const manyFiles = (files: number, each: number) =>
    folderOf(
      Object.fromEntries(
        Array.from({ length: files }, (_, i) => [
          `${i}.md`,
          sections(...Array.from({ length: each }, (_n, n) => `s${i}n${n}`)),
        ]),
      ),
    );

  test("a signal stops it while words are written: the index is whole, the next run does only the rest", async () => {
    const index = await indexOf(manyFiles(300, 4));
    const controller = new AbortController();
    let files = 0;
    const first = await index.run({
      signal: controller.signal,
      onFile: () => ++files > 40 && controller.abort(new Error("Ctrl-C")),
    });
    const done = (await index.store.documents()).length;
    expect(done).toBeGreaterThan(40);
    expect(done).toBeLessThan(300);
    expect(first).toMatchObject({ interrupted: true, chunksEmbedded: 0, chunksWithoutVectors: 4 * done });
    for (const document of await index.store.documents()) expect(document.chunks).toBe(4);
    const second = await index.run();
    expect(second).toMatchObject({ interrupted: false, added: 300 - done, unchanged: done, removed: 0 });
    expect(second).toMatchObject({ chunksEmbedded: 1200, chunksWithoutVectors: 0 });
  });

  test("a signal stops it while it embeds: all is found by words, and the next run embeds only the rest", async () => {
    const index = await indexOf(manyFiles(40, 20));
    const controller = new AbortController();
    const first = await index.run({
      embedder: wordsEmbedder({ milliseconds: 300 }),
      signal: controller.signal,
      onProgress: ({ chunksEmbedded }) => chunksEmbedded > 0 && controller.abort(new Error("Ctrl-C")),
    });
    expect(first).toMatchObject({ interrupted: true, added: 40, chunks: 800 });
    expect(first.chunksEmbedded).toBeGreaterThan(100);
    expect(await index.store.searchText(textQuery("s39n19"), { limit: 9 })).toHaveLength(1);
    const { chunksWithVectors, documentsWithVectors } = await index.store.statistics();
    expect(chunksWithVectors).toBe(20 * documentsWithVectors);
    expect(chunksWithVectors).toBe(800 - first.chunksWithoutVectors);
    const second = await index.run();
    expect(second).toMatchObject({ unchanged: 40, added: 0, chunksEmbedded: 800 - first.chunksEmbedded });
    expect(second.texts.length).toBe(800 - first.chunksEmbedded);
    expect(await index.store.vectorShare()).toBe(1);
  });

  test("embedding that gives way ends after the calls under way, and is no interruption", async () => {
    const index = await indexOf(manyFiles(40, 20));
    const enough = new AbortController();
    const first = await index.run({
      embedder: wordsEmbedder({ milliseconds: 300 }),
      embedUntil: enough.signal,
      onProgress: ({ chunksEmbedded }) => chunksEmbedded > 0 && enough.abort(),
    });
    expect(first).toMatchObject({ interrupted: false, added: 40 });
    expect(first.texts.length).toBe(first.chunksEmbedded);
    expect(first.chunksWithoutVectors).toBeGreaterThan(0);
    expect((await index.run()).texts.length).toBe(800 - first.texts.length);
  });

  test("a model that leaves the processors alone embeds while words are written", async () => {
    const index = await indexOf(manyFiles(150, 8));
    const model = wordsEmbedder({ usesProcessors: false });
    let wordsLeft = 0;
    const report = await index.run({
      embedder: model,
      onProgress: ({ wordsFinished, chunksEmbedded }) => void (chunksEmbedded > 0 && !wordsFinished && wordsLeft++),
      onFile: () => void (model.embedded.length > 0 && wordsLeft++),
    });
    expect(wordsLeft).toBeGreaterThan(0);
    expect(report).toMatchObject({ added: 150, chunksEmbedded: 1200, chunksWithoutVectors: 0 });
    expect(new Set(report.texts).size).toBe(1200);
  });

  test("a model that fails ends the run with its error; words and what was embedded are kept", async () => {
    const index = await indexOf(manyFiles(20, 20));
    const model = wordsEmbedder();
    const failing = failingAfter(1, model);
    await expect(index.run({ embedder: failing })).rejects.toThrow("the device is gone");
    expect((await index.store.documents()).length).toBe(20);
    expect(model.embedded.length).toBeGreaterThan(0);
    expect(await index.run()).toMatchObject({ unchanged: 20, chunksEmbedded: 400 - model.embedded.length });
  });

  test.each([3000, 300])("a document too large for one batch is not begun again (%i chunks)", async (count) => {
    const folder = folderOf({ "large.md": sections(...Array.from({ length: count }, (_, n) => `s${n}`)) });
    const index = await indexOf(folder);
    const model = wordsEmbedder();
    const failing = failingAfter(1, model);
    await expect(index.run({ embedder: failing })).rejects.toThrow("the device is gone");
    expect(await index.paths()).toEqual(["large.md"]);
    expect((await index.store.searchVectors(new Float32Array(32).fill(1), { limit: 1 })).length).toBe(0);
    const second = await index.run();
    expect(second).toMatchObject({ unchanged: 1, chunksEmbedded: count - model.embedded.length });
    expect(second.texts.length).toBe(count - model.embedded.length);
    expect(model.embedded.length).toBeGreaterThan(100);
    mkdirSync(join(folder, "more"));
    expect(await index.run()).toMatchObject({ unchanged: 1 });
  });
});
