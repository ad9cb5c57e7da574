/**
 * The records of a binary workbook's parts (.xlsb): a number, a length, and what is in it. Both are written in steps of seven bits.
 */
import { ByteReader } from "../legacy/byte-reader.ts";

/** A record of a part: what `reader` has from `start` to `end`. */
export type OnRecord = (type: number, reader: ByteReader, start: number, end: number) => void;

/** Calls `onRecord` for each record of `part`; nothing for a part that is not there. A record that is longer than the part ends it. */
export function readRecords(part: Uint8Array | null, onRecord: OnRecord): void {
  if (part === null) return;
  const reader = new ByteReader(part);
  for (let at = 0; at < reader.length;) {
    const [type, afterType] = number(reader, at, 2);
    const [length, start] = number(reader, afterType, 4);
    const end = start + length;
    if (end > reader.length) return;
    onRecord(type, reader, start, end);
    at = end;
  }
}

/** Up to `most` bytes, seven bits of each; returns the number and where it ends. */
function number(reader: ByteReader, at: number, most: number): [number, number] {
  let value = 0;
  for (let index = 0; index < most; index++) {
    const byte = reader.u8(at + index);
    value |= (byte & 0x7f) << (7 * index);
    if (byte < 0x80) return [value, at + index + 1];
  }
  return [value, at + most];
}

/** A text: how many characters, then two bytes of each; as far as there are any before `end`. */
export function wideString(reader: ByteReader, at: number, end: number): string {
  const characters = reader.u32(at);
  return at + 4 + 2 * characters > end ? "" : reader.wide(at + 4, characters);
}

/** Where the text at `at` ends. One that is not there has a length of -1. */
export function afterWideString(reader: ByteReader, at: number): number {
  const characters = reader.u32(at);
  return at + 4 + (characters === 0xffff_ffff ? 0 : 2 * characters);
}
