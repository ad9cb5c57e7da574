/** softmax on the GPU, over the last dimension. */
import { checkOptions } from "../check-options.ts";
import { softmaxCheck } from "../gpu/kernels/softmax/check.ts";
import { softmaxGrid, softmaxProgram } from "../gpu/kernels/softmax/softmax.ts";
import { runInPlace } from "./run-in-place.ts";
import { rowsOf, type GpuTensor, type HostTensor, type OpOptions } from "./tensor.ts";

/**
 * y = exp(x − max) / Σ exp(x − max) over the last dimension of x, in f32.
 *
 * @param x a typed array with its shape (a new one is returned), or a GPU buffer with its shape and device (changed in place)
 * @throws InvalidArgumentError when shape and data disagree, or for a buffer that is not for storage
 * @throws GpuUnavailableError without a GPU; DeviceLostError; GpuOutOfMemoryError; KernelCheckError
 * @example
 * import { softmax } from "metal-candle/ops";
 * const y = await softmax({ data: Float32Array.of(0, 0), shape: [1, 2] });
 * console.log(y.data); // 0.5, 0.5
 */
export async function softmax<T extends HostTensor | GpuTensor>(x: T, options: OpOptions = {}): Promise<T> {
  checkOptions(options);
  const { width, rows } = rowsOf(x, "x");
  const operation = {
    name: "softmax",
    program: softmaxProgram(width),
    check: () => softmaxCheck(width),
    parameters: [],
    grid: softmaxGrid(rows),
  };
  return runInPlace(x, operation, options);
}
