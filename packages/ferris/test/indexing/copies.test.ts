/** Copies of files and of folders, moved folders, and what was named by name when other documents leave the index. */
import { cpSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { describe, expect, test } from "vitest";
import { indexPaths } from "../../src/indexing/index-folder.ts";
import { openIndexForWriting } from "../../src/store/index.ts";
import { folderOf } from "../support/files.ts";
import { indexOf, sections } from "./support/index-of.ts";
import { wordsEmbedder, wordsVector } from "./support/words-embedder.ts";

test("equal files are documents of their own that cost one embedding; each goes by itself", async () => {
  const folder = folderOf({ "a.md": sections("one"), "copy/a.md": sections("one") });
  const index = await indexOf(folder);
  expect(await index.run()).toMatchObject({ added: 2, chunksEmbedded: 1, chunksReused: 1, skipped: {} });
  expect(await index.run()).toMatchObject({ unchanged: 2 });
  expect(await index.texts("copy/a.md")).toEqual(await index.texts("a.md"));
  const query = wordsVector("one words here");
  const found = async (paths: readonly string[]) => {
    const hits = await index.store.searchVectors(query, { limit: 5, filter: { paths } });
    const chunks = await index.store.chunks(hits.map(({ chunkId }) => chunkId));
    return chunks.map(({ path }) => relative(folder, path));
  };
  expect(await found(["copy"])).toEqual(["copy/a.md"]);
  rmSync(join(folder, "a.md"));
  expect(await index.run()).toMatchObject({ unchanged: 1, removed: 1, texts: [] });
  expect(await index.paths()).toEqual(["copy/a.md"]);
  expect(await found(["**"])).toEqual(["copy/a.md"]);
});

test("a file changed into a copy of another is not embedded again, and the other may be deleted", async () => {
  const folder = folderOf({ "a/one.md": sections("one"), "b.md": sections("two") });
  const index = await indexOf(folder);
  await index.run();
  writeFileSync(join(folder, "b.md"), sections("one"));
  writeFileSync(join(folder, ".ferrisignore"), "a/\n");
  expect(await index.run()).toMatchObject({ changed: 1, removed: 1, texts: [] });
  expect(await index.paths()).toEqual(["b.md"]);
  expect((await index.texts("b.md"))![0]).toContain("one");
});

test("a file reached through a linked folder is the same document", async () => {
  const folder = folderOf({ "real/a.md": sections("one"), "real/b.md": sections("two") });
  symlinkSync("real", join(folder, "link"));
  const [link, real] = [join(folder, "link"), join(folder, "real")];
  const index = await indexOf(folder);
  expect(await index.run({ paths: [real, link] })).toMatchObject({ added: 2, skipped: { duplicate: 2 } });
  const other = await indexOf(folder);
  expect(await other.run({ paths: [real] })).toMatchObject({ added: 2 });
  expect(await other.run({ paths: [link] })).toMatchObject({ added: 0, removed: 0, skipped: { duplicate: 2 } });
});

describe("a project with its index in it", () => {
  const run = async (project: string, folder = join(project, "notes")) => {
    const store = await openIndexForWriting(join(project, ".ferris"), { identity: wordsEmbedder().identity });
    const embedder = wordsEmbedder();
    try {
      const report = await indexPaths({ paths: [folder], store, embedder });
      const { roots } = await store.statistics();
      return {
        ...report,
        texts: embedder.embedded,
        paths: (await store.documents()).map(({ path }) => path),
        roots,
      };
    } finally {
      await store.close();
    }
  };

  test("that is copied answers with the copy's paths, without the model", async () => {
    const base = folderOf({ "project/notes/a.md": sections("one"), "project/notes/b.md": sections("two") });
    const [project, copy] = [join(base, "project"), join(base, "copy")];
    await run(project);
    // As cp -r does it: with new times.
    cpSync(project, copy, { recursive: true });
    rmSync(join(copy, "notes/b.md"));
    const report = await run(copy);
    expect(report).toMatchObject({ renamed: 1, added: 0, removed: 1, texts: [] });
    expect(report.paths).toEqual([join(copy, "notes/a.md")]);
    expect(report.roots).toEqual([join(copy, "notes")]);
    expect(await run(copy)).toMatchObject({ unchanged: 1, removed: 0 });
    expect((await run(project)).paths).toHaveLength(2);
  });

  test("that is moved leaves no dead folders behind", async () => {
    const base = folderOf({ "project/notes/a.md": sections("one"), "project/src/b.md": sections("two") });
    await run(join(base, "project"));
    await run(join(base, "project"), join(base, "project/src"));
    const moved = join(base, "moved");
    renameSync(join(base, "project"), moved);
    expect(await run(moved)).toMatchObject({ renamed: 1, removed: 0, texts: [] });
    const second = await run(moved, join(moved, "src"));
    expect(second).toMatchObject({ renamed: 1, texts: [], roots: [join(moved, "notes"), join(moved, "src")] });
    expect(second.paths).toEqual([join(moved, "notes/a.md"), join(moved, "src/b.md")]);
  });

  test("that is moved further down keeps what it knows", async () => {
    const base = folderOf({ "notes/a.md": sections("one") });
    await run(base);
    const below = join(base, "old");
    mkdirSync(below);
    for (const name of ["notes", ".ferris"]) renameSync(join(base, name), join(below, name));
    expect(await run(below)).toMatchObject({ renamed: 1, texts: [], roots: [join(below, "notes")] });
    expect(await run(below)).toMatchObject({ unchanged: 1 });
  });
});

test("what an earlier run was told by name stays when the folder above it is indexed, until it is gone", async () => {
  const folder = folderOf({ ".gitignore": "notes/\n", "notes/a.md": sections("one"), "b.md": sections("two") });
  const index = await indexOf(folder);
  await index.run({ paths: [join(folder, "notes")] });
  expect(await index.run()).toMatchObject({ added: 1, unchanged: 1, removed: 0 });
  writeFileSync(join(folder, "notes/c.md"), sections("three"));
  expect(await index.run({ exclude: ["notes/a*"] })).toMatchObject({ added: 1, removed: 0 });
  expect(await index.paths()).toEqual(["b.md", "notes/a.md", "notes/c.md"]);
  await index.store.forgetRoots([join(folder, "notes")]);
  expect(await index.run()).toMatchObject({ unchanged: 1, removed: 2 });
});
