/** Pooling and L2 normalisation in plain double precision, for checks. */
import { skippedTokens, writePoolingWeights } from "../../../encoder/pooling.ts";
import type { PoolingMode } from "../../../models/description.ts";

/** hidden [tokens, width] of one sequence, whose first `skip` tokens are left out. */
export function poolingReference(
  hidden: ArrayLike<number>,
  width: number,
  modes: readonly PoolingMode[],
  skip = 0,
): Float64Array {
  const tokens = hidden.length / width;
  const result = new Float64Array(modes.length * width);
  modes.forEach((mode, index) => {
    const row = result.subarray(index * width, (index + 1) * width);
    if (mode === "max") row.fill(-Infinity);
    const weights = new Float32Array(tokens);
    if (mode !== "max") writePoolingWeights(weights, mode, skippedTokens(skip, tokens));
    for (let token = 0; token < tokens; token++) {
      if (mode === "max" && token < skip) continue;
      for (let column = 0; column < width; column++) {
        const value = hidden[token * width + column];
        row[column] = mode === "max" ? Math.max(row[column], value) : row[column] + weights[token] * value;
      }
    }
  });
  return result;
}

/** row / max(‖row‖, 1e-12). */
export function normalizeReference(row: ArrayLike<number>): Float64Array {
  const values = Float64Array.from(row);
  const norm = Math.max(Math.sqrt(values.reduce((sum, value) => sum + value * value, 0)), 1e-12);
  return values.map((value) => value / norm);
}
