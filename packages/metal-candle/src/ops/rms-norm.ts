/** rmsNorm on the GPU, over the last dimension. */
import { checkOptions } from "../check-options.ts";
import { rmsNormCheck } from "../gpu/kernels/rms-norm/check.ts";
import { rmsNormGrid, rmsNormProgram } from "../gpu/kernels/rms-norm/rms-norm.ts";
import { runInPlace } from "./run-in-place.ts";
import { checkEps, checkWidth, rowsOf, type GpuTensor, type HostTensor, type OpOptions } from "./tensor.ts";

export interface RmsNormOptions extends OpOptions {
  /** Added to the mean square. Default 1e-6. */
  readonly eps?: number | undefined;
}

/**
 * y = x / √(mean(x²) + eps) · weight over the last dimension of x, in f32 (Zhang & Sennrich 2019).
 *
 * @param x a typed array with its shape (a new one is returned), or a GPU buffer with its shape and device (changed in place)
 * @param weight one value per column
 * @throws InvalidArgumentError when shapes disagree, for an invalid eps, or a buffer that is not for storage
 * @throws GpuUnavailableError without a GPU; DeviceLostError; GpuOutOfMemoryError; KernelCheckError
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
  checkOptions(options);
  const { eps = 1e-6 } = options;
  checkEps(eps);
  const { width, rows } = rowsOf(x, "x");
  checkWidth(weight, width, "weight");
  const operation = {
    name: "rmsNorm",
    program: rmsNormProgram(width, eps),
    check: () => rmsNormCheck(width, eps),
    parameters: [weight],
    grid: rmsNormGrid(rows),
  };
  return runInPlace(x, operation, options);
}
