/**
 * Signs in Word documents of 1997 to 2003: characters that stand for one of a font of signs ("(" in the text, and what it shows in its properties), and
 * what is written in such a font.
 */
import { isSymbolFont, symbolCharacter } from "../word/symbols.ts";
import type { ByteReader } from "./byte-reader.ts";
import { firstEndingAfter } from "./first-ending-after.ts";
import type { CharacterRun } from "./word-characters.ts";
import type { DrawingSources } from "./word-drawings.ts";
import { operandBytes, type PlacedLine } from "./word-paragraphs.ts";

/** sprmCRgFtc0 and sprmCSymbol of [MS-DOC]. */
const hasFont = 0x4a4f;
const isSign = 0x6a09;
const mostFonts = 4_096;
/** Stands in for what is shown otherwise, so that places in the text stay what they are. */
const placeholder = "\x02";

interface SignStretch {
  /** In the stream, the end exclusive. */
  readonly start: number;
  readonly end: number;
  readonly font: string;
  /** The one that is shown; null for text in the font. */
  readonly code: number | null;
}

/** `text` of those pieces with signs in their places, and those that are more than one unit of UTF-16 beside it. */
export function withSigns(
  text: string,
  { main, table, pieces, runs }: Pick<DrawingSources, "main" | "table" | "pieces" | "runs">,
): { readonly text: string; readonly placed: PlacedLine[] } {
  const fonts = fontsOf(table, main.u32(0x0112), main.u32(0x0116));
  const placed: PlacedLine[] = [];
  // Nearly all documents have one in their list for bullets; most have no text in it.
  if (!fonts.some(isSymbolFont)) return { text, placed };
  const stretches = stretchesOf(main, runs, fonts);
  if (stretches.length === 0) return { text, placed };
  let shown = "";
  let at = 0;
  for (const piece of pieces) {
    const bytes = piece.isWide ? 2 : 1;
    const pieceEnd = piece.offset + (piece.end - piece.start) * bytes;
    for (let index = firstEndingAfter(stretches, piece.offset); index < stretches.length; index++) {
      const stretch = stretches[index]!;
      if (stretch.start >= pieceEnd) break;
      const from = piece.start + Math.ceil(Math.max(0, stretch.start - piece.offset) / bytes);
      const to = piece.start + Math.ceil((Math.min(stretch.end, pieceEnd) - piece.offset) / bytes);
      if (from < at || to <= from || from >= text.length) continue;
      shown += text.slice(at, from);
      for (at = from; at < Math.min(to, text.length); at++) {
        const sign = signOf(text[at]!, stretch);
        shown += sign.length === 1 ? sign : placeholder;
        if (sign.length > 1) placed.push({ character: at, text: sign, isInline: true });
      }
    }
  }
  return { text: shown + text.slice(at), placed };
}

function signOf(character: string, { font, code }: SignStretch): string {
  if (code !== null) return character === "(" ? symbolCharacter(font, code) : character;
  return /[!-~\xa1-\xac\xae-\xff\uf020-\uf0ff]/.test(character)
    ? symbolCharacter(font, character.charCodeAt(0))
    : character;
}

/** In the order of the stream. */
function stretchesOf(main: ByteReader, runs: readonly CharacterRun[], fonts: readonly string[]): SignStretch[] {
  const found: SignStretch[] = [];
  for (const { start, end, properties, propertiesEnd } of runs) {
    let font: string | undefined;
    let code: number | null = null;
    for (let at = properties; at + 2 < propertiesEnd; at += 2 + operandBytes(main, main.u16(at), at + 2)) {
      const property = main.u16(at);
      if (property === hasFont && code === null) font = fonts[main.u16(at + 2)];
      else if (property === isSign) [font, code] = [fonts[main.u16(at + 2)], main.u16(at + 4)];
    }
    if (font !== undefined && (code !== null || isSymbolFont(font))) found.push({ start, end, font, code });
  }
  return found.sort((a, b) => a.start - b.start);
}

/** The names of the fonts, by the numbers that properties give. */
function fontsOf(table: ByteReader, offset: number, length: number): string[] {
  const fonts: string[] = [];
  const end = Math.min(table.length, offset + length);
  const count = length < 4 ? 0 : Math.min(table.u16(offset), mostFonts);
  for (let at = offset + 4; fonts.length < count && at + 40 < end; at += 1 + table.u8(at)) {
    const characters = Math.max(0, (table.u8(at) - 39) >> 1);
    fonts.push(table.wide(at + 40, characters).replace(/\0[^]*$/, ""));
  }
  return fonts;
}
