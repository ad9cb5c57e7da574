/** layerNorm on the GPU, as torch.nn.functional.layer_norm over the last dimension. */
import { layerNormProgram, layerNormGrid } from "../gpu/kernels/layer-norm/layer-norm.ts";
import { checkWidth, rowsOf, runInPlace, type GpuTensor, type HostTensor, type OpOptions } from "./tensor.ts";

export interface LayerNormOptions extends OpOptions {
  /** Added to the variance. Default 1e-12, as BERT has it. */
  readonly eps?: number;
}

/**
 * y = (x − mean) / √(variance + eps) · weight + bias over the last dimension of x, in f32. Constant rows come out as `bias`
 * exactly, at any eps.
 *
 * @param x a typed array with its shape (a new one is returned), or a GPU buffer with its shape and device (changed in place)
 * @param weight one value a column
 * @param bias one value a column
 * @throws InvalidArgumentError when shapes disagree; GpuUnavailableError without a GPU
 * @example
 * import { layerNorm } from "metal-candle/ops";
 * const x = { data: Float32Array.of(1, 2, 3, 4), shape: [1, 4] };
 * const y = await layerNorm(x, new Float32Array(4).fill(1), new Float32Array(4));
 * console.log(y.data); // about -1.34, -0.45, 0.45, 1.34
 */
export async function layerNorm<T extends HostTensor | GpuTensor>(
  x: T,
  weight: Float32Array,
  bias: Float32Array,
  options: LayerNormOptions = {},
): Promise<T> {
  const { width, rows } = rowsOf(x, "x");
  checkWidth(weight, width, "weight");
  checkWidth(bias, width, "bias");
  return runInPlace(x, layerNormProgram(width, options.eps ?? 1e-12), [weight, bias], layerNormGrid(rows), options);
}
