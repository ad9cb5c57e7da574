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
        const first = window === null ? 0 : Math.max(0, query - window);
        const last = Math.min(causal ? query : length - 1, window === null ? length - 1 : query + window);
        for (let key = first; key <= last; key++) {
          const k = (start + key) * stride + keysAt;
          scores[key] = dot(qkv, q, k, headSize) * scale + bias(query, key, head);
          largest = Math.max(largest, scores[key]);
        }
        for (let key = first; key <= last; key++) {
          const v = (start + key) * stride + valuesAt;
          const weight = Math.exp(scores[key] - largest);
          total += weight;
          addWeighted(context, at, qkv, v, weight, headSize);
        }
        for (let i = 0; i < headSize; i++) context[at + i] /= total;
      }
    }
  }
  return context;
}

// Functions of their own, so that a first call of the reference is compiled within milliseconds: a load waits for it.
function dot(values: ArrayLike<number>, first: number, second: number, count: number): number {
  let sum = 0;
  for (let i = 0; i < count; i++) sum += values[first + i] * values[second + i];
  return sum;
}

function addWeighted(
  target: Float64Array,
  at: number,
  values: ArrayLike<number>,
  from: number,
  weight: number,
  count: number,
): void {
  for (let i = 0; i < count; i++) target[at + i] += weight * values[from + i];
}

type ReferenceShape = Pick<AttentionShape, "headSize" | "scale" | "keyValueHeads" | "causal" | "window">;
