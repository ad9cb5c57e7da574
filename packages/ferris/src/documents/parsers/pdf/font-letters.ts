/**
 * The letters of a font's glyphs: as pdf.js found them, but for those of which it takes the code for the letter because it knows none.
 */
import { lettersOfName } from "./glyph-names.ts";

/** What pdf.js tells of a font. */
export interface FontTables {
  /** The names of glyphs by their codes, where the file gives any. */
  readonly differences?: Readonly<Record<number, string>>;
  /** Which letters it has found for the codes; of fonts that give none, from which code on. */
  readonly toUnicode?: { readonly _map?: Readonly<Record<number, string | number>>; readonly firstChar?: number };
  /** Whether its codes have several bytes. */
  readonly composite?: boolean;
}

export interface CodedGlyph {
  readonly originalCharCode: number;
  readonly unicode: string;
}

export interface Letters {
  /** "" where nothing says which they are. */
  readonly text: string;
  /** The text is the glyph's code, and nothing says that the code is a letter. */
  readonly isNumbered: boolean;
}

/** A name that a program has made up: "g36", "cid_12". Its code may be the letter's, and is where both are one. */
const numberedName = /^[A-Za-z]{1,5}[_-]?(\d+)$/;

const found = new WeakMap<FontTables, Map<number, Letters>>();

/** What tells the letters of a font's glyphs; each is looked up once. */
export function lettersOf(font: FontTables): (glyph: CodedGlyph) => Letters {
  let known = found.get(font);
  if (!known) found.set(font, (known = new Map()));
  const letters = known;
  return (glyph) => {
    let own = letters.get(glyph.originalCharCode);
    if (!own) letters.set(glyph.originalCharCode, (own = lettersOfGlyph(font, glyph)));
    return own;
  };
}

function lettersOfGlyph(font: FontTables, { originalCharCode: code, unicode }: CodedGlyph): Letters {
  const { _map: known, firstChar } = font.toUnicode ?? {};
  // Codes of a font of many bytes are no letters: pdf.js takes them for some where the font's map has none.
  if (font.composite) {
    const isLeftOut = known !== undefined && (known[code] === undefined || known[code] === "") && !areLetters(font);
    return { text: isLeftOut ? "" : unicode, isNumbered: firstChar !== undefined };
  }
  const name = font.differences?.[code];
  // It does the same where it does not know the name.
  if (name === undefined || known?.[code] !== undefined) return { text: unicode, isNumbered: false };
  const number = numberedName.exec(name)?.[1];
  return { text: lettersOfName(name) ?? unicode, isNumbered: number !== undefined && Number(number) !== code };
}

const codesAreLetters = new WeakMap<FontTables, boolean>();

/** Whether the codes are their letters themselves, by what the font's map says of most. */
function areLetters(font: FontTables): boolean {
  let are = codesAreLetters.get(font);
  if (are === undefined) {
    const { _map: known = {} } = font.toUnicode ?? {};
    const all = Object.entries(known);
    const same = all.filter(([code, letter]) => letter === String.fromCharCode(Number(code))).length;
    codesAreLetters.set(font, (are = 2 * same > all.length));
  }
  return are;
}
