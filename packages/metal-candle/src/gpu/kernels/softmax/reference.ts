/** Softmax in plain double precision, for checks. */

/** exp(x − max) / Σ exp(x − max) for each row of x [rows, width]. */
export function softmaxReference(x: ArrayLike<number>, width: number): Float64Array {
  const result = new Float64Array(x.length);
  for (let base = 0; base < x.length; base += width) {
    let largest = -Infinity;
    for (let i = 0; i < width; i++) largest = Math.max(largest, x[base + i]);
    let sum = 0;
    for (let i = 0; i < width; i++) sum += Math.exp(x[base + i] - largest);
    for (let i = 0; i < width; i++) result[base + i] = Math.exp(x[base + i] - largest) / sum;
  }
  return result;
}
