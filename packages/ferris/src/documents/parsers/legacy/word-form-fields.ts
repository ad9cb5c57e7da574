/**
 * Fields of forms in Word documents of 1997 to 2003 that show what was chosen and have no text for it: boxes to tick, lists to choose from.
 */
import type { ByteReader } from "./byte-reader.ts";

const kind = { box: 1, list: 2 } as const;
/** Nothing was chosen: what was set beforehand holds. */
const unset = 25;
const mostEntries = 1_000;

/** What the field shows whose data is at `place` in the stream of pictures; "" for other data. */
export function formFieldAt(data: ByteReader, place: number): string {
  const start = place + data.u16(place + 4);
  if (data.u32(start) !== 0xffffffff) return "";
  const bits = data.u16(start + 4);
  const type = bits & 3;
  if (type !== kind.box && type !== kind.list) return "";
  // Behind a length and a size, its name, and what was set beforehand.
  let at = afterText(data, start + 10);
  const chosen = (bits >> 2) & 31;
  const result = chosen === unset ? data.u16(at) : chosen;
  if (type === kind.box) return result === 0 ? "☐" : "☒";
  at += 2;
  // A format, help, a line of help, and two macros.
  for (let text = 0; text < 5; text++) at = afterText(data, at);
  const count = Math.min(data.u16(at + 2), mostEntries);
  at += 6;
  for (let entry = 0; entry < count; entry++) {
    const characters = data.u16(at);
    if (entry === result) return data.wide(at + 2, characters);
    at += 2 + 2 * characters;
  }
  return "";
}

/** A text is its length, its characters and a zero. */
function afterText(data: ByteReader, at: number): number {
  return at + 4 + 2 * data.u16(at);
}
