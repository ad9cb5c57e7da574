/** The proof of the three kernels of a nearest-neighbour search: vectors of any length, gaps among them, ties, and scores of nothing. */
import { halfToFloat } from "../../../weights/half-float.ts";
import { checkValues, type KernelCheck } from "../../prove/kernel-check.ts";
import { nearestCollectGrid, nearestCollectProgram } from "./collect.ts";
import { hitsHeader, leastScore, noScore, storedColumns, tileSlots, workgroupSlots } from "./layout.ts";
import { largestReference, scoresReference } from "./reference.ts";
import { nearestScoresGrid, nearestScoresProgram } from "./scores.ts";
import { storedQuery, storedRows } from "./stored-rows.ts";
import { levelsPerUnit, nearestThresholdProgram } from "./threshold.ts";

/** Against the reference on the rounded vectors, so only the order of sums is between them. */
const scoreTolerance = 1e-5;
const slots = 2 * workgroupSlots;

/** All checks of a search over vectors of this width. */
export function nearestChecks(dimensions: number): KernelCheck[] {
  return [...scoresChecks(dimensions), thresholdCheck(400, 7), thresholdCheck(40, 3), collectCheck(1), collectCheck(9)];
}

/** Scores and maxima over two workgroups; a few slots are masked, one whole tile among them. */
function scoresChecks(dimensions: number): KernelCheck[] {
  const query = checkValues(dimensions, 21);
  const vectors = checkValues(slots * dimensions, 22, 3);
  // The query itself, its opposite, and nothing at all.
  vectors.set(query, 5 * dimensions);
  vectors.set(
    query.map((value) => -value),
    250 * dimensions,
  );
  vectors.fill(0, 77 * dimensions, 78 * dimensions);
  const { halves } = storedRows(vectors, dimensions);
  const mask = new Uint32Array(slots / 32).fill(0xffffffff);
  mask[1] = 0;
  mask[7] = 0x7fffffff;
  const counts = (slot: number): boolean => ((mask[slot >> 5] >>> (slot & 31)) & 1) === 1;
  const all = scoresReference(query, storedAsFloats(halves, dimensions));
  const scores = Array.from(all, (score, slot) => (counts(slot) ? score : noScore));
  const words = { nonce: 1, wanted: 1, slots, within: 0 };
  const maxima = Array.from({ length: slots / tileSlots }, (_, tile) =>
    Math.max(...scores.slice(tile * tileSlots, (tile + 1) * tileSlots)),
  );
  const check = (output: number, expected: readonly number[]): KernelCheck => ({
    program: nearestScoresProgram(dimensions),
    inputs: [
      storedQuery(query, words) as Uint32Array<ArrayBuffer>,
      halves,
      mask,
      new Float32Array(slots),
      new Float32Array(maxima.length),
    ],
    output,
    outputStorage: "f32",
    grid: nearestScoresGrid(slots),
    expected: new Map(expected.entries()),
    tolerance: scoreTolerance,
  });
  return [check(3, scores), check(4, maxima)];
}

/** The threshold of `tiles` maxima, of which a third score nothing; with fewer than wanted it lets everything through. */
function thresholdCheck(tiles: number, wanted: number): KernelCheck {
  const maxima = checkValues(tiles, 23).map((score, tile) =>
    tile % 3 === 0 || tile < tiles - 5 * wanted ? noScore : score / 4,
  );
  const within = 0.01;
  const best = largestReference(
    [...maxima].filter((score) => score !== noScore),
    wanted,
  );
  return {
    program: nearestThresholdProgram(),
    inputs: [
      storedQuery([1], { nonce: 7, wanted, slots: tiles * tileSlots, within }) as Uint32Array<ArrayBuffer>,
      maxima,
      new Uint32Array(hitsHeader.words + 2).fill(9),
    ],
    output: 2,
    outputStorage: "f32",
    grid: [1, 1, 1],
    expected: new Map<number, number>([[hitsHeader.threshold, best === -Infinity ? leastScore : best - within]]),
    // Down by one level, or by two.
    tolerance: 2 / levelsPerUnit,
  };
}

/** Only the slots at or above the threshold, and how many there are: one whose place is known, and more than the list holds. */
function collectCheck(hits: number): KernelCheck {
  const scores = new Float32Array(700).fill(0.2);
  scores.fill(noScore, 300, 400);
  for (let hit = 0; hit < hits; hit++) scores[611 - 50 * hit] = 0.5;
  const answer = new Uint32Array(hitsHeader.words + 2);
  new Float32Array(answer.buffer)[hitsHeader.threshold] = 0.5;
  const expected = new Map<number, number>([[hitsHeader.count, hits]]);
  if (hits === 1) {
    expected.set(hitsHeader.words, 611);
    expected.set(hitsHeader.words + 1, new Uint32Array(Float32Array.of(0.5).buffer)[0]);
  }
  return {
    program: nearestCollectProgram(),
    inputs: [
      storedQuery([1], { nonce: 7, wanted: 1, slots: scores.length, within: 0 }) as Uint32Array<ArrayBuffer>,
      scores,
      answer,
    ],
    output: 2,
    outputStorage: "u32",
    grid: nearestCollectGrid(scores.length),
    expected,
    tolerance: 0,
  };
}

/** What is stored, without its padding. */
function storedAsFloats(halves: Uint16Array, dimensions: number): Float32Array {
  const columns = storedColumns(dimensions);
  const values = new Float32Array(halves.length);
  halfToFloat(halves, values);
  const rows = new Float32Array((halves.length / columns) * dimensions);
  for (let row = 0; row < halves.length / columns; row++) {
    rows.set(values.subarray(row * columns, row * columns + dimensions), row * dimensions);
  }
  return rows;
}
