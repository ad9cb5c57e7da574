/** softmax on the GPU, over the last dimension. */
import { softmaxGrid, softmaxProgram } from "../gpu/kernels/softmax/softmax.ts";
import { rowsOf, runInPlace, type GpuTensor, type HostTensor, type OpOptions } from "./tensor.ts";

/**
 * y = exp(x − max) / Σ exp(x − max) over the last dimension of x, in f32.
 *
 * @param x a typed array with its shape (a new one is returned), or a GPU buffer with its shape and device (changed in place)
 * @throws InvalidArgumentError when shape and data disagree; GpuUnavailableError without a GPU
 * @example
 * import { softmax } from "metal-candle/ops";
 * const y = await softmax({ data: Float32Array.of(0, 0), shape: [1, 2] });
 * console.log(y.data); // 0.5, 0.5
 */
export async function softmax<T extends HostTensor | GpuTensor>(x: T, options: OpOptions = {}): Promise<T> {
  const { width, rows } = rowsOf(x, "x");
  return runInPlace(x, softmaxProgram(width), [], softmaxGrid(rows), options);
}
