/** RMSNorm in plain double precision, for checks. */

/** x / √(mean(x²) + ε) · weight for each row of x [rows, width]. */
export function rmsNormReference(x: ArrayLike<number>, weight: ArrayLike<number>, epsilon: number): Float64Array {
  const width = weight.length;
  const result = new Float64Array(x.length);
  for (let base = 0; base < x.length; base += width) {
    let mean = 0;
    for (let i = 0; i < width; i++) mean += x[base + i] ** 2 / width;
    for (let i = 0; i < width; i++) result[base + i] = (x[base + i] / Math.sqrt(mean + epsilon)) * weight[i];
  }
  return result;
}
