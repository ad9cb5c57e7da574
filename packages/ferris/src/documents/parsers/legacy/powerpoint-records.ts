/**
 * Records of a presentation of 1997 to 2003: their texts, and the directory that says which of them are alive.
 */
import { symbolCharacter } from "../word/symbols.ts";
import type { ByteReader } from "./byte-reader.ts";
import { type OfficeRecord, recordAt } from "./records.ts";

const mostEdits = 10_000;

/** The text of a record of text, of one or two bytes a character. A lone "*" stands for the date or the number of the slide. */
export function textOf(reader: ByteReader, { type, start, end }: OfficeRecord): string {
  const text = type === 0x0fa0 ? reader.wide(start, (end - start) >> 1) : reader.narrow(start, end - start);
  return (
    text
      .replace(/[\r\v]/g, "\n")
      .replace(/[^\P{Cc}\n\t]/gu, "")
      // Arrows and ticks, which PowerPoint puts there as they are typed.
      .replace(/[\uf020-\uf0ff]/g, (sign) => symbolCharacter("wingdings", sign.charCodeAt(0)))
      .replace(/^\*$/, "")
  );
}

/** Where the living records are, by their number: each save lists what it wrote, the newest first. */
export function directory(
  reader: ByteReader,
  newest: number,
): { places: Map<number, number>; document: number | undefined } {
  const places = new Map<number, number>();
  let edit = newest;
  let document = 0;
  for (let read = 0; read < mostEdits; read++) {
    const record = recordAt(reader, edit);
    if (record?.type !== 0x0ff5) break;
    document ||= reader.u32(record.start + 16);
    const list = recordAt(reader, reader.u32(record.start + 12));
    if (list?.type === 0x1772) {
      for (let at = list.start; at + 4 <= list.end;) {
        const head = reader.u32(at);
        const [first, count] = [head & 0xfffff, head >>> 20];
        for (let index = 0; index < count && at + 8 + 4 * index <= list.end; index++) {
          if (!places.has(first + index)) places.set(first + index, reader.u32(at + 4 + 4 * index));
        }
        at += 4 + 4 * count;
      }
    }
    const older = reader.u32(record.start + 8);
    if (older === 0 || older >= edit) break;
    edit = older;
  }
  return { places, document: places.get(document) };
}
