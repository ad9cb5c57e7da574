/**
 * q8_block32: a matrix in 8-bit blocks, the storage of the bundled model.
 *
 * `X.weight` of shape [rows, cols], cols a multiple of 32, is stored as I8 [rows, cols] with `X.weight.scale` F16
 * [rows, cols / 32], and stands for w' = f32(q) · f32(scale). Each block's scale is f16(max |w| / 127), and
 * q = round-half-even(w / f32(scale)) clipped to ±127; a block of zeros has scale 0 and q 0. All in f32 arithmetic, so the
 * format is defined bit for bit.
 */
import { floatToHalf, halfOf, halfToFloat, roundHalfEven } from "./half-float.ts";

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

/** The largest scale (F16 bits, 511.75) whose blocks surely lie within f16's range: 128 times that is 65504. */
const largestHalfScale = 0x5fff;

/** Whether every value of these blocks is a number that f16 holds, by the scales alone: false also where only a look at the values would tell. */
export function fitHalves(scales: Uint16Array): boolean {
  let largest = 0;
  for (let block = 0; block < scales.length; block++) {
    const magnitude = scales[block] & 0x7fff;
    if (magnitude > largest) largest = magnitude;
  }
  return largest <= largestHalfScale;
}

let products: Uint16Array | null = null;

/**
 * Halves of q · (1 + m / 1024), at 256 m + q's byte: all that a block's values can be but for a power of two. Made at the first use, in a
 * few milliseconds.
 */
function halfProducts(): Uint16Array {
  if (products !== null) return products;
  products = new Uint16Array(1024 * 256);
  for (let fraction = 0; fraction < 1024; fraction++) {
    for (let q = -128; q < 128; q++) products[fraction * 256 + (q & 0xff)] = floatToHalf(q * (1 + fraction / 1024));
  }
  return products;
}

/**
 * The F16 bits of q · scale, each as if rounded from the f32 that dequantize gives, without going by way of it.
 *
 * A normal scale's power of two only moves the exponent: what is not 0 is at least the scale, so a normal number too.
 * @param scales F16 bits, of which fitHalves says that they fit
 */
export function dequantizeToHalves(quantized: Int8Array, scales: Uint16Array): Uint16Array<ArrayBuffer> {
  const table = halfProducts();
  const target = new Uint16Array(quantized.length);
  // Four values at a time: a model's weights are most of what a cold start waits for.
  const aligned = quantized.byteOffset % 4 === 0 ? quantized : quantized.slice();
  const words = new Uint32Array(aligned.buffer, aligned.byteOffset, aligned.length / 4);
  const pairs = new Uint32Array(target.buffer);
  for (let block = 0; block < scales.length; block++) {
    const scale = scales[block];
    // Subnormal or negative.
    if (scale < 0x400 || scale >= 0x8000) {
      const first = block * blockSize;
      dequantizeOddBlock(quantized.subarray(first, first + blockSize), scale, target, first);
      continue;
    }
    const row = (scale & 0x3ff) * 256;
    const raise = (scale & 0x7c00) - 0x3c00;
    const first = (block * blockSize) / 4;
    for (let at = first; at < first + blockSize / 4; at++) {
      const word = words[at];
      const half0 = table[row + (word & 0xff)];
      const half1 = table[row + ((word >>> 8) & 0xff)];
      const half2 = table[row + ((word >>> 16) & 0xff)];
      const half3 = table[row + (word >>> 24)];
      pairs[2 * at] = (half0 === 0 ? 0 : half0 + raise) | ((half1 === 0 ? 0 : half1 + raise) << 16);
      pairs[2 * at + 1] = (half2 === 0 ? 0 : half2 + raise) | ((half3 === 0 ? 0 : half3 + raise) << 16);
    }
  }
  return target;
}

/** A block whose scale is no power of two times what the table holds. */
function dequantizeOddBlock(quantized: Int8Array, scale: number, target: Uint16Array, offset: number): void {
  const factor = new Float32Array(1);
  halfToFloat(Uint16Array.of(scale), factor);
  const value = new Float32Array(1);
  const bits = new Uint32Array(value.buffer);
  for (let index = 0; index < quantized.length; index++) {
    value[0] = quantized[index] * factor[0];
    target[offset + index] = halfOf(bits[0], 0x7bff);
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
