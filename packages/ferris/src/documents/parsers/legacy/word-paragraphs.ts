/**
 * Properties of paragraphs in Word documents of 1997 to 2003: style, outline level, and whether they stand in a table.
 *
 * They are kept by their place in the stream, in pages of 512 bytes that list runs of it.
 */
import type { RowCell } from "../../table/edges.ts";
import type { ByteReader } from "./byte-reader.ts";

export interface ParagraphProperty {
  /** The style's name; empty where it is not known. */
  readonly style: string;
  /** From 1; null for text, and where the style says it. */
  readonly level: number | null;
  readonly isInTable: boolean;
  readonly endsRow: boolean;
  /** The cells of the row that ends here; null where it is not said. */
  readonly cells: readonly Omit<RowCell, "text">[] | null;
}

export interface ParagraphProperties {
  /** Of the paragraph that ends with the character at this place in the text. */
  at(character: number): ParagraphProperty;
}

interface PlacedPiece {
  readonly start: number;
  readonly end: number;
  readonly offset: number;
  readonly isWide: boolean;
}

interface Run {
  readonly end: number;
  readonly property: ParagraphProperty;
}

const plain: ParagraphProperty = { style: "", level: null, isInTable: false, endsRow: false, cells: null };
const pageBytes = 512;

export function paragraphProperties(
  main: ByteReader,
  table: ByteReader,
  pieces: readonly PlacedPiece[],
): ParagraphProperties {
  const runs = runsOf(main, table, stylesOf(table, main.u32(0x00a2), main.u32(0x00a6)));
  return {
    at(character) {
      const piece = pieceAt(pieces, character);
      if (!piece) return plain;
      const place = piece.offset + (character - piece.start) * (piece.isWide ? 2 : 1);
      return runAt(runs, place)?.property ?? plain;
    },
  };
}

function runsOf(main: ByteReader, table: ByteReader, styles: readonly string[]): Run[] {
  const [offset, length] = [main.u32(0x0102), main.u32(0x0106)];
  const count = Math.min(Math.max(0, Math.floor((length - 4) / 8)), Math.ceil(main.length / pageBytes));
  const runs: Run[] = [];
  for (let index = 0; index < count; index++) {
    const page = (table.u32(offset + 4 * (count + 1) + 4 * index) & 0x3fffff) * pageBytes;
    const paragraphs = main.u8(page + pageBytes - 1);
    for (let paragraph = 0; paragraph < paragraphs && paragraph < 0x1d; paragraph++) {
      const end = main.u32(page + 4 * (paragraph + 1));
      const at = main.u8(page + 4 * (paragraphs + 1) + 13 * paragraph) * 2;
      runs.push({ end, property: at === 0 ? plain : propertyAt(main, page + at, styles) });
    }
  }
  return runs.sort((a, b) => a.end - b.end);
}

/** A list of single properties behind the number of the style. */
function propertyAt(main: ByteReader, at: number, styles: readonly string[]): ParagraphProperty {
  const half = main.u8(at);
  const start = half === 0 ? at + 2 : at + 1;
  const end = half === 0 ? start + 2 * main.u8(at + 1) : at + 2 * half;
  let property: ParagraphProperty = { ...plain, style: styles[main.u16(start)] ?? "" };
  for (let next = start + 2; next + 2 < end;) {
    const code = main.u16(next);
    const value = main.u8(next + 2);
    if (code === 0x2416) property = { ...property, isInTable: value === 1 };
    else if (code === 0x2417) property = { ...property, endsRow: value === 1 };
    else if (code === 0xd608) property = { ...property, cells: cellsAt(main, next + 4) };
    else if (code === 0x2640 && value < 9) property = { ...property, level: value + 1 };
    next += 2 + operandBytes(main, code, next + 2);
  }
  return property;
}

/** The cells of a row: how many, where they end, and which of them go on with others. */
function cellsAt(main: ByteReader, at: number): Omit<RowCell, "text">[] {
  const count = Math.min(main.u8(at), 63);
  const flags = at + 1 + 2 * (count + 1);
  return Array.from({ length: count }, (_, index) => {
    const merged = main.u16(flags + 20 * index);
    return {
      right: (main.u16(at + 3 + 2 * index) << 16) >> 16,
      continuesLeft: (merged & 3) === 2,
      continuesAbove: (merged & 0x60) === 0x20,
    };
  });
}

/** How many bytes follow a property's code: its three highest bits say. */
function operandBytes(main: ByteReader, code: number, at: number): number {
  if (code === 0xd608) return 1 + main.u16(at);
  return [1, 1, 2, 4, 2, 2, 1 + main.u8(at), 3][code >> 13];
}

function stylesOf(table: ByteReader, offset: number, length: number): string[] {
  const end = Math.min(table.length, offset + length);
  const header = table.u16(offset);
  const [count, baseBytes] = [Math.min(table.u16(offset + 2), 4_095), table.u16(offset + 4)];
  const styles: string[] = [];
  let at = offset + 2 + header;
  for (let index = 0; index < count && at + 2 <= end; index++) {
    const bytes = table.u16(at);
    const name = at + 2 + baseBytes;
    styles.push(bytes === 0 ? "" : table.wide(name + 2, Math.min(table.u16(name), 255)));
    at += 2 + bytes + (bytes % 2);
  }
  return styles;
}

function pieceAt(pieces: readonly PlacedPiece[], character: number): PlacedPiece | undefined {
  let low = 0;
  let high = pieces.length;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (pieces[middle].start <= character) low = middle;
    else high = middle;
  }
  const piece = pieces[low];
  return piece && character >= piece.start && character < piece.end ? piece : undefined;
}

/** The first run that ends after `place`. */
function runAt(runs: readonly Run[], place: number): Run | undefined {
  let low = 0;
  let high = runs.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (runs[middle].end <= place) low = middle + 1;
    else high = middle;
  }
  return runs[low];
}
