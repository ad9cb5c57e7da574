/** What is said of results whose files have changed or gone, and an index that is made anew under an open one. */
import { cpSync, mkdirSync, renameSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { freshnessOf, withStaleness } from "../src/freshness.ts";
import { Ferris } from "../src/index.ts";
import { indexPaths } from "../src/indexing/index-folder.ts";
import { storeOn } from "../src/store/postgres/open.ts";
import { ferris as run } from "./cli/support/ferris-here.ts";
import { wordsEmbedder } from "./indexing/support/words-embedder.ts";
import { pgliteConnection } from "./store/support/postgres.ts";
import { folderOf } from "./support/files.ts";

const tiny = (name: string) => fileURLToPath(new URL(`../../metal-candle/test/goldens/tiny/${name}`, import.meta.url));
const quiet = { device: "cpu", onNotice: () => {} } as const;

async function indexed() {
  const base = folderOf({
    "docs/same.md": "# Same\n\nabout pumps\n",
    "docs/touched.md": "# Touched\n\nabout pumps\n",
    "docs/edited.md": "# Edited\n\nabout pumps\n",
    "docs/longer.md": "# Longer\n\nabout pumps\n",
    "docs/gone.md": "# Gone\n\nabout pumps\n",
  });
  const ferris = await Ferris.open({ db: join(base, "index"), model: tiny("bert"), ...quiet });
  onTestFinished(() => ferris.close());
  await ferris.index([join(base, "docs")]);
  const path = (name: string) => join(base, "docs", `${name}.md`);
  utimesSync(path("touched"), 1, 1);
  writeFileSync(path("edited"), "# Edited\n\nabout PUMPS\n");
  writeFileSync(path("longer"), "# Longer\n\nabout pumps and seals\n");
  rmSync(path("gone"));
  return { base, ferris, path };
}

const expected = { same: null, touched: null, edited: "changed", longer: "changed", gone: "gone" };

test("each result says whether its file changed or went; one that was only touched is current", async () => {
  const { ferris, path } = await indexed();
  const { results } = await ferris.search("pumps", { mode: "text" });
  const found = Object.fromEntries(results.map(({ title, stale }) => [title!.toLowerCase(), stale]));
  expect(found).toEqual(expected);
  for (const { chunkId, stale } of results) expect((await ferris.read(chunkId))!.stale).toBe(stale);
  expect((await ferris.readDocument(path("gone"), { from: 1, count: 5 }))!.stale).toBe("gone");
  expect(await ferris.freshness()).toEqual({ current: 1, changed: 3, gone: 1 });
});

test("the commands say so", async () => {
  const { base } = await indexed();
  const db = ["--db", join(base, "index")];
  const shown = await run(["search", "pumps", "--mode", "text", ...db]);
  expect(shown.stdout).toMatch(/edited\.md.*\(the file has changed since\)/);
  expect(shown.stdout).toMatch(/gone\.md.*\(the file is gone\)/);
  expect(shown.stdout).not.toMatch(/same\.md.*\(the file/);
  const { stdout } = await run(["search", "pumps", "--mode", "text", "--json", ...db]);
  const { results } = JSON.parse(stdout) as { results: { title: string; stale: string | null }[] };
  expect(Object.fromEntries(results.map(({ title, stale }) => [title.toLowerCase(), stale]))).toEqual(expected);
  expect((await run(["status", ...db])).stdout).toMatch(/Out of date +3 changed, 1 gone/);
  expect(JSON.parse((await run(["status", "--json", ...db])).stdout)).toMatchObject({
    freshness: { current: 1, changed: 3, gone: 1 },
  });
});

test("an index that is deleted and made anew is opened again", async () => {
  const base = folderOf({ "docs/a.md": "# A\n\nabout pumps\n" });
  const db = join(base, "index");
  const make = async (model: string) => {
    const other = await Ferris.open({ db, model: tiny(model), ...quiet });
    await other.index([join(base, "docs")]);
    await other.close();
  };
  await make("bert");
  const ferris = await Ferris.open({ db, model: tiny("bert"), ...quiet });
  onTestFinished(() => ferris.close());
  expect((await ferris.search("pumps", { mode: "vector" })).results.length).toBeLessThan(2);
  writeFileSync(join(base, "docs/b.md"), "# B\n\nabout zebras\n");
  rmSync(db, { recursive: true });
  await expect(ferris.statistics()).rejects.toThrow(/there is no index/);
  // A file in the folder's place is nothing that the system's words should have to tell.
  writeFileSync(db, "not an index");
  await expect(ferris.statistics()).rejects.toThrow(/index is not a folder/);
  rmSync(db);
  await make("bert");
  expect((await ferris.search("zebras", { mode: "text" })).results).toHaveLength(1);
  expect((await ferris.statistics()).documents).toBe(2);
  // Put in its place by a rename, as a backup would be.
  await make("bert");
  renameSync(db, join(base, "old"));
  mkdirSync(db);
  writeFileSync(join(base, "docs/c.md"), "# C\n\nabout lions\n");
  await make("bert");
  expect((await ferris.search("lions", { mode: "text" })).results).toHaveLength(1);
});

test("an index that was copied with its folder says where it was made, until it is indexed there", async () => {
  const base = folderOf({ "project/docs/a.md": "# A\n\nabout pumps\n" });
  const [project, copy] = [join(base, "project"), join(base, "copy")];
  const open = async (folder: string, notices: string[] = []) => {
    const ferris = await Ferris.open({
      ...quiet,
      db: join(folder, ".ferris"),
      model: tiny("bert"),
      onNotice: (line) => notices.push(line),
    });
    onTestFinished(() => ferris.close());
    return ferris;
  };
  await (await open(project)).index([join(project, "docs")]);
  cpSync(project, copy, { recursive: true });
  const notices: string[] = [];
  const ferris = await open(copy, notices);
  await ferris.search("pumps", { mode: "text" });
  expect(notices.join()).toContain(`made in ${project} and is in ${copy} now`);
  await ferris.index([join(copy, "docs")]);
  expect((await ferris.search("pumps", { mode: "text" })).results.map(({ path }) => path)).toEqual([
    join(copy, "docs/a.md"),
  ]);
  const later: string[] = [];
  await (await open(copy, later)).search("pumps", { mode: "text" });
  expect(later.join()).not.toContain("made in");
});

test("on a server, files of a folder that this machine does not have are not gone", async () => {
  const base = folderOf({ "docs/a.md": "# A\n\nabout pumps\n", "docs/b.md": "# B\n\nabout keys\n" });
  const docs = join(base, "docs");
  const embedder = wordsEmbedder();
  const store = await storeOn(await pgliteConnection(), null, embedder.identity);
  await indexPaths({ paths: [docs], store, embedder, ocr: "off" });
  const items = ["a", "b"].map((name) => ({ path: join(docs, `${name}.md`) }));
  const stale = async () => (await withStaleness(store, items)).map((item) => item.stale);
  rmSync(items[0]!.path);
  expect(await stale()).toEqual(["gone", null]);
  expect(await freshnessOf(store)).toEqual({ current: 1, changed: 0, gone: 1 });
  renameSync(docs, join(base, "elsewhere"));
  expect(await stale()).toEqual([null, null]);
  expect(await freshnessOf(store)).toEqual({ current: 2, changed: 0, gone: 0 });
  // As a volume that is not mounted.
  mkdirSync(docs);
  expect(await stale()).toEqual([null, null]);
});
