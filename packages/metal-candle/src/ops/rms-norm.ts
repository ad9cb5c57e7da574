/** rmsNorm on the GPU, over the last dimension. */
import { rmsNormGrid, rmsNormProgram } from "../gpu/kernels/rms-norm/rms-norm.ts";
import { checkWidth, rowsOf, runInPlace, type GpuTensor, type HostTensor, type OpOptions } from "./tensor.ts";

export interface RmsNormOptions extends OpOptions {
  /** Added to the mean square. Default 1e-6. */
  readonly eps?: number;
}

/**
 * y = x / √(mean(x²) + eps) · weight over the last dimension of x, in f32 (Zhang & Sennrich 2019).
 *
 * @param x a typed array with its shape (a new one is returned), or a GPU buffer with its shape and device (changed in place)
 * @param weight one value a column
 * @throws InvalidArgumentError when shapes disagree; GpuUnavailableError without a GPU
 * @example
 * import { rmsNorm } from "metal-candle/ops";
 * const y = await rmsNorm({ data: Float32Array.of(3, 4), shape: [1, 2] }, Float32Array.of(1, 1));
 * console.log(y.data); // about 0.85, 1.13
 */
export async function rmsNorm<T extends HostTensor | GpuTensor>(
  x: T,
  weight: Float32Array,
  options: RmsNormOptions = {},
): Promise<T> {
  const { width, rows } = rowsOf(x, "x");
  checkWidth(weight, width, "weight");
  return runInPlace(x, rmsNormProgram(width, options.eps ?? 1e-6), [weight], rmsNormGrid(rows), options);
}
