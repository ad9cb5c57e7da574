/**
 * cos and sin of rotary positions, as PyTorch rounds them: the angle is a product in f32, and only then its cosine is taken.
 *
 * The tables of a rotation are kept and grow with the longest text so far.
 */
import type { Rotary } from "../models/encoder-description.ts";

export interface RotationTables {
  /** f32 [length, inverseFrequencies.length], the rotation's factor included. */
  readonly cos: Float32Array;
  readonly sin: Float32Array;
}

const kept = new WeakMap<Rotary, RotationTables>();

/** The tables of positions 0 … length − 1. */
export function rotationTables(rotary: Rotary, length: number): RotationTables {
  const { inverseFrequencies, factor } = rotary;
  const width = inverseFrequencies.length;
  let tables = kept.get(rotary);
  if (tables === undefined || tables.cos.length < length * width) {
    const rows = Math.max(length, 512);
    const [cos, sin] = [new Float32Array(rows * width), new Float32Array(rows * width)];
    for (let position = 0; position < rows; position++) {
      for (let index = 0; index < width; index++) {
        const angle = Math.fround(position * inverseFrequencies[index]);
        cos[position * width + index] = factor * Math.fround(Math.cos(angle));
        sin[position * width + index] = factor * Math.fround(Math.sin(angle));
      }
    }
    tables = { cos, sin };
    kept.set(rotary, tables);
  }
  return { cos: tables.cos.subarray(0, length * width), sin: tables.sin.subarray(0, length * width) };
}
