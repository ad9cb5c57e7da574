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
    const scores = new Float64Array(length);
    for (let head = 0; head < heads; head++) {
      const keyHead = Math.floor((head * keyValueHeads) / heads);
      const keysAt = width + keyHead * headSize;
      const valuesAt = keysAt + keyValueHeads * headSize;
      for (let query = 0; query < length; query++) {
        const at = (start + query) * width + head * headSize;
        const q = (start + query) * stride + head * headSize;
        let largest = -Infinity;
        let total = 0;
        const isSeen = (key: number): boolean =>
          (!causal || key <= query) && (window === null || Math.abs(query - key) <= window);
        for (let key = 0; key < length; key++) {
          if (!isSeen(key)) continue;
          const k = (start + key) * stride + keysAt;
          let dot = 0;
          for (let i = 0; i < headSize; i++) dot += qkv[q + i] * qkv[k + i];
          scores[key] = dot * scale + bias(query, key, head);
          largest = Math.max(largest, scores[key]);
        }
        for (let key = 0; key < length; key++) {
          if (!isSeen(key)) continue;
          const v = (start + key) * stride + valuesAt;
          const weight = Math.exp(scores[key] - largest);
          total += weight;
          for (let i = 0; i < headSize; i++) context[at + i] += weight * qkv[v + i];
        }
        for (let i = 0; i < headSize; i++) context[at + i] /= total;
      }
    }
  }
  return context;
}

type ReferenceShape = Pick<AttentionShape, "headSize" | "scale" | "keyValueHeads" | "causal" | "window">;
