/**
 * Weights as a device takes them: read, and looked at for values that would make every vector wrong. NaN and infinity are a damaged file;
 * what lies beyond f16's range would be clamped by an upload in f16.
 */
import { ModelFileError, UnsupportedModelError } from "../errors.ts";
import { floatsToHalves } from "../weights/half-float.ts";
import { dequantizeToHalves, fitHalves } from "../weights/q8-block32.ts";
import type { QuantizedBlocks, WeightTensor } from "../weights/weight-tensor.ts";

/** Weights that f16 does not hold. In f32 the model is as good as any. */
export class WeightBeyondHalfError extends UnsupportedModelError {}

/** The bits of the least magnitude that f32 and f16 do not hold: infinity, and 65520, which rounds to it in f16. */
const bounds = { f32: 0x7f800000, f16: 0x477ff000 } as const;

/**
 * Rows of a tensor, as WeightTensor.read gives them.
 *
 * @param storage how the device will store them
 * @throws ModelFileError for NaN or infinity; WeightBeyondHalfError for a value beyond f16's range, where that is how it is stored
 */
export async function readWeights(
  tensor: WeightTensor,
  storage: keyof typeof bounds,
  first?: number,
  count?: number,
): Promise<Float32Array<ArrayBuffer>> {
  const values = (await tensor.read(first, count)) as Float32Array<ArrayBuffer>;
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  let largest = 0;
  for (let i = 0; i < bits.length; i++) {
    const magnitude = bits[i] & 0x7fffffff;
    if (magnitude > largest) largest = magnitude;
  }
  if (largest < bounds[storage]) return values;
  const index = bits.findIndex((word) => (word & 0x7fffffff) === largest);
  if (largest >= bounds.f32) {
    const offset = (first ?? 0) * (values.length / (count ?? tensor.shape[0]));
    throw new ModelFileError(
      `The weight ${tensor.name} holds ${values[index]} at position ${offset + index}: the file is damaged, and every vector would be wrong.`,
    );
  }
  throw new WeightBeyondHalfError(
    `The weight ${tensor.name} holds ${values[index]}, beyond the range of f16 (±65504). Load the model with dtype "f32".`,
  );
}

/**
 * The same rows as a device stores them: f32, or the bits of f16.
 *
 * @throws as readWeights
 */
export async function readStoredWeights(
  tensor: WeightTensor,
  storage: keyof typeof bounds,
  first?: number,
  count?: number,
): Promise<StoredWeights> {
  if (storage === "f16" && tensor.readBlocks !== undefined) {
    const { quantized, scales } = await tensor.readBlocks(first, count);
    if (fitHalves(scales)) return dequantizeToHalves(quantized, scales);
  }
  const values = await readWeights(tensor, storage, first, count);
  return storage === "f16" ? floatsToHalves(values) : values;
}

/** Weights in a device's storage type: f32, or the bits of f16. */
export type StoredWeights = Float32Array<ArrayBuffer> | Uint16Array<ArrayBuffer>;

/**
 * All of a tensor as it is stored in 8-bit blocks; null where it is not.
 *
 * @throws ModelFileError for a scale that is NaN or infinity
 */
export async function readQuantizedWeights(tensor: WeightTensor): Promise<QuantizedBlocks | null> {
  if (tensor.readBlocks === undefined) return null;
  const blocks = await tensor.readBlocks();
  // F16: all bits of the exponent.
  const index = blocks.scales.findIndex((bits) => (bits & 0x7c00) === 0x7c00);
  if (index < 0) return blocks;
  throw new ModelFileError(
    `The weight ${tensor.name} holds a scale that is not a finite number at block ${index}: the file is damaged, and every vector would be wrong.`,
  );
}

/**
 * Refuses a LayerNorm that can leave f16's range, where its result is stored in f16: no element of a normalised row is above √(width − 1).
 * The kernel would clamp it, and the vector would be wrong.
 *
 * @throws WeightBeyondHalfError
 */
export function checkNormRange(name: string, weight: Float32Array, bias: Float32Array | null): void {
  const most = Math.sqrt(weight.length - 1);
  const largest = weight.reduce((so, value, i) => Math.max(so, most * Math.abs(value) + Math.abs(bias?.[i] ?? 0)), 0);
  if (largest <= 65504) return;
  throw new WeightBeyondHalfError(
    `The norm ${name} gives values of up to ${Math.round(largest)}, beyond the range of f16 (±65504). Load the model with dtype "f32".`,
  );
}
