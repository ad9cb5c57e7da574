/** LayerNorm in plain double precision: what the kernels are checked against. Slow, obvious, and used by nothing else. */

/** (x − mean) / √(variance + ε) · weight + bias for each row of x [rows, width]; weight and bias [width]. */
export function layerNormReference(
  x: ArrayLike<number>,
  weight: ArrayLike<number>,
  bias: ArrayLike<number>,
  epsilon: number,
): Float64Array {
  const width = weight.length;
  const result = new Float64Array(x.length);
  for (let base = 0; base < x.length; base += width) {
    let mean = 0;
    for (let i = 0; i < width; i++) mean += x[base + i] / width;
    let variance = 0;
    for (let i = 0; i < width; i++) variance += (x[base + i] - mean) ** 2 / width;
    const scale = 1 / Math.sqrt(variance + epsilon);
    for (let i = 0; i < width; i++) result[base + i] = (x[base + i] - mean) * scale * weight[i] + bias[i];
  }
  return result;
}
