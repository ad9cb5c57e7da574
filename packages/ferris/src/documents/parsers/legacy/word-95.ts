/**
 * Word documents of 1993 to 1996 (Word 6 and 95): the text, one byte a character, with its tables; styles are not read.
 *
 * The stream is as later ones are, with its places elsewhere. Characters are in the code page of the document's language.
 */
import { DocumentError } from "../../../errors.ts";
import { decodeLoosely } from "../../decode/charset.ts";
import { ListCounter } from "../word/list-counter.ts";
import { codePageLabel, fontCharsetLabel } from "../rtf/charsets.ts";
import { ByteReader } from "./byte-reader.ts";
import { deletedStretches95 } from "./word-deletions.ts";
import { propertiesOf95, runsOf95 } from "./word-95-properties.ts";
import { type ParagraphProperty, type PlacedLine, plain, type WordText } from "./word-paragraphs.ts";

/** By the language of the document, where it is not Western. */
const pages: Readonly<Record<number, number>> = {
  0x01: 1256,
  0x02: 1251,
  0x04: 936,
  0x05: 1250,
  0x08: 1253,
  0x0d: 1255,
  0x0e: 1250,
  0x11: 932,
  0x12: 949,
  0x15: 1250,
  0x18: 1250,
  0x19: 1251,
  0x1a: 1250,
  0x1b: 1250,
  0x1e: 874,
  0x1f: 1254,
  0x22: 1251,
  0x23: 1251,
  0x24: 1250,
  0x25: 1257,
  0x26: 1257,
  0x27: 1257,
};
const taiwan = 0x0404;
/** Sets of fonts that say more than the language, which many left as it came: Central Europe, Cyrillic, Greek, Turkish, Baltic. */
const tellingFonts = new Set([238, 204, 161, 162, 186]);
/** sprmCPicLocation: of objects, their number. */
const objectNumber = 68;
const mostFonts = 1_000;
const mostPieces = 100_000;

export function isWord95(main: ByteReader): boolean {
  return main.u16(0) === 0xa5dc && main.u16(2) >= 101;
}

export function readWord95(stream: ByteReader, formulas: ReadonlyMap<number, string>): WordText {
  const main = withoutDeleted(stream);
  const language = main.u16(0x06);
  const isMacintosh = main.u16(0x14) === 0x100;
  const page = language === taiwan ? 950 : pages[language & 0x3ff];
  const label =
    page === undefined && !isMacintosh ? labelOfFonts(main) : codePageLabel(isMacintosh ? 10_000 : (page ?? 1252));
  const lengths = [0x34, 0x38, 0x3c, 0x40, 0x44, 0x48, 0x4c, 0x50].map((at) => main.u32(at));
  const isInPieces = (main.u16(0x0a) & 0x0004) !== 0;
  const all = lengths.reduce((sum, length) => sum + length, 0);
  const bytes = isInPieces
    ? bytesOfPieces(main)
    : main.slice(main.u32(0x18), Math.min(main.length, main.u32(0x18) + all));
  const placeOf = (offset: number) => (isInPieces ? byteInPieces(main, offset) : offset - main.u32(0x18));
  // Characters of two bytes are counted as two: their places hold.
  let at = 0;
  const parts = lengths.map((length) => decodeLoosely(bytes.subarray(at, (at += length)), label));
  const text = parts.join("");
  return {
    text,
    lengths: parts.map((part) => part.length),
    properties: { at: (character) => tableProperty(text, character) },
    lists: new ListCounter(new Map()),
    placed: placedFormulas(main, formulas, {
      end: Math.max(0, parts[0]!.length - 1),
      characterAt: (offset) => decodeLoosely(bytes.subarray(0, Math.max(0, placeOf(offset))), label).length,
    }),
  };
}

interface TextPlaces {
  /** For what stands nowhere: the end of the body. */
  readonly end: number;
  /** The character whose bytes begin at a place in the stream. */
  readonly characterAt: (offset: number) => number;
}

/** Formulas that are objects stand at the characters whose properties have their numbers. */
function placedFormulas(
  main: ByteReader,
  formulas: ReadonlyMap<number, string>,
  { end, characterAt }: TextPlaces,
): PlacedLine[] {
  const left = new Map(formulas);
  const placed: PlacedLine[] = [];
  for (const run of left.size > 0 ? runsOf95(main) : []) {
    for (const { code, operand } of propertiesOf95(main, run)) {
      const text = code === objectNumber ? left.get(main.u32(operand)) : undefined;
      if (text === undefined) continue;
      left.delete(main.u32(operand));
      placed.push({ character: characterAt(run.start), text, isInline: true });
    }
  }
  for (const text of left.values()) placed.push({ character: end, text, isInline: false });
  return placed.sort((a, b) => a.character - b.character);
}

/** The stream with nothing in the place of what was deleted while changes were tracked; marks of cells and sections stay. */
function withoutDeleted(main: ByteReader): ByteReader {
  const [first, end] = [main.u32(0x18), main.u32(0x1c)];
  const deleted = deletedStretches95(main);
  if (deleted.length === 0) return main;
  const bytes = Uint8Array.from(main.bytes);
  for (const stretch of deleted) {
    for (let at = Math.max(first, stretch.start); at < Math.min(end, stretch.end); at++)
      if (bytes[at] !== 0x07 && bytes[at] !== 0x0c) bytes[at] = 0;
  }
  return new ByteReader(bytes);
}

function labelOfFonts(main: ByteReader): string {
  const first = main.u32(0xd0) + 2;
  const end = first + main.u32(0xd4) - 2;
  let at = first;
  for (let font = 0; font < mostFonts && at < end; font++) {
    const set = main.u8(at + 4);
    if (tellingFonts.has(set)) return fontCharsetLabel(set)!;
    at += main.u8(at) + 1;
  }
  return codePageLabel(1252);
}

interface Piece95 {
  /** In the stream. */
  readonly place: number;
  readonly size: number;
}

/** What was saved quickly, in pieces. */
function bytesOfPieces(main: ByteReader): Uint8Array {
  return Buffer.concat(piecesOf(main).map(({ place, size }) => main.slice(place, Math.min(place + size, main.length))));
}

/** Which byte of the pieces' text stands at a place in the stream. */
function byteInPieces(main: ByteReader, offset: number): number {
  let before = 0;
  for (const { place, size } of piecesOf(main)) {
    if (offset >= place && offset < place + size) return before + offset - place;
    before += Math.min(size, Math.max(0, main.length - place));
  }
  return before;
}

function piecesOf(main: ByteReader): Piece95[] {
  let at = main.u32(0x0160);
  const end = at + main.u32(0x0164);
  while (at < end && main.u8(at) === 1) at += 3 + main.u16(at + 1);
  const count = Math.floor((main.u32(at + 1) - 4) / 12);
  if (main.u8(at) !== 2 || count < 1 || count > mostPieces || at + 5 + 12 * count > main.length)
    throw new DocumentError("damaged", "the list of its pieces is missing");
  const first = at + 5;
  const pieces: Piece95[] = [];
  let length = 0;
  for (let index = 0; index < count && length <= main.length; index++) {
    const size = main.u32(first + 4 * index + 4) - main.u32(first + 4 * index);
    const place = main.u32(first + 4 * (count + 1) + 8 * index + 2);
    pieces.push({ place, size });
    length += Math.max(0, Math.min(size, main.length - place));
  }
  return pieces;
}

/** A row ends with a mark of a cell that has nothing before it: whether the last cell is empty is not to be told. */
function tableProperty(text: string, character: number): ParagraphProperty {
  const isCell = text[character] === "\x07";
  return isCell ? { ...plain, isInTable: true, endsRow: text[character - 1] === "\x07" } : plain;
}
