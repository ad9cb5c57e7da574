/** The noise floor, on vectors whose noise is known. */
import { expect, test } from "vitest";
import { floorOf, hasAnswer, relevantAlone } from "../../src/search/relevance.ts";
import type { Evidence, FoundChunk } from "../../src/search/result.ts";

const dimensions = 384;

/** Unit vectors around `centre`, spread evenly in all directions by a fixed generator. */
function cloud(count: number, centre: number, seed: number): Float32Array[] {
  let state = seed;
  const next = (): number => {
    state = (state * 1664525 + 1013904223) % 4294967296;
    return state / 4294967296;
  };
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
  return Array.from({ length: count }, () => {
    const vector = Float32Array.from({ length: dimensions }, normal);
    vector[0] = centre * Math.sqrt(dimensions);
    const norm = Math.hypot(...vector);
    return vector.map((value) => value / norm);
  });
}

function best(query: Float32Array, vectors: readonly Float32Array[]): number {
  return Math.max(...vectors.map((vector) => vector.reduce((sum, value, i) => sum + value * query[i]!, 0)));
}

function joined(vectors: readonly Float32Array[]): Float32Array {
  return Float32Array.from(vectors.flatMap((vector) => [...vector]));
}

test.each([
  ["a mixed index", 0],
  ["an index about a single thing, whose chunks are all alike", 3],
])("in %s unrelated questions stay below it, from a sample of the index", (_name, centre) => {
  const index = cloud(3000, centre, 1);
  const probes = cloud(32, 0, 2);
  const floor = floorOf(probes, joined(index.slice(0, 500)), index.length);
  const unrelated = cloud(40, 0, 3).map((query) => best(query, index));
  expect(unrelated.filter((cosine) => cosine < floor).length).toBeGreaterThan(32);
  // A question that shares half of its direction with one chunk.
  const related = cloud(1, 0, 4)[0]!.map((value, i) => value + index[7]![i]!);
  expect(best(related, index) / Math.hypot(...related)).toBeGreaterThan(floor);
});

test("a larger index needs more, since chance has more tries", () => {
  const sample = joined(cloud(200, 0, 5));
  const probes = cloud(32, 0, 6);
  expect(floorOf(probes, sample, 1_000_000)).toBeGreaterThan(floorOf(probes, sample, 1000) + 0.02);
});

test("three probes that are on the subject do not move it", () => {
  const index = cloud(500, 0, 7);
  const probes = cloud(32, 0, 8);
  const before = floorOf(probes, joined(index), 500);
  const after = floorOf([...probes.slice(3), index[0]!, index[1]!, index[2]!], joined(index), 500);
  expect(Math.abs(after - before)).toBeLessThan(0.02);
});

const found = (evidence: Partial<Evidence>): FoundChunk[] => [
  {
    chunk: {} as FoundChunk["chunk"],
    evidence: {
      score: 1,
      cosine: 0.2,
      bm25: 1,
      vectorRank: 1,
      textRank: 1,
      coverage: 0.5,
      rerankScore: null,
      ...evidence,
    },
  },
];

test("relevant alone is what is above the floor, or has every word, however far down", () => {
  expect(relevantAlone(found({ vectorRank: 90, textRank: null, coverage: 0, cosine: 0.26 }), 0.25)).toHaveLength(1);
  expect(relevantAlone(found({ textRank: 90, coverage: 1 }), 0.25)).toHaveLength(1);
  expect(relevantAlone(found({ textRank: 90, coverage: 1, cosine: null }), 0.25)).toHaveLength(1);
  // Half of the words, first of both: an answer where there is no better one, and no point to light among many.
  expect(relevantAlone(found({}), 0.25)).toEqual([]);
  // A question that the model cannot read has its words alone.
  expect(relevantAlone(found({ cosine: 0.9 }), 0.25, 0.1)).toEqual([]);
});

test("below the floor, what has every word, or half of them and leads both rankings, is an answer", () => {
  expect(hasAnswer(found({}), 0.25)).toBe(true);
  expect(hasAnswer(found({ coverage: 0.4 }), 0.25)).toBe(false);
  expect(hasAnswer(found({ vectorRank: 11 }), 0.25)).toBe(false);
  expect(hasAnswer(found({ vectorRank: null }), 0.25)).toBe(false);
  expect(hasAnswer(found({ vectorRank: null, coverage: 1 }), 0.25)).toBe(true);
  expect(hasAnswer(found({ textRank: 11 }), 0.25)).toBe(false);
  expect(hasAnswer(found({ coverage: 0, cosine: 0.3 }), 0.25)).toBe(true);
});
