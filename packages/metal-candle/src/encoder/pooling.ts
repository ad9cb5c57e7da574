/**
 * What pooling means, once for every device: which of a sequence's tokens count, and how much.
 *
 * sentence-transformers' padded path (modules/pooling.py of 6.2): with include_prompt: false the mask of the first `skip` tokens is
 * zeroed before any mode looks at it. So cls is the first token that is left, and where a prompt covers the whole sequence nothing is:
 * cls then takes token 0 (argmax of a mask of zeros), sums and lasttoken give zeros, and max would be −∞, which check-batch.ts
 * refuses. The CPU device multiplies with these weights; the GPU's kernel is checked against them.
 */
import type { PoolingMode } from "../models/description.ts";

/** Modes that are a sum over tokens with weights; max is none. */
export type WeightedPooling = Exclude<PoolingMode, "max">;

/** Tokens left out of a sequence at its start: never more than it has. */
export function skippedTokens(skip: number, length: number): number {
  return Math.min(skip, length);
}

/**
 * Writes the weight of each token of one sequence, in f32.
 *
 * @param weights f32 [length], all 0
 * @param skip tokens that are left out at the start, at most `length`
 */
export function writePoolingWeights(weights: Float32Array, mode: WeightedPooling, skip: number): void {
  const length = weights.length;
  const count = length - skip;
  if (count === 0) {
    if (mode === "cls") weights[0] = 1;
    return;
  }
  switch (mode) {
    case "cls":
      weights[skip] = 1;
      break;
    case "lasttoken":
      weights[length - 1] = 1;
      break;
    case "mean":
      weights.fill(1 / count, skip);
      break;
    case "mean_sqrt_len":
      weights.fill(1 / Math.sqrt(count), skip);
      break;
    case "weightedmean": {
      // A token keeps its own place in the sequence as its weight, whether or not a prompt before it is left out.
      const total = (length * (length + 1) - skip * (skip + 1)) / 2;
      for (let token = skip; token < length; token++) weights[token] = (token + 1) / total;
      break;
    }
  }
}
