/**
 * q8_block32: a matrix in 8-bit blocks, the storage of the bundled model.
 *
 * `X.weight` of shape [rows, cols], cols a multiple of 32, is stored as I8 [rows, cols] with `X.weight.scale` F16
 * [rows, cols / 32], and stands for w' = f32(q) · f32(scale). Each block's scale is f16(max |w| / 127), and
 * q = round-half-even(w / f32(scale)) clipped to ±127; a block of zeros has scale 0 and q 0. All in f32 arithmetic, so the
 * format is defined bit for bit.
 */
import { floatToHalf, halfToFloat, roundHalfEven } from "./half-float.ts";

/** Elements that share one scale. */
export const blockSize = 32;

/** `quant_method` in config.json's quantization_config. */
export const quantizationMethod = "q8_block32";

/** Writes q · scale to `target` from `offset` on. `quantized` has 32 elements for each of `scales` (F16 bits). */
export function dequantize(quantized: Int8Array, scales: Uint16Array, target: Float32Array, offset = 0): void {
  const scale = new Float32Array(scales.length);
  halfToFloat(scales, scale);
  for (let block = 0; block < scale.length; block++) {
    const factor = scale[block];
    const first = block * blockSize;
    for (let index = first; index < first + blockSize; index++) target[offset + index] = quantized[index] * factor;
  }
}

/** Quantises rows laid end to end; `values.length` must be a multiple of 32. Returns q and the scales' F16 bits. */
export function quantize(values: Float32Array): { quantized: Int8Array; scales: Uint16Array } {
  const quantized = new Int8Array(values.length);
  const scales = new Uint16Array(values.length / blockSize);
  const factor = new Float32Array(1);
  for (let block = 0; block < scales.length; block++) {
    const first = block * blockSize;
    let largest = 0;
    for (let index = first; index < first + blockSize; index++) largest = Math.max(largest, Math.abs(values[index]));
    scales[block] = floatToHalf(Math.fround(largest / 127));
    halfToFloat(scales.subarray(block, block + 1), factor);
    if (factor[0] === 0) continue;
    for (let index = first; index < first + blockSize; index++) {
      const rounded = roundHalfEven(Math.fround(values[index] / factor[0]));
      quantized[index] = Math.max(-127, Math.min(127, rounded));
    }
  }
  return { quantized, scales };
}
