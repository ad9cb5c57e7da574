/** Pooling and L2 normalisation in plain double precision, for checks. */
import type { PoolingMode } from "../../../models/description.ts";

/** hidden [tokens, width] of one sequence; the first `skip` tokens are masked as sentence-transformers masks a prompt. */
export function poolingReference(
  hidden: ArrayLike<number>,
  width: number,
  modes: readonly PoolingMode[],
  skip = 0,
): Float64Array {
  const tokens = hidden.length / width;
  const result = new Float64Array(modes.length * width);
  modes.forEach((mode, index) => {
    for (let column = 0; column < width; column++) {
      const at = (token: number): number => hidden[token * width + column];
      let sum = 0;
      let weighted = 0;
      let weights = 0;
      let largest = -Infinity;
      for (let token = skip; token < tokens; token++) {
        sum += at(token);
        weighted += at(token) * (token + 1);
        weights += token + 1;
        largest = Math.max(largest, at(token));
      }
      const count = Math.max(tokens - skip, 1);
      const value = {
        cls: at(0),
        lasttoken: at(tokens - 1),
        max: largest,
        mean: sum / count,
        mean_sqrt_len: sum / Math.sqrt(count),
        weightedmean: weighted / weights,
      }[mode];
      result[index * width + column] = value;
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
