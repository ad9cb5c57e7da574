/** Reads a matrix of activations back as f32, without its padding: for tests and checks, never on the way of a batch. */
import { halfToFloat } from "../weights/half-float.ts";
import type { StorageType } from "./wgsl/storage.ts";

/** `mapped` holds `rows` rows of `stride` stored elements; the first `width` of each are returned, packed. */
export function readStored(
  mapped: ArrayBuffer,
  storage: StorageType,
  rows: number,
  width: number,
  stride: number,
): Float32Array {
  const result = new Float32Array(rows * width);
  for (let row = 0; row < rows; row++) {
    if (storage === "f16") halfToFloat(new Uint16Array(mapped, row * stride * 2, width), result, row * width);
    else result.set(new Float32Array(mapped, row * stride * 4, width), row * width);
  }
  return result;
}
