/** The metrics, by hand. */
import { describe, expect, test } from "vitest";
import { ndcg, recall, reciprocalRank } from "../../src/evaluation/metrics.ts";

const relevant = new Map([
  ["a", 1],
  ["b", 1],
  ["c", 2],
]);

describe("nDCG", () => {
  test("is 1 for the best order and 0 for nothing", () => {
    expect(ndcg(["c", "a", "b", "x"], relevant, 10)).toBe(1);
    expect(ndcg(["x", "y"], relevant, 10)).toBe(0);
    expect(ndcg(["x"], new Map(), 10)).toBe(0);
  });
  test("discounts by log2(rank + 1), with linear grades as trec_eval has them", () => {
    const gain = 1 / Math.log2(3) + 2 / Math.log2(5);
    const best = 2 / Math.log2(2) + 1 / Math.log2(3) + 1 / Math.log2(4);
    expect(ndcg(["x", "a", "y", "c"], relevant, 10)).toBeCloseTo(gain / best, 12);
  });
  test("looks at k places, for the best order too", () => {
    expect(ndcg(["c", "x"], relevant, 1)).toBe(1);
    expect(ndcg(["x", "c"], relevant, 1)).toBe(0);
  });
});

test("recall counts the relevant that were never found", () => {
  expect(recall(["a", "x", "b"], relevant, 10)).toBeCloseTo(2 / 3, 12);
  expect(recall(["a", "x", "b"], relevant, 2)).toBeCloseTo(1 / 3, 12);
});

test("the reciprocal rank is the first's", () => {
  expect(reciprocalRank(["x", "y", "b", "a"], relevant, 10)).toBeCloseTo(1 / 3, 12);
  expect(reciprocalRank(["x", "y", "b"], relevant, 2)).toBe(0);
});
