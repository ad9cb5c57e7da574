/**
 * search() by the hits that a reader gives it: the weights of fusion, nearest misses, names, and an index that changes between two questions. A
 * reader made by hand, because no real one has these scores and changes at that moment; search.test.ts has a real one.
 */
import { expect, test } from "vitest";
import { search, type SearchRequest } from "../../src/search/search.ts";
import type { Hit, StoredChunk, StoreReader } from "../../src/store/store.ts";
import { chunkRecord } from "../store/support/records.ts";

const query = new Float32Array([1, 0]);

function stored(id: number, text: string): StoredChunk {
  const place = {
    documentId: id,
    path: `/docs/note-${id}.md`,
    type: "text",
    title: null,
    lineBasis: "file",
    ordinal: 0,
  } as const;
  return { ...chunkRecord(text), id, ...place };
}

const chunks = [stored(1, "alpha beta"), stored(2, "alpha"), stored(3, "gamma")];
/** What chunks without a vector hit have: the second a cosine of 0.7. */
const vectors: Readonly<Record<number, readonly [number, number]>> = {
  1: [0.9, 0.44],
  2: [0.7, 0.714],
  3: [0.5, 0.87],
};

interface Given {
  readonly byMeaning?: readonly Hit[];
  readonly byWords?: readonly Hit[];
  readonly called?: readonly number[];
  /** Chunks that went after the retrievers were asked. */
  readonly gone?: readonly number[];
  /** While the vectors are compared. */
  readonly during?: () => void;
}

const byMeaning = [
  { chunkId: 1, score: 0.9 },
  { chunkId: 3, score: 0.5 },
];
const byWords = [
  { chunkId: 2, score: 4 },
  { chunkId: 1, score: 2 },
];

function ask(typed: string, given: Given, request: Partial<SearchRequest> = {}) {
  const known = (ids: readonly number[]): StoredChunk[] =>
    ids.flatMap((id) => (given.gone?.includes(id) ? [] : chunks.filter((chunk) => chunk.id === id)));
  const reader: Partial<StoreReader> = {
    languages: async () => [],
    nearestWords: async () => new Map(),
    vectorShare: async () => 1,
    chunks: async (ids) => known(ids),
    chunksCalled: async () => known(given.called ?? []),
    searchVectors: async () => {
      given.during?.();
      return [...(given.byMeaning ?? byMeaning)];
    },
    searchText: async () => [...(given.byWords ?? byWords)],
    vectorsOfChunks: async (ids) => Float32Array.from(Array.from(ids).flatMap((id) => vectors[id]!)),
  };
  return search(reader as StoreReader, async () => [query], typed, { mode: "hybrid", limit: 10, ...request });
}

const scores = ({ results }: Awaited<ReturnType<typeof ask>>) =>
  Object.fromEntries(results.map(({ chunkId, score }) => [chunkId, Math.round(score * 1000) / 1000]));

test("0.55 of meaning and 0.45 of words, each stretched over what was found, words by how many of the query's they are", async () => {
  // Meaning: 1, 0.5 and 0. Words: BM25 is 0, 1 and none; the second chunk has one word of two.
  expect(scores(await ask("alpha beta", {}))).toEqual({ 1: 0.55, 2: 0.55 * 0.5 + 0.45 * 0.5, 3: 0 });
});

test("by meaning alone the score is the cosine, by words alone BM25", async () => {
  expect(scores(await ask("alpha beta", {}, { mode: "vector" }))).toEqual({ 1: 0.9, 3: 0.5 });
  expect(scores(await ask("alpha beta", {}, { mode: "text" }))).toEqual({ 2: 4, 1: 2 });
});

test("a file that the query names comes first, whatever its meaning", async () => {
  const { results } = await ask("alpha in note-3.md", { called: [3] });
  expect(results[0]?.chunkId).toBe(3);
  // Twice what words can be; by meaning it is the last.
  expect(results[0]!.score).toBeCloseTo(2 * 0.45);
});

test("below what chance reaches there is no result, and the nearest miss is the nearest by meaning", async () => {
  const { results, nearestMiss } = await ask("delta epsilon", { byWords: [] }, { noiseFloor: async () => 0.95 });
  expect([results, nearestMiss?.chunkId, nearestMiss?.cosine]).toEqual([[], 1, 0.9]);
  const reranked = await ask("delta epsilon", { byWords: [] }, { scoreTexts: async () => [0.1, 0.2], minScore: 0.5 });
  // The reranker's word is what a least score is about, and so who came nearest.
  expect([reranked.results, reranked.nearestMiss?.chunkId]).toEqual([[], 3]);
});

test("a chunk that went between two questions is passed over, and the others keep their order", async () => {
  expect(Object.keys(scores(await ask("alpha beta", { gone: [1] }))).sort()).toEqual(["2", "3"]);
  const { results, nearestMiss } = await ask("alpha beta", { gone: [1, 2, 3] });
  expect([results, nearestMiss]).toEqual([[], null]);
});

test("a search that is aborted while vectors are compared ends with the signal's reason", async () => {
  const controller = new AbortController();
  const during = (): void => controller.abort(new Error("enough"));
  await expect(ask("alpha beta", { during }, { signal: controller.signal })).rejects.toThrow("enough");
});
