/**
 * Cutting sorted texts into padded batches: never dearer than any other way of cutting, and never over a limit.
 */
import { expect, test } from "vitest";
import { cheapestCuts, type CutLimits } from "../../src/batching/length-cuts.ts";

/** Sizes of the batches from the last row to the first. */
function batches(lengths: number[], limits: CutLimits, kinds = lengths.map(() => 0)): number[] {
  const cuts = cheapestCuts(lengths, kinds, limits);
  const sizes = [];
  for (let end = lengths.length; end > 0; end -= cuts[end]) sizes.push(cuts[end]);
  return sizes;
}

function cost(lengths: number[], sizes: number[], { batchOverhead }: CutLimits): number {
  let end = lengths.length;
  let sum = 0;
  for (const size of sizes) {
    sum += batchOverhead + size * lengths[end - 1];
    end -= size;
  }
  return sum;
}

/** Every way of cutting n rows into batches. */
function* compositions(rows: number): Generator<number[]> {
  if (rows === 0) yield [];
  for (let first = 1; first <= rows; first++) for (const rest of compositions(rows - first)) yield [first, ...rest];
}

test("no other way of cutting within the limits costs less", () => {
  let seed = 7;
  const random = (below: number): number => (seed = (seed * 48_271) % 2_147_483_647) % below;
  for (let round = 0; round < 60; round++) {
    const lengths = Array.from({ length: 1 + random(9) }, () => 1 + random(40)).sort((a, b) => a - b);
    const limits = { tokenBudget: 40 + random(60), maxSequences: 1 + random(6), batchOverhead: random(30) };
    const allowed = [...compositions(lengths.length)].filter((sizes) => {
      let end = lengths.length;
      return sizes.every((size) => {
        const padded = size * lengths[end - 1];
        end -= size;
        return size === 1 || (padded <= limits.tokenBudget && size <= limits.maxSequences);
      });
    });
    const best = Math.min(...allowed.map((sizes) => cost(lengths, sizes, limits)));
    const chosen = batches(lengths, limits);
    expect(cost(lengths, chosen, limits)).toBe(best);
    expect(Math.max(...chosen)).toBeLessThanOrEqual(Math.max(1, limits.maxSequences));
  }
});

test("one long text does not stretch the short ones", () => {
  const limits = { tokenBudget: 1024, maxSequences: 32, batchOverhead: 12 };
  expect(batches([10, 10, 10, 10, 150], limits)).toEqual([1, 4]);
});

test("a row longer than the budget is a batch alone, and no rows are no batch", () => {
  const limits = { tokenBudget: 100, maxSequences: 32, batchOverhead: 12 };
  expect(batches([20, 500], limits)).toEqual([1, 1]);
  expect(batches([], limits)).toEqual([]);
});

test("rows of different kinds never share a batch", () => {
  const limits = { tokenBudget: 1024, maxSequences: 32, batchOverhead: 500 };
  expect(batches([10, 10, 10, 10, 10], limits, [0, 0, 1, 1, 1])).toEqual([3, 2]);
});
