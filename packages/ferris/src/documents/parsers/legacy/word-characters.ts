/**
 * Runs of characters in a Word document of 1993 to 2003, each with its properties. They are kept by their place in the stream, in pages of 512 bytes.
 */
import type { ByteReader } from "./byte-reader.ts";

const pageBytes = 512;
/** A page has room for no more. */
const mostRuns = 101;

export interface CharacterRun {
  /** In the stream, the end exclusive. */
  readonly start: number;
  readonly end: number;
  /** Where its single properties are: their codes, each with what it is set to. */
  readonly properties: number;
  readonly propertiesEnd: number;
}

/** Where the list of pages is: in which stream, from where, and how many bytes a page's number has. */
export interface PageList {
  readonly reader: ByteReader;
  readonly offset: number;
  readonly length: number;
  readonly bytes: 2 | 4;
}

/** The runs that have properties of their own. */
export function* characterRuns(main: ByteReader, list: PageList): Generator<CharacterRun> {
  const { reader, offset, length, bytes } = list;
  const count = Math.min(Math.max(0, Math.floor((length - 4) / (4 + bytes))), Math.ceil(main.length / pageBytes));
  for (let index = 0; index < count; index++) {
    const place = offset + 4 * (count + 1) + bytes * index;
    const page = (bytes === 4 ? reader.u32(place) & 0x3fffff : reader.u16(place)) * pageBytes;
    const runs = Math.min(main.u8(page + pageBytes - 1), mostRuns);
    for (let run = 0; run < runs; run++) {
      const at = main.u8(page + 4 * (runs + 1) + run) * 2;
      const [start, end] = [main.u32(page + 4 * run), main.u32(page + 4 * (run + 1))];
      if (at === 0 || end <= start || end > main.length) continue;
      const properties = page + at + 1;
      yield { start, end, properties, propertiesEnd: properties + main.u8(page + at) };
    }
  }
}

/** Those of Word 97 and later. */
export function runsOf97(main: ByteReader, table: ByteReader): Generator<CharacterRun> {
  return characterRuns(main, { reader: table, offset: main.u32(0x00fa), length: main.u32(0x00fe), bytes: 4 });
}
