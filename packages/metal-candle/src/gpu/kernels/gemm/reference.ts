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
    const sums = result.subarray(row * n, (row + 1) * n);
    // Rows of W outside, so that memory is read as it lies: a load waits for this.
    for (let i = 0; i < k; i++) {
      const value = a[row * k + i];
      for (let column = 0, at = i * n; column < n; column++, at++) sums[column] += value * w[at];
    }
    for (let column = 0; column < n; column++) {
      sums[column] = referenceActivation(activation, sums[column] + bias[column]);
    }
  }
  return result;
}

/** The same for a gated product: W's columns are the gate's and up's, four by four in turn; returns [rows, n / 2]. */
export function gatedReference(
  a: ArrayLike<number>,
  w: ArrayLike<number>,
  bias: ArrayLike<number>,
  k: number,
  activation: KernelActivation,
): Float64Array {
  const product = gemmReference(a, w, bias, k, "identity");
  const gate = (i: number): number => Math.floor(i / 4) * 8 + (i % 4);
  return Float64Array.from(
    { length: product.length / 2 },
    (_, i) => referenceActivation(activation, product[gate(i)]) * product[gate(i) + 4],
  );
}
