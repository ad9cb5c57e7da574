/** Rows as kernels read them: filled up to whole vec4s. */
import { roundUp } from "../device/kernel-program.ts";

/** values [rows, width] as [rows, roundUp(width, 4)], zeros behind each row; the values themselves where rows are whole. */
export function wholeRows(values: Float32Array<ArrayBuffer> | Float32Array, width: number): Float32Array<ArrayBuffer> {
  const room = roundUp(width, 4);
  if (room === width) return values as Float32Array<ArrayBuffer>;
  const rows = values.length / width;
  const whole = new Float32Array(rows * room);
  for (let row = 0; row < rows; row++) whole.set(values.subarray(row * width, (row + 1) * width), row * room);
  return whole;
}
