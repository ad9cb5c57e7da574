/** Copies, and what becomes of them and of what was named by name when other documents leave the index. */
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { folderOf } from "../support/files.ts";
import { indexOf, sections } from "./support/index-of.ts";

test("of equal files one is indexed; when it goes the other takes its place without the model", async () => {
  const folder = folderOf({ "a.md": sections("one"), "copy/a.md": sections("one") });
  const index = await indexOf(folder);
  expect(await index.run()).toMatchObject({ added: 1, skipped: { duplicate: 1 } });
  expect(await index.run()).toMatchObject({ unchanged: 1, skipped: { duplicate: 1 } });
  rmSync(join(folder, "a.md"));
  expect(await index.run()).toMatchObject({ renamed: 1, texts: [] });
  expect(await index.paths()).toEqual(["copy/a.md"]);
});

test("a copy takes the place of a file that is ignored from now on, in the same run and without the model", async () => {
  const folder = folderOf({ "a/one.md": sections("one"), "z/one.md": sections("one"), "z/two.md": sections("two") });
  const index = await indexOf(folder);
  await index.run();
  expect(await index.paths()).toEqual(["a/one.md", "z/two.md"]);
  writeFileSync(join(folder, ".ferrisignore"), "a/\n");
  expect(await index.run()).toMatchObject({ renamed: 1, removed: 0, texts: [], skipped: { ignored: 1, hidden: 1 } });
  expect(await index.paths()).toEqual(["z/one.md", "z/two.md"]);
  expect(await index.texts("z/one.md")).toHaveLength(1);
});

test("a changed file that became a copy of one that is gone leaves one document, under its own name", async () => {
  const folder = folderOf({ "a/one.md": sections("one"), "b.md": sections("two") });
  const index = await indexOf(folder);
  await index.run();
  writeFileSync(join(folder, "b.md"), sections("one"));
  writeFileSync(join(folder, ".ferrisignore"), "a/\n");
  expect(await index.run()).toMatchObject({ renamed: 1, removed: 1, texts: [] });
  expect(await index.paths()).toEqual(["b.md"]);
  expect((await index.texts("b.md"))![0]).toContain("one");
});

test("a copy of a file that then changes is no duplicate", async () => {
  const folder = folderOf({ "a.md": sections("one"), "b.md": sections("one") });
  const index = await indexOf(folder);
  await index.run();
  writeFileSync(join(folder, "a.md"), sections("two"));
  expect(await index.run()).toMatchObject({ changed: 1, added: 1, chunksReused: 1, chunksEmbedded: 1 });
  expect((await index.texts("b.md"))![0]).toContain("one");
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
