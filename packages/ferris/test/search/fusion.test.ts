/** Reciprocal rank fusion, by hand-made sums. */
import { expect, test } from "vitest";
import { fuse } from "../../src/search/fusion.ts";

test("adds weight / (1 + rank) over the rankings that hold an id", () => {
  const fused = fuse([
    { ids: [7, 8], weight: () => 1 },
    { ids: [8, 9], weight: () => 0.5 },
  ]);
  expect(fused.map((hit) => hit.id)).toEqual([8, 7, 9]);
  expect(fused[0]!.score).toBeCloseTo(1 / 3 + 0.5 / 2, 12);
  expect(fused[1]!.score).toBeCloseTo(1 / 2, 12);
  expect(fused.map((hit) => hit.ranks)).toEqual([
    [2, 1],
    [1, null],
    [null, 2],
  ]);
});

test("equal scores come in order of id, whichever arm was first", () => {
  const one = fuse([
    { ids: [5], weight: () => 1 },
    { ids: [3], weight: () => 1 },
  ]);
  expect(one.map((hit) => hit.id)).toEqual([3, 5]);
});

test("one arm alone keeps its order", () => {
  const alone = fuse([
    { ids: [4, 2, 9], weight: () => 1 },
    { ids: [], weight: () => 1 },
  ]);
  expect(alone.map((hit) => hit.id)).toEqual([4, 2, 9]);
});
