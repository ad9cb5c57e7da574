/**
 * The directions in which vectors differ most, by orthogonal iteration over a sample: 48 numbers a vector in place of 384 or 4,096, in which
 * neighbours are still neighbours.
 *
 * The covariance itself is never formed: for 4,096 dimensions it would be most of the work.
 */
import { seededRandom } from "./random.ts";

export interface PrincipalAxes {
  readonly dimensions: number;
  /** How many axes there are: the width of what `project` gives. */
  readonly count: number;
  /** [dimensions] */
  readonly mean: Float32Array;
  /** [count][dimensions], of unit length, the one with the most variance first. */
  readonly axes: Float32Array;
}

const mostAxes = 48;
const rounds = 6;

/** @param sample [rows][dimensions] */
export function principalAxes(sample: Float32Array, dimensions: number): PrincipalAxes {
  const rows = Math.floor(sample.length / dimensions);
  const count = Math.max(2, Math.min(mostAxes, dimensions));
  const mean = new Float32Array(dimensions);
  for (let row = 0; row < rows; row++) {
    for (let i = 0; i < dimensions; i++) mean[i] += sample[row * dimensions + i]! / rows;
  }
  const centred = Float32Array.from(sample, (value, at) => value - mean[at % dimensions]!);
  const random = seededRandom(1);
  let axes: Float32Array = Float32Array.from({ length: count * dimensions }, () => random() - 0.5);
  orthonormalise(axes, count, dimensions);
  for (let round = 0; round < rounds; round++) {
    const next = new Float32Array(count * dimensions);
    for (let row = 0; row < rows; row++) {
      const values = centred.subarray(row * dimensions, (row + 1) * dimensions);
      for (let axis = 0; axis < count; axis++) {
        const weight = dot(values, axes, axis * dimensions);
        for (let i = 0, to = axis * dimensions; i < dimensions; i++, to++) next[to] += weight * values[i]!;
      }
    }
    axes = next;
    orthonormalise(axes, count, dimensions);
  }
  return { dimensions, count, mean, axes };
}

/** Rows of `vectors` along the axes: [rows][count]. */
export function project({ dimensions, count, mean, axes }: PrincipalAxes, vectors: Float32Array): Float32Array {
  const rows = vectors.length / dimensions;
  const projected = new Float32Array(rows * count);
  const centred = new Float32Array(dimensions);
  for (let row = 0; row < rows; row++) {
    for (let i = 0; i < dimensions; i++) centred[i] = vectors[row * dimensions + i]! - mean[i]!;
    for (let axis = 0; axis < count; axis++) projected[row * count + axis] = dot(centred, axes, axis * dimensions);
  }
  return projected;
}

/** Four sums side by side: the processor need not wait for one addition to begin the next. */
function dot(values: Float32Array, axes: Float32Array, from: number): number {
  let [a, b, c, d] = [0, 0, 0, 0];
  let i = 0;
  for (; i + 3 < values.length; i += 4) {
    a += values[i]! * axes[from + i]!;
    b += values[i + 1]! * axes[from + i + 1]!;
    c += values[i + 2]! * axes[from + i + 2]!;
    d += values[i + 3]! * axes[from + i + 3]!;
  }
  for (; i < values.length; i++) a += values[i]! * axes[from + i]!;
  return a + b + c + d;
}

/** Gram and Schmidt. An axis that nothing is left of becomes zeros: along it all vectors are alike. */
function orthonormalise(axes: Float32Array, count: number, dimensions: number): void {
  for (let axis = 0; axis < count; axis++) {
    const own = axes.subarray(axis * dimensions, (axis + 1) * dimensions);
    const before = Math.sqrt(dot(own, own, 0));
    for (let other = 0; other < axis; other++) {
      const from = other * dimensions;
      const shared = dot(own, axes, from);
      for (let i = 0; i < dimensions; i++) own[i]! -= shared * axes[from + i]!;
    }
    const length = Math.sqrt(dot(own, own, 0));
    const scale = length > 1e-4 * before && length > 1e-12 ? 1 / length : 0;
    for (let i = 0; i < dimensions; i++) own[i]! *= scale;
  }
}
