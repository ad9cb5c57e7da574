/** GEMM in plain double precision: what every family is checked against. */
import { referenceActivation, type KernelActivation } from "../../wgsl/activations.ts";

/** activation(A · W + bias): A [rows, k], W [k, n], bias [n]; returns [rows, n]. */
export function gemmReference(
  a: ArrayLike<number>,
  w: ArrayLike<number>,
  bias: ArrayLike<number>,
  k: number,
  activation: KernelActivation,
): Float64Array {
  const n = bias.length;
  const rows = a.length / k;
  const result = new Float64Array(rows * n);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < n; column++) {
      let sum = 0;
      for (let i = 0; i < k; i++) sum += a[row * k + i] * w[i * n + column];
      result[row * n + column] = referenceActivation(activation, sum + bias[column]);
    }
  }
  return result;
}
