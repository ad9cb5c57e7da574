/** layerNorm on the GPU, as torch.nn.functional.layer_norm over the last dimension. */
import { checkOptions } from "../check-options.ts";
import { inPlaceLayerNormCheck } from "../gpu/kernels/layer-norm/in-place-check.ts";
import { layerNormProgram, layerNormGrid } from "../gpu/kernels/layer-norm/layer-norm.ts";
import { runInPlace } from "./run-in-place.ts";
import { checkEps, checkWidth, rowsOf, type GpuTensor, type HostTensor, type OpOptions } from "./tensor.ts";

export interface LayerNormOptions extends OpOptions {
  /** Added to the variance. Default 1e-12, as BERT has it. */
  readonly eps?: number | undefined;
}

/**
 * y = (x − mean) / √(variance + eps) · weight + bias over the last dimension of x, in f32. Constant rows come out as `bias`
 * exactly, at any eps above 0 (without one they are 0 / 0: NaN).
 *
 * @param x a typed array with its shape (a new one is returned), or a GPU buffer with its shape and device (changed in place)
 * @param weight one value per column
 * @param bias one value per column
 * @throws InvalidArgumentError when shapes disagree, for an invalid eps, or a buffer that is not for storage
 * @throws GpuUnavailableError without a GPU; DeviceLostError; GpuOutOfMemoryError; KernelCheckError
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
  checkOptions(options);
  const { eps = 1e-12 } = options;
  checkEps(eps);
  const { width, rows } = rowsOf(x, "x");
  checkWidth(weight, width, "weight");
  checkWidth(bias, width, "bias");
  const operation = {
    name: "layerNorm",
    program: layerNormProgram(width, eps),
    check: () => inPlaceLayerNormCheck(width, eps),
    parameters: [weight, bias],
    grid: layerNormGrid(rows),
  };
  return runInPlace(x, operation, options);
}
