/** A search within a part of the map: what is in it is found, however many passages outside of it fit better. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { SearchMode } from "../../src/search/result.ts";
import { search } from "../../src/search/search.ts";
import { openIndexForWriting } from "../../src/store/index.ts";
import type { Store } from "../../src/store/store.ts";
import { wordsVector } from "../indexing/support/words-embedder.ts";
import { chunkRecord, documentRecord, identity } from "../store/support/records.ts";

const folder = mkdtempSync(join(tmpdir(), "ferris-among-"));
let store: Store;
/** Of the passages that only mention what is asked. */
const ids: number[] = [];

beforeAll(async () => {
  store = await openIndexForWriting(folder, { identity });
  const put = async (path: string, texts: readonly string[]): Promise<void> => {
    const chunks = texts.map((text, i) => chunkRecord(text, i * 3 + 1));
    const vectors = new Map(chunks.map(({ hash, text }) => [hash, wordsVector(text)]));
    await store.putDocuments([{ record: documentRecord(path), chunks }], vectors);
  };
  await put(
    "/better.txt",
    Array.from({ length: 900 }, (_, i) => `rotate the silver key, rotate the silver key ${i}`),
  );
  const mentions = ["valves", "bread", "comets"].map((word, i) => `of ${word} and lamps and much else one key ${i}`);
  await put("/worse.txt", mentions);
  for (const { id, path } of await store.documents()) {
    if (path === "/worse.txt") ids.push(...(await store.chunksOf(id)).map((chunk) => chunk.id));
  }
});
afterAll(async () => {
  await store.close();
  rmSync(folder, { recursive: true });
});

const embed = async (queries: readonly string[]) => queries.map((query) => wordsVector(query));
const found = async (mode: SearchMode, passages?: readonly number[]): Promise<number[]> => {
  const { results } = await search(store, embed, "rotate the silver key", { mode, limit: 5, passages });
  return results.map(({ chunkId }) => chunkId);
};

test.each(["hybrid", "vector", "text"] as const)("by %s", async (mode) => {
  expect((await found(mode)).filter((id) => ids.includes(id))).toEqual([]);
  const [first, , third] = ids;
  const among = await found(mode, [third!, first!]);
  expect(new Set(among)).toEqual(new Set([first, third]));
  expect(await found(mode, [])).toEqual([]);
  // One that is gone.
  expect(await found(mode, [1_000_000])).toEqual([]);
});
