/** The map of an index: kept beside it, true for as long as the index is the same, and never another index's. */
import { existsSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import type { MapProgress } from "../../src/map/corpus-map.ts";
import { mapOf } from "../../src/map/index-map.ts";
import { openIndex, openIndexForWriting } from "../../src/store/index.ts";
import type { StoreReader } from "../../src/store/store.ts";
import { identity, put } from "../store/support/records.ts";
import { folderOf } from "../support/files.ts";

const subjects = ["kernel shader dispatch", "dough oven flour", "treaty border minister"];

/** Three documents of 20 passages each about something else. */
async function fill(folder: string, documents = ["/w/code/a.md", "/w/food/b.txt", "/w/law/c.txt"]): Promise<void> {
  const store = await openIndexForWriting(folder, { identity });
  for (const [i, path] of documents.entries()) {
    await put(
      store,
      path,
      Array.from({ length: 20 }, (_, n) => `${subjects[i % 3]!} number ${n}`),
    );
  }
  await store.close();
}

async function opened(folder: string): Promise<StoreReader> {
  const reader = await openIndex(folder);
  onTestFinished(() => reader.close());
  return reader;
}

async function indexed(): Promise<{ folder: string; reader: StoreReader }> {
  const folder = folderOf();
  await fill(folder);
  return { folder, reader: await opened(folder) };
}

test("has every passage with its document, and clusters with names", async () => {
  const { folder, reader } = await indexed();
  const told: MapProgress[] = [];
  const map = (await mapOf(reader, folder, { onProgress: (progress) => told.push(progress) }))!;
  expect(map.ids).toEqual((await reader.chunkDocuments()).ids);
  expect(map.documents.map(({ path }) => path)).toEqual(["/w/code/a.md", "/w/food/b.txt", "/w/law/c.txt"]);
  expect(Array.from(map.documentOf.subarray(15, 25))).toEqual([0, 0, 0, 0, 0, 1, 1, 1, 1, 1]);
  expect(map).toMatchObject({ passages: 60, added: 0, removed: 0 });
  const names = map.levels.at(-1)!.clusters.map(({ words }) => words.join(" "));
  for (const subject of subjects)
    expect(names.some((name) => subject.split(" ").some((word) => name.includes(word)))).toBe(true);
  const parts = told.map(({ part }) => part);
  expect(parts).toEqual(parts.toSorted((a, b) => a - b));
  expect([told[0]!.stage, told.at(-1)!.stage]).toEqual(["vectors", "names"]);
});

test("is drawn once, and is the same when it is drawn again", async () => {
  const { folder, reader } = await indexed();
  expect(await mapOf(reader, folder, { draw: false })).toBeNull();
  const map = (await mapOf(reader, folder))!;
  const kept = await mapOf(reader, folder, { onProgress: () => expect.unreachable("it is there") });
  expect(kept).toEqual(map);
  writeFileSync(join(folder, "map.bin"), "not a map");
  const again = (await mapOf(reader, folder))!;
  expect({ ...again, drawnTime: 0 }).toEqual({ ...map, drawnTime: 0 });
});

test("of an index that has changed: the old one says how far it is behind, and asking for it draws it anew", async () => {
  const { folder, reader } = await indexed();
  await mapOf(reader, folder);
  const store = await openIndexForWriting(folder, { identity });
  await put(store, "/w/new.txt", ["treaty of the border", "minister"]);
  await store.removeDocuments(["/w/food/b.txt"]);
  await store.close();
  const old = (await mapOf(reader, folder, { draw: false }))!;
  expect(old).toMatchObject({ passages: 42, added: 2, removed: 20 });
  expect(old.ids.length).toBe(40);
  expect(old.documents.map(({ path }) => path)).toEqual(["/w/code/a.md", "/w/law/c.txt"]);
  expect(await mapOf(reader, folder)).toMatchObject({ passages: 42, added: 0, removed: 0 });
});

test("of an index that was deleted and made anew is not the old one's, though the passages have the same numbers", async () => {
  const { folder, reader } = await indexed();
  await mapOf(reader, folder);
  const other = folderOf();
  const made = await openIndexForWriting(other, { identity });
  await put(
    made,
    "/w/x.txt",
    Array.from({ length: 60 }, (_, n) => `parrots and volcanoes ${n}`),
  );
  await made.close();
  writeFileSync(join(other, "map.bin"), readFileSync(join(folder, "map.bin")));
  expect(await mapOf(await opened(other), other, { draw: false })).toBeNull();
});

test("stops when it is told to, and leaves nothing behind", async () => {
  const { folder, reader } = await indexed();
  const stop = new AbortController();
  const drawing = mapOf(reader, folder, {
    signal: stop.signal,
    onProgress: ({ stage }) => stage === "layout" && stop.abort(new Error("enough")),
  });
  await expect(drawing).rejects.toThrow("enough");
  expect(existsSync(join(folder, "map.bin"))).toBe(false);
});

test("never writes through a link, and does without a place to write to", async () => {
  const { folder, reader } = await indexed();
  const elsewhere = join(folderOf({ "precious.txt": "precious" }), "precious.txt");
  symlinkSync(elsewhere, join(folder, "map.bin"));
  symlinkSync(elsewhere, join(folder, "map.bin.part"));
  await mapOf(reader, folder);
  expect(readFileSync(elsewhere, "utf8")).toBe("precious");
  expect(await mapOf(reader, join(folder, "not-there"))).toMatchObject({ passages: 60 });
});

test("of an empty index", async () => {
  const folder = folderOf();
  await (await openIndexForWriting(folder, { identity })).close();
  const map = (await mapOf(await opened(folder), folder))!;
  expect(map).toMatchObject({ passages: 0, added: 0, documents: [] });
});
