/**
 * Properties of paragraphs in Word documents of 1997 to 2003: style, outline level, and whether they stand in a table.
 *
 * They are kept by their place in the stream, in pages of 512 bytes that list runs of it.
 */
import { firstEndingAfter } from "./first-ending-after.ts";
import type { RowCell } from "../../table/edges.ts";
import type { ListCounter } from "../word/list-counter.ts";
import type { ByteReader } from "./byte-reader.ts";

export interface ParagraphProperty {
  /** The style's name; empty where it is not known. */
  readonly style: string;
  /** From 1; null for text, and where the style says it. */
  readonly level: number | null;
  readonly isInTable: boolean;
  readonly endsRow: boolean;
  /** Whether it is a large initial, before the paragraph that it belongs to. */
  readonly isInitial: boolean;
  /** The list whose number it bears, from 1, and the level in it; 0 for none. */
  readonly list: number;
  readonly listLevel: number;
  /** The cells of the row that ends here; null where it is not said. */
  readonly cells: readonly Omit<RowCell, "text">[] | null;
}

export interface ParagraphProperties {
  /** Of the paragraph that ends with the character at this place in the text. */
  at(character: number): ParagraphProperty;
}

/** What a drawing or an object says, by the character of the text that stands for it. */
export interface PlacedLine {
  readonly character: number;
  readonly text: string;
  /** Whether it belongs into its line, as a formula does; else it follows the paragraph. */
  readonly isInline: boolean;
}

/** All that is text in a document, and what is known of it. */
export interface WordText {
  readonly text: string;
  /** Of the body, footnotes, headers, macros, comments, endnotes, boxes, and boxes of headers, which follow one another. */
  readonly lengths: readonly number[];
  readonly properties: ParagraphProperties;
  readonly lists: ListCounter;
  /** What drawings and objects say, by the characters that stand for them, ascending. */
  readonly placed: readonly PlacedLine[];
}

/** A piece of the text. */
export interface PlacedPiece {
  /** Of the text, the end exclusive. */
  readonly start: number;
  readonly end: number;
  /** In the stream. */
  readonly offset: number;
  readonly isWide: boolean;
}

interface Run {
  readonly end: number;
  readonly property: ParagraphProperty;
}

/** Of a paragraph of which nothing is known. */
export const plain: ParagraphProperty = {
  style: "",
  level: null,
  isInTable: false,
  endsRow: false,
  isInitial: false,
  list: 0,
  listLevel: 0,
  cells: null,
};
const pageBytes = 512;
/** Styles that are based on others. */
const deepestStyle = 20;

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
      return runs[firstEndingAfter(runs, place)]?.property ?? plain;
    },
  };
}

function runsOf(main: ByteReader, table: ByteReader, styles: readonly ParagraphProperty[]): Run[] {
  const [offset, length] = [main.u32(0x0102), main.u32(0x0106)];
  const count = Math.min(Math.max(0, Math.floor((length - 4) / 8)), Math.ceil(main.length / pageBytes));
  const runs: Run[] = [];
  for (let index = 0; index < count; index++) {
    const page = (table.u32(offset + 4 * (count + 1) + 4 * index) & 0x3fffff) * pageBytes;
    const paragraphs = main.u8(page + pageBytes - 1);
    for (let paragraph = 0; paragraph < paragraphs && paragraph < 0x1d; paragraph++) {
      const end = main.u32(page + 4 * (paragraph + 1));
      const at = main.u8(page + 4 * (paragraphs + 1) + 13 * paragraph) * 2;
      runs.push({ end, property: at === 0 ? (styles[0] ?? plain) : propertyAt(main, page + at, styles) });
    }
  }
  return runs.sort((a, b) => a.end - b.end);
}

/** A list of single properties behind the number of the style. */
function propertyAt(main: ByteReader, at: number, styles: readonly ParagraphProperty[]): ParagraphProperty {
  const half = main.u8(at);
  const start = half === 0 ? at + 2 : at + 1;
  const end = half === 0 ? start + 2 * main.u8(at + 1) : at + 2 * half;
  return changedBy(main, start + 2, end, styles[main.u16(start)] ?? plain);
}

/** `property` with the single properties from `at` to `end`. */
function changedBy(reader: ByteReader, at: number, end: number, before: ParagraphProperty): ParagraphProperty {
  let property = before;
  for (let next = at; next + 2 < end; next += 2 + operandBytes(reader, reader.u16(next), next + 2)) {
    const code = reader.u16(next);
    const value = reader.u8(next + 2);
    if (code === 0x2416) property = { ...property, isInTable: value === 1 };
    else if (code === 0x2417) property = { ...property, endsRow: value === 1 };
    else if (code === 0x442c) property = { ...property, isInitial: (value & 7) !== 0 };
    else if (code === 0xd608) property = { ...property, cells: cellsAt(reader, next + 4) };
    else if (code === 0x2640) property = { ...property, level: value < 9 ? value + 1 : null };
    else if (code === 0x260a) property = { ...property, listLevel: Math.min(value, 8) };
    // What takes a paragraph out of its style's list has a number beyond all lists.
    else if (code === 0x460b) property = { ...property, list: reader.u16(next + 2) & 0x7fff };
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
export function operandBytes(main: ByteReader, code: number, at: number): number {
  if (code === 0xd608) return 1 + main.u16(at);
  return [1, 1, 2, 4, 2, 2, 1 + main.u8(at), 3][code >> 13];
}

/** What paragraphs of each style are, with what they have from the style that theirs is based on. */
function stylesOf(table: ByteReader, offset: number, length: number): ParagraphProperty[] {
  const end = Math.min(table.length, offset + length);
  const header = table.u16(offset);
  const [count, baseBytes] = [Math.min(table.u16(offset + 2), 4_095), table.u16(offset + 4)];
  const places: number[] = [];
  for (let at = offset + 2 + header; places.length < count && at + 2 <= end;) {
    const bytes = table.u16(at);
    places.push(bytes === 0 ? 0 : at + 2);
    at += 2 + bytes + (bytes % 2);
  }
  const styles: (ParagraphProperty | undefined)[] = [];
  const styleOf = (index: number, depth: number): ParagraphProperty => {
    const place = places[index] ?? 0;
    if (place === 0 || depth > deepestStyle) return plain;
    return (styles[index] ??= styleAt(table, place, baseBytes, (base) => styleOf(base, depth + 1)));
  };
  return places.map((_, index) => styleOf(index, 0));
}

function styleAt(
  table: ByteReader,
  at: number,
  baseBytes: number,
  basedOn: (index: number) => ParagraphProperty,
): ParagraphProperty {
  const name = at + baseBytes;
  const style = table.wide(name + 2, Math.min(table.u16(name), 255));
  const [kind, base] = [table.u16(at + 2) & 0xf, table.u16(at + 2) >> 4];
  if (kind !== 1) return { ...plain, style };
  // Behind the name and its end, a length, the style's own number, and its properties.
  const properties = name + 2 + 2 * table.u16(name) + 2;
  const above = base === 0xfff ? plain : basedOn(base);
  // Headings are known by their names, or say their level.
  const own = { ...above, style, level: above.level };
  return changedBy(table, properties + 4, properties + 2 + table.u16(properties), own);
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
