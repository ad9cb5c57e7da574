/**
 * What was deleted in a Word document of 1997 to 2003 while changes were tracked, and is still in its text.
 *
 * Properties of characters are kept by their place in the stream, in pages of 512 bytes that list runs of it.
 */
import { firstEndingAfter } from "./first-ending-after.ts";
import type { ByteReader } from "./byte-reader.ts";
import { operandBytes, type PlacedPiece } from "./word-paragraphs.ts";

const pageBytes = 512;
/** A page has room for no more. */
const mostRuns = 101;
/** sprmCFRMarkDel of [MS-DOC]. */
const isDeleted = 0x0800;
/** Stands in for what was deleted, so that places in the text stay what they are; nothing shows it. */
const nothing = "\0";
/** Cells and sections end there whether or not their text does. */
const kept = /[^\x07\x0c]/g;

interface Stretch {
  /** In the stream, the end exclusive. */
  readonly start: number;
  end: number;
}

/** The text of these pieces without what was deleted, at its length. */
export function withoutDeleted(
  text: string,
  main: ByteReader,
  table: ByteReader,
  pieces: readonly PlacedPiece[],
): string {
  const deleted = deletedStretches(main, table);
  if (deleted.length === 0) return text;
  let left = "";
  let at = 0;
  for (const piece of pieces) {
    const bytes = piece.isWide ? 2 : 1;
    const pieceEnd = piece.offset + (piece.end - piece.start) * bytes;
    for (let index = firstEndingAfter(deleted, piece.offset); index < deleted.length; index++) {
      const { start, end } = deleted[index];
      if (start >= pieceEnd) break;
      const from = piece.start + Math.ceil(Math.max(0, start - piece.offset) / bytes);
      const to = piece.start + Math.ceil((Math.min(end, pieceEnd) - piece.offset) / bytes);
      if (from < at || to <= from || from >= text.length) continue;
      left += text.slice(at, from) + text.slice(from, to).replace(kept, nothing);
      at = Math.min(to, text.length);
    }
  }
  return left + text.slice(at);
}

/** In the order of the stream, none of them within another. */
function deletedStretches(main: ByteReader, table: ByteReader): Stretch[] {
  const [offset, length] = [main.u32(0x00fa), main.u32(0x00fe)];
  const count = Math.min(Math.max(0, Math.floor((length - 4) / 8)), Math.ceil(main.length / pageBytes));
  const found: Stretch[] = [];
  for (let index = 0; index < count; index++) {
    const page = (table.u32(offset + 4 * (count + 1) + 4 * index) & 0x3fffff) * pageBytes;
    const runs = Math.min(main.u8(page + pageBytes - 1), mostRuns);
    for (let run = 0; run < runs; run++) {
      const at = main.u8(page + 4 * (runs + 1) + run) * 2;
      if (at === 0 || !saysDeleted(main, page + at)) continue;
      const [start, end] = [main.u32(page + 4 * run), main.u32(page + 4 * (run + 1))];
      if (end > start && end <= main.length) found.push({ start, end });
    }
  }
  found.sort((a, b) => a.start - b.start);
  const stretches: Stretch[] = [];
  for (const { start, end } of found) {
    const last = stretches.at(-1);
    if (last && start <= last.end) last.end = Math.max(last.end, end);
    else stretches.push({ start, end });
  }
  return stretches;
}

function saysDeleted(main: ByteReader, at: number): boolean {
  const end = at + 1 + main.u8(at);
  for (let next = at + 1; next + 2 < end; next += 2 + operandBytes(main, main.u16(next), next + 2))
    if (main.u16(next) === isDeleted) return main.u8(next + 2) === 1;
  return false;
}
