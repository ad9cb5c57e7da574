/**
 * Texts in workbooks of 1997 to 2003: of one or two bytes a character, with runs of format behind them, cut into records. Before, they were bytes of a code
 * page.
 */
import { decodeLoosely } from "../../decode/charset.ts";
import { codePageLabel } from "../rtf/charsets.ts";
import type { ByteReader } from "./byte-reader.ts";

const continued = 0x003c;

/** Reads so many characters, or bytes, that stand at a place. */
export type TextAt = (at: number, length: number) => string;

/** What Excel 5 and 95 call the code pages of Macintosh and of Windows. */
const ownPages: Readonly<Record<number, number>> = { 0x8000: 10_000, 0x8001: 1252 };

/** Texts of Excel 5 and 95. */
export function textOfPage(reader: ByteReader, page: number): TextAt {
  const label = codePageLabel(ownPages[page] ?? page);
  return (at, length) => decodeLoosely(reader.slice(at, at + length), label);
}

/** A text of this many characters whose flags stand at `at`. */
export function stringAt(reader: ByteReader, at: number, characters: number): string {
  const flags = reader.u8(at);
  const start = at + 1 + (flags & 8 ? 2 : 0) + (flags & 4 ? 4 : 0);
  return flags & 1 ? reader.wide(start, characters) : reader.narrow(start, characters);
}

/** The shared texts, whose record is at `at`; it goes on in those that continue it, cut anywhere. */
export function readStrings(reader: ByteReader, at: number): string[] {
  const segments = segmentsOf(reader, at);
  let segment = 0;
  let place = segments[0].start + 8;
  const left = () => segments[segment].end - place;
  /** Moves to where the next byte is; false at the end of all. */
  const advance = (): boolean => {
    while (segment < segments.length && left() <= 0) {
      segment++;
      if (segment >= segments.length) return false;
      place = segments[segment].start;
    }
    return segment < segments.length;
  };
  const skip = (bytes: number) => {
    let rest = bytes;
    while (rest > 0 && advance()) {
      const step = Math.min(rest, left());
      place += step;
      rest -= step;
    }
  };
  const count = reader.u32(segments[0].start + 4);
  const strings: string[] = [];
  while (strings.length < count && advance()) {
    const characters = reader.u16(place);
    let flags = reader.u8(place + 2);
    place += 3;
    const runs = flags & 8 ? reader.u16(place) : 0;
    place += flags & 8 ? 2 : 0;
    const extended = flags & 4 ? reader.u32(place) : 0;
    place += flags & 4 ? 4 : 0;
    let text = "";
    while (text.length < characters) {
      if (left() <= 0) {
        if (!advance()) break;
        // What continues a text says again how wide its characters are.
        flags = (flags & ~1) | (reader.u8(place) & 1);
        place++;
      }
      const width = flags & 1 ? 2 : 1;
      const here = Math.min(characters - text.length, Math.floor(left() / width));
      if (here <= 0) {
        place = segments[segment].end;
        continue;
      }
      text += width === 2 ? reader.wide(place, here) : reader.narrow(place, here);
      place += here * width;
    }
    strings.push(text);
    skip(4 * runs + extended);
  }
  return strings;
}

function segmentsOf(reader: ByteReader, first: number): { start: number; end: number }[] {
  const segments: { start: number; end: number }[] = [];
  let at = first;
  do {
    const end = Math.min(at + 4 + reader.u16(at + 2), reader.length);
    segments.push({ start: at + 4, end });
    at = end;
  } while (reader.u16(at) === continued && at + 4 <= reader.length);
  return segments;
}
