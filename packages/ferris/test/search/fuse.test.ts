/** One order out of two, by hand-made candidates. */
import { expect, test } from "vitest";
import { fuse } from "../../src/search/fuse.ts";
import type { Candidate } from "../../src/search/retrieve/retrieve.ts";

/** Each of a document of its own unless told; ranks are as given. */
function candidate(id: number, cosine: number, bm25: number | null, more: Partial<Candidate> = {}): Candidate {
  const chunk = { id, documentId: id, hash: String(id) } as Candidate["chunk"];
  const textRank = bm25 === null ? null : id;
  const plain = { isNamed: false, share: 1, titled: 0, isForSystem: false };
  return { chunk, cosine, bm25, vectorRank: id, textRank, coverage: bm25 === null ? 0 : 1, ...plain, ...more };
}

const order = (candidates: readonly Candidate[], confidence?: number) =>
  fuse(candidates, "hybrid", confidence).map(({ chunk }) => chunk.id);

test("best by both comes first, then a clear winner of either", () => {
  const candidates = [candidate(1, 0.9, null), candidate(2, 0.5, 20), candidate(3, 0.1, 1), candidate(4, 0.8, 18)];
  expect(order(candidates)).toEqual([4, 2, 1, 3]);
});

test("words that cover little of the query weigh little", () => {
  const candidates = [candidate(1, 0.9, null), candidate(2, 0.3, 20, { coverage: 0.25 }), candidate(3, 0.2, 1)];
  expect(order(candidates)[0]).toBe(1);
});

test("what the model cannot read does not outvote the words", () => {
  const candidates = [candidate(1, 0.9, 1), candidate(2, 0.2, 20, { coverage: 0.6 }), candidate(3, 0.1, 2)];
  expect(order(candidates, 1)[0]).toBe(1);
  expect(order(candidates, 0)[0]).toBe(2);
});

test("a file that was asked for by name has what was asked for", () => {
  const named = candidate(3, 0.3, 0, { isNamed: true });
  expect(order([candidate(1, 0.4, 20, { coverage: 0.5 }), candidate(2, 0.3, 10), named])[0]).toBe(3);
});

test("several good chunks of a document lift it over a single one of the same score", () => {
  const siblings = [2, 3].map((id) =>
    candidate(id, 0.5, 10, { chunk: { id, documentId: 9, hash: String(id) } as Candidate["chunk"] }),
  );
  expect(order([candidate(1, 0.5, 10), ...siblings, candidate(4, 0.1, 1)])).toEqual([2, 3, 1, 4]);
});

test("equal scores come in order of id; one retriever alone keeps its order", () => {
  expect(order([candidate(5, 0.5, 10), candidate(3, 0.5, 10)])).toEqual([3, 5]);
  const alone = [candidate(1, 0.2, null), candidate(2, 0.9, null), candidate(3, 0.5, null)];
  expect(fuse(alone, "vector").map(({ chunk }) => chunk.id)).toEqual([2, 3, 1]);
  expect(fuse([], "hybrid")).toEqual([]);
});

test("what is called as the query is higher, what only tells of others lower", () => {
  const same = (id: number, more: Partial<Candidate>) => candidate(id, 0.5, 5, { coverage: 1, ...more });
  expect(order([same(1, {}), same(2, { titled: 1 }), candidate(3, 0.1, 1)])).toEqual([2, 1, 3]);
  expect(order([same(1, { share: 0.75 }), same(2, {}), candidate(3, 0.1, 1)])).toEqual([2, 1, 3]);
});

test("a file for the operating system that the query names is higher", () => {
  const same = (id: number, more: Partial<Candidate>) => candidate(id, 0.5, 5, { coverage: 1, ...more });
  expect(order([same(1, {}), same(2, { isForSystem: true }), candidate(3, 0.1, 1)])).toEqual([2, 1, 3]);
});

test("of equal chunks the one nearest to the root comes first, and nothing else moves", () => {
  const copy = (id: number, path: string, cosine: number) =>
    candidate(id, cosine, 5, { chunk: { id, documentId: id, hash: "same", path } as Candidate["chunk"] });
  const copies = [copy(1, "/p/build/esm/index.js", 0.9), copy(2, "/p/index.js", 0.88)];
  expect(order([...copies, candidate(3, 0.89, 5), candidate(4, 0.1, 1)])).toEqual([2, 3, 1, 4]);
});

test("where the model reads nothing of the query, the order is BM25's own", () => {
  const candidates = [candidate(1, 0.9, 1), candidate(2, 0.2, 20, { coverage: 0.1 }), candidate(3, 0.1, 12)];
  expect(order(candidates, 0)).toEqual([2, 3, 1]);
});

test("how far down the retrievers are read changes nothing of the order above", () => {
  const near = [
    candidate(1, 0.9, 2),
    candidate(2, 0.5, 20),
    candidate(3, 0.45, 19, { coverage: 0.9 }),
    candidate(4, 0.4, 1),
  ];
  const far = Array.from({ length: 50 }, (_, i) => candidate(101 + i, -0.9 + i / 100, 0.5, { coverage: 0.1 }));
  expect(order([...near, ...far]).slice(0, near.length)).toEqual(order(near));
});

test("a document without vectors is placed by its words as if it meant what its like mean", () => {
  const bare = (id: number, bm25: number) => candidate(id, 0, bm25, { cosine: null, vectorRank: null });
  // Where nothing has vectors the words decide.
  expect(order([bare(1, 5), bare(2, 20), bare(3, 10)])).toEqual([2, 3, 1]);
  // Between the same words with a better and a worse meaning; unrelated ones stay below.
  const known = [candidate(1, 0.9, 20), candidate(2, 0.1, 20), candidate(4, 0.5, 1)];
  expect(order([...known, bare(3, 20)])).toEqual([1, 3, 2, 4]);
  // What only its meaning brought up says nothing of what words are worth.
  expect(order([candidate(1, 0.9, null), candidate(2, 0.5, 2), bare(3, 20)])[0]).toBe(3);
});
