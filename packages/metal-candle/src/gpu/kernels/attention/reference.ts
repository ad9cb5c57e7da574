/** Attention in plain double precision over packed sequences, for checks. */
import type { AttentionShape } from "./shape.ts";

/**
 * qkv [tokens, stride] with Q, K, V side by side, K and V of fewer heads where `keyValueHeads` says so; cuSeqlens [sequences + 1];
 * bias(query, key, head) is added to the scaled scores. Returns the context [tokens, heads · headSize].
 */
export function attentionReference(
  qkv: ArrayLike<number>,
  stride: number,
  cuSeqlens: ArrayLike<number>,
  heads: number,
  { headSize, scale, keyValueHeads = heads, causal = false, window = null }: ReferenceShape,
  bias: (query: number, key: number, head: number) => number = () => 0,
): Float64Array {
  const width = heads * headSize;
  const context = new Float64Array(cuSeqlens[cuSeqlens.length - 1] * width);
  for (let sequence = 0; sequence + 1 < cuSeqlens.length; sequence++) {
    const start = cuSeqlens[sequence];
    const length = cuSeqlens[sequence + 1] - start;
    for (let head = 0; head < heads; head++) {
      const keyHead = Math.floor((head * keyValueHeads) / heads);
      const keysAt = width + keyHead * headSize;
      const valuesAt = keysAt + keyValueHeads * headSize;
      for (let query = 0; query < length; query++) {
        const q = (start + query) * stride + head * headSize;
        const seen = Array.from({ length }, (_, key) => key).filter(
          (key) => (!causal || key <= query) && (window === null || Math.abs(query - key) <= window),
        );
        const scores = seen.map((key) => {
          let dot = 0;
          for (let i = 0; i < headSize; i++) dot += qkv[q + i] * qkv[(start + key) * stride + keysAt + i];
          return dot * scale + bias(query, key, head);
        });
        const largest = Math.max(...scores);
        const weights = scores.map((score) => Math.exp(score - largest));
        const total = weights.reduce((sum, weight) => sum + weight, 0);
        for (let i = 0; i < headSize; i++) {
          let value = 0;
          for (const [at, key] of seen.entries()) value += weights[at] * qkv[(start + key) * stride + valuesAt + i];
          context[(start + query) * width + head * headSize + i] = value / total;
        }
      }
    }
  }
  return context;
}

type ReferenceShape = Pick<AttentionShape, "headSize" | "scale" | "keyValueHeads" | "causal" | "window">;
