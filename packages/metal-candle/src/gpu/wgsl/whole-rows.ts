/** Rows as kernels read them: filled up to whole vec4s. */
import { roundUp } from "../device/kernel-program.ts";

/** values [rows, width] as [rows, roundUp(width, 4)], zeros behind each row; the values themselves where rows are whole. */
export function wholeRows(values: Float32Array, width: number): Float32Array<ArrayBuffer>;
export function wholeRows(
  values: Float32Array | Uint16Array,
  width: number,
): Float32Array<ArrayBuffer> | Uint16Array<ArrayBuffer>;
export function wholeRows(values: Float32Array | Uint16Array, width: number): Float32Array | Uint16Array {
  const room = roundUp(width, 4);
  if (room === width) return values;
  const rows = values.length / width;
  const whole = values instanceof Uint16Array ? new Uint16Array(rows * room) : new Float32Array(rows * room);
  for (let row = 0; row < rows; row++) whole.set(values.subarray(row * width, (row + 1) * width), row * room);
  return whole;
}
