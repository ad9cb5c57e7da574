/**
 * A graph of neighbours as points on a plane: ends of an edge attract each other, all others repel, as in UMAP.
 *
 * Two differences. What decides how near is near enough is 1 / (1 + a·d²), with UMAP's own a for a least distance of 0.1 and its exponent rounded to 1, which
 * saves a power in the innermost loop. And the first picture is given (the two directions of the most variance), so that what lies far apart there
 * begins far apart. One thread, one seed: the same points every time.
 */
import type { NeighbourGraph } from "./neighbour-graph.ts";
import { seededRandom } from "./random.ts";

const curve = 1.58;
const repulsionsPerAttraction = 5;
/** No step is longer than this in either direction, before the learning rate. */
const longestStep = 4;

/** UMAP's own numbers. */
export function epochsFor(points: number): number {
  return points <= 10_000 ? 400 : 200;
}

/**
 * @param positions [points][2]: the first picture, which is changed in place
 * @returns a generator that yields the part that is done
 */
export function* layOut(
  { points, heads, tails, weights }: NeighbourGraph,
  positions: Float32Array,
  epochs = epochsFor(points),
): Generator<number, void> {
  const random = seededRandom(3);
  const strongest = weights.reduce((most, weight) => Math.max(most, weight), 0);
  // An edge of half the weight is drawn upon half as often.
  const interval = Float32Array.from(weights, (weight) => strongest / weight);
  const next = interval.slice();
  for (let epoch = 0; epoch < epochs; epoch++) {
    const rate = 1 - epoch / epochs;
    for (let edge = 0; edge < heads.length; edge++) {
      if (next[edge]! > epoch + 1) continue;
      next[edge]! += interval[edge]!;
      const head = heads[edge]! * 2;
      const tail = tails[edge]! * 2;
      attract(positions, head, tail, rate);
      for (let i = 0; i < repulsionsPerAttraction; i++) {
        const other = Math.floor(random() * points) * 2;
        if (other !== head) repel(positions, head, other, rate);
      }
      if (edge % 65_536 === 65_535) yield (epoch + edge / heads.length) / epochs;
    }
    yield (epoch + 1) / epochs;
  }
}

function attract(positions: Float32Array, head: number, tail: number, rate: number): void {
  const dx = positions[head]! - positions[tail]!;
  const dy = positions[head + 1]! - positions[tail + 1]!;
  const pull = (-2 * curve) / (1 + curve * (dx * dx + dy * dy));
  const stepX = clipped(pull * dx) * rate;
  const stepY = clipped(pull * dy) * rate;
  positions[head]! += stepX;
  positions[head + 1]! += stepY;
  positions[tail]! -= stepX;
  positions[tail + 1]! -= stepY;
}

function repel(positions: Float32Array, head: number, other: number, rate: number): void {
  const dx = positions[head]! - positions[other]!;
  const dy = positions[head + 1]! - positions[other + 1]!;
  const squared = dx * dx + dy * dy;
  // Two points on one spot have no direction to part in.
  if (squared === 0) return;
  const push = 2 / ((0.001 + squared) * (1 + curve * squared));
  positions[head]! += clipped(push * dx) * rate;
  positions[head + 1]! += clipped(push * dy) * rate;
}

function clipped(step: number): number {
  return step > longestStep ? longestStep : step < -longestStep ? -longestStep : step;
}
