/** What was deleted in a Word document of 1993 to 2003 while changes were tracked, and is still in its text. */
import { firstEndingAfter } from "./first-ending-after.ts";
import type { ByteReader } from "./byte-reader.ts";
import { propertiesOf95, runsOf95 } from "./word-95-properties.ts";
import type { CharacterRun } from "./word-characters.ts";
import { operandBytes, type PlacedPiece } from "./word-paragraphs.ts";

/** sprmCFRMarkDel of [MS-DOC]. */
const isDeleted = 0x0800;
/** sprmCFStrikeRM, as it was called before. */
const isDeleted95 = 65;
/** Stands in for what was deleted, so that places in the text stay what they are; nothing shows it. */
const nothing = "\0";
/** Cells and sections end there whether or not their text does. */
const kept = /[^\x07\x0c]/g;

export interface Stretch {
  /** In the stream, the end exclusive. */
  readonly start: number;
  end: number;
}

/** Those of a document of Word 97 and later. */
export function deletedStretches(main: ByteReader, runs: readonly CharacterRun[]): Stretch[] {
  return stretchesOf(runs, (run) => saysDeleted(main, run));
}

/** Those of a document of Word 6 and 95, whose properties are bytes. */
export function deletedStretches95(main: ByteReader): Stretch[] {
  return stretchesOf(runsOf95(main), (run) => {
    for (const { code, operand } of propertiesOf95(main, run)) if (code === isDeleted95) return main.u8(operand) === 1;
    return false;
  });
}

/** The text of these pieces without what was deleted, at its length. */
export function withoutDeleted(text: string, deleted: readonly Stretch[], pieces: readonly PlacedPiece[]): string {
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
export function stretchesOf(runs: Iterable<CharacterRun>, isDeletedRun: (run: CharacterRun) => boolean): Stretch[] {
  const found: Stretch[] = [];
  for (const run of runs) if (isDeletedRun(run)) found.push({ start: run.start, end: run.end });
  found.sort((a, b) => a.start - b.start);
  const stretches: Stretch[] = [];
  for (const { start, end } of found) {
    const last = stretches.at(-1);
    if (last && start <= last.end) last.end = Math.max(last.end, end);
    else stretches.push({ start, end });
  }
  return stretches;
}

function saysDeleted(main: ByteReader, { properties, propertiesEnd }: CharacterRun): boolean {
  for (let at = properties; at + 2 < propertiesEnd; at += 2 + operandBytes(main, main.u16(at), at + 2))
    // 0x81: otherwise than the style says, which nobody sets.
    if (main.u16(at) === isDeleted) return (main.u8(at + 2) & 0x7f) === 1;
  return false;
}
