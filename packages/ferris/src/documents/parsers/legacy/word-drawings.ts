/**
 * What stands in a Word document of 1997 to 2003 by way of its drawings and objects: WordArt, descriptions of pictures, formulas, what was chosen in forms; each
 * by the character of the text that stands for it.
 *
 * A drawing that text flows around is anchored at a character, by its number. A picture in a line is one character, whose properties say where it is.
 */
import type { ByteReader } from "./byte-reader.ts";
import { children, recordAt } from "./records.ts";
import { groupsWithin, shapeWords } from "./shape-words.ts";
import type { CharacterRun } from "./word-characters.ts";
import { formFieldAt } from "./word-form-fields.ts";
import { operandBytes, type PlacedLine, type PlacedPiece } from "./word-paragraphs.ts";

/** What an object's picture, or what stands before it, says of its properties. */
const property = { picture: 0x6a03, object: 0x680e } as const;
const drawing = 0xf002;
const anchorBytes = 30;
const mostAnchors = 100_000;
/** Of pictures in lines: any number of runs may show the same one. */
const mostCharacters = 10_000_000;

export interface DrawingSources {
  readonly main: ByteReader;
  readonly table: ByteReader;
  /** The runs of characters that have properties. */
  readonly runs: readonly CharacterRun[];
  /** The stream of pictures. */
  readonly data: ByteReader;
  readonly pieces: readonly PlacedPiece[];
  /** Characters before the headers. */
  readonly headers: number;
  /** Formulas that are objects, by their numbers. */
  readonly formulas: ReadonlyMap<number, string>;
}

/** What drawings and objects say. */
export function placedLines(sources: DrawingSources): PlacedLine[] {
  const lines = [...anchoredLines(sources), ...inlineLines(sources)];
  return lines.filter(({ text }) => text !== "").sort((a, b) => a.character - b.character);
}

function* anchoredLines({ main, table, headers }: DrawingSources): Generator<PlacedLine> {
  const said = linesByShape(main, table);
  const anchors: [place: number, first: number][] = [
    [0x01da, 0],
    [0x01e2, headers],
  ];
  for (const [place, first] of anchors) {
    const [offset, length] = [main.u32(place), main.u32(place + 4)];
    const count = Math.min(Math.max(0, Math.floor((length - 4) / anchorBytes)), mostAnchors);
    if (offset + length > table.length) continue;
    for (let index = 0; index < count; index++) {
      const character = first + table.u32(offset + 4 * index);
      const shape = table.u32(offset + 4 * (count + 1) + 26 * index);
      for (const text of said.get(shape) ?? []) yield { character, text, isInline: false };
      said.delete(shape);
    }
  }
  // Anchored nowhere: at the end of the body.
  for (const lines of said.values())
    for (const text of lines) yield { character: endOfBody(main), text, isInline: false };
}

/** The drawings of the body and of the headers: each stands behind a byte that says which of the two it is. */
function linesByShape(main: ByteReader, table: ByteReader): Map<number, readonly string[]> {
  const [offset, length] = [main.u32(0x022a), main.u32(0x022e)];
  const end = Math.min(table.length, offset + length);
  const said = new Map<number, readonly string[]>();
  const store = recordAt(table, offset);
  if (!store || length === 0) return said;
  for (let at = store.end + 1; at + 8 <= end;) {
    const record = recordAt(table, at);
    if (record?.type !== drawing) break;
    for (const { id, lines } of groupsWithin(table, record)) if (lines.length > 0) said.set(id, lines);
    at = record.end + 1;
  }
  return said;
}

function* inlineLines({ main, runs, data, pieces, formulas }: DrawingSources): Generator<PlacedLine> {
  const left = new Map(formulas);
  let characters = 0;
  const byOffset = [...pieces].sort((a, b) => a.offset - b.offset);
  for (const { start, properties, propertiesEnd } of runs) {
    for (let at = properties; at + 2 < propertiesEnd; at += 2 + operandBytes(main, main.u16(at), at + 2)) {
      const code = main.u16(at);
      if (code !== property.picture && code !== property.object) continue;
      const place = main.u32(at + 2);
      const piece = pieceAtOffset(byOffset, start);
      if (!piece) continue;
      const character = piece.start + Math.floor((start - piece.offset) / (piece.isWide ? 2 : 1));
      const formula = left.get(place);
      if (formula !== undefined) {
        // The object's number is at the mark before its picture too.
        left.delete(place);
        yield { character, text: formula, isInline: true };
      } else if (!formulas.has(place) && code === property.picture) {
        yield { character, text: formFieldAt(data, place), isInline: true };
        for (const text of linesOfPicture(data, place)) {
          if ((characters += text.length) > mostCharacters) return;
          yield { character, text, isInline: false };
        }
      }
    }
  }
  for (const text of left.values()) yield { character: endOfBody(main), text, isInline: false };
}

/** For what stands nowhere. */
function endOfBody(main: ByteReader): number {
  return Math.max(0, main.u32(0x4c) - 1);
}

/** A picture's head says how long it is, and whether a file's name stands before its shape. */
function linesOfPicture(data: ByteReader, place: number): readonly string[] {
  const isNamed = data.u16(place + 6) === 0x66;
  const start = place + data.u16(place + 4);
  const at = isNamed ? start + 1 + data.u8(start) : start;
  const end = Math.min(data.length, place + data.u32(place));
  const [shape] = children(data, { start: at, end });
  return shape?.type === 0xf004 ? shapeWords(data, shape).lines : [];
}

/** The piece that has a place in the stream, of pieces by theirs. */
function pieceAtOffset(pieces: readonly PlacedPiece[], offset: number): PlacedPiece | undefined {
  let low = 0;
  let high = pieces.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (pieces[middle].offset <= offset) low = middle + 1;
    else high = middle;
  }
  const piece = pieces[low - 1];
  const bytes = piece?.isWide ? 2 : 1;
  return piece && offset < piece.offset + (piece.end - piece.start) * bytes ? piece : undefined;
}
