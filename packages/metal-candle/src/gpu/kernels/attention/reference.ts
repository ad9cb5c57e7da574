/** Attention in plain double precision over packed sequences, for checks. */

/**
 * qkv [tokens, stride] with Q, K, V of `heads` heads side by side; cuSeqlens [sequences + 1]; bias(query, key, head) is added
 * to the scaled scores. Returns the context [tokens, heads · headSize].
 */
export function attentionReference(
  qkv: ArrayLike<number>,
  stride: number,
  cuSeqlens: ArrayLike<number>,
  heads: number,
  { headSize, scale }: { readonly headSize: number; readonly scale: number },
  bias: (query: number, key: number, head: number) => number = () => 0,
): Float64Array {
  const width = heads * headSize;
  const context = new Float64Array(cuSeqlens[cuSeqlens.length - 1] * width);
  for (let sequence = 0; sequence + 1 < cuSeqlens.length; sequence++) {
    const start = cuSeqlens[sequence];
    const length = cuSeqlens[sequence + 1] - start;
    for (let head = 0; head < heads; head++) {
      for (let query = 0; query < length; query++) {
        const q = (start + query) * stride + head * headSize;
        const scores = Array.from({ length }, (_, key) => {
          let dot = 0;
          for (let i = 0; i < headSize; i++)
            dot += qkv[q + i] * qkv[(start + key) * stride + width + head * headSize + i];
          return dot * scale + bias(query, key, head);
        });
        const largest = Math.max(...scores);
        const weights = scores.map((score) => Math.exp(score - largest));
        const total = weights.reduce((sum, weight) => sum + weight, 0);
        for (let i = 0; i < headSize; i++) {
          let value = 0;
          for (let key = 0; key < length; key++) {
            value += weights[key] * qkv[(start + key) * stride + 2 * width + head * headSize + i];
          }
          context[(start + query) * width + head * headSize + i] = value / total;
        }
      }
    }
  }
  return context;
}
