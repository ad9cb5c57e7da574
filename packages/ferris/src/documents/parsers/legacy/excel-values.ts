/**
 * Values of cells that Excel's binary formats share: packed numbers, truth, and the codes of errors.
 */
import { general } from "../spreadsheet/general-number.ts";
import type { ByteReader } from "./byte-reader.ts";

/** A number in four bytes: a whole one, or half of a fraction's bits; perhaps a hundredth of it. */
export function packedNumber(reader: ByteReader, at: number): number {
  const bits = reader.u32(at);
  const view = new DataView(new ArrayBuffer(8));
  view.setUint32(4, bits & 0xfffffffc, true);
  const number = bits & 2 ? reader.i32(at) >> 2 : view.getFloat64(0, true);
  return bits & 1 ? number / 100 : number;
}

export function truth(value: number): string {
  return value === 0 ? "FALSE" : "TRUE";
}

const errors: Readonly<Record<number, string>> = {
  0x00: "#NULL!",
  0x07: "#DIV/0!",
  0x0f: "#VALUE!",
  0x17: "#REF!",
  0x1d: "#NAME?",
  0x24: "#NUM!",
  0x2a: "#N/A",
};

export function errorName(code: number): string {
  return errors[code] ?? general(code);
}
