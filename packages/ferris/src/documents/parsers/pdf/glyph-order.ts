/**
 * The letters of fonts that give numbers of glyphs and nothing else, where the numbers are in the order in which most fonts of Windows and
 * the Macintosh have their glyphs: a space as number 3, "A" as 36, the accented letters from 98 on.
 *
 * Programs that leave out which letters the glyphs are leave such numbers in the text, and "Hello" is read as "+HOOR". Whether the order
 * holds is seen from the text: letters are about as frequent as they are in Europe's languages, or they are not. It stays a guess, so the
 * pages that are read by it are named.
 */
import type { Glyph } from "./glyph.ts";

/** Glyphs of ASCII come first; then those of the Macintosh's upper half. */
const [firstGlyph, lastAscii, lastGlyph, toAscii, toMacintosh] = [3, 97, 225, 29, 30];
/** Fewer glyphs show nothing. */
const fewestGlyphs = 12;
/** So many of them at least have a place in the order. */
const leastShare = 0.97;
/** Natural logarithms per glyph: how likely the text is at least, and how much likelier than the numbers taken for letters. */
const [leastLikely, leastAhead] = [-4.2, 0.7];
/** Numbers that are less likely as letters than figures and signs in a table would be are in an order that nobody knows. */
const leastLetters = -5.8;
/** That can be said of alphabets whose letters' frequencies are known. */
const lastLatin = "\u017f";

/** A glyph that says nothing. */
const nothing = "\ufffd";
const likelihoods = likelihoodsOf();
const order = orderOf();

interface Seen {
  glyphs: number;
  latin: number;
  placed: number;
  asOrdered: number;
  asLetters: number;
}

export class GlyphOrder {
  readonly #fonts = new Map<string, Seen>();

  /** The glyphs of a page with the letters that their numbers stand for; fonts are known better from page to page. */
  read(glyphs: readonly Glyph[]): { readonly glyphs: readonly Glyph[]; readonly isGuessed: boolean } {
    const numbered = glyphs.filter(({ isNumbered }) => isNumbered);
    if (numbered.length === 0) return { glyphs, isGuessed: false };
    for (const { font, text } of numbered) this.#note(font, text);
    const seen = [...this.#fonts];
    const ordered = new Set(seen.flatMap(([font, counts]) => (isOrdered(counts) ? [font] : [])));
    const unknown = new Set(seen.flatMap(([font, counts]) => (isUnknown(counts) && !ordered.has(font) ? [font] : [])));
    if (ordered.size > 0) {
      // A font that shows too little alone is taken for one of the same kind.
      for (const [font, counts] of seen) if (counts.glyphs < fewestGlyphs) ordered.add(font);
    }
    const isGuessed = numbered.some(({ font }) => ordered.has(font));
    if (!isGuessed && unknown.size === 0) return { glyphs, isGuessed };
    const letters = ({ isNumbered, font, text }: Glyph): string => {
      if (!isNumbered) return text;
      if (ordered.has(font)) return order.get(text) ?? nothing;
      return unknown.has(font) ? nothing : text;
    };
    return { glyphs: glyphs.map((glyph) => ({ ...glyph, text: letters(glyph) })), isGuessed };
  }

  #note(font: string, text: string): void {
    let seen = this.#fonts.get(font);
    if (!seen) this.#fonts.set(font, (seen = { glyphs: 0, latin: 0, placed: 0, asOrdered: 0, asLetters: 0 }));
    const letter = order.get(text);
    seen.glyphs++;
    if (text <= lastLatin) seen.latin++;
    if (letter !== undefined) seen.placed++;
    seen.asOrdered += likely(letter ?? nothing);
    seen.asLetters += likely(text);
  }
}

function isOrdered({ glyphs, placed, asOrdered, asLetters }: Seen): boolean {
  return (
    glyphs >= fewestGlyphs &&
    placed >= leastShare * glyphs &&
    asOrdered >= leastLikely * glyphs &&
    asOrdered - asLetters >= leastAhead * glyphs
  );
}

function isUnknown({ glyphs, latin, asLetters }: Seen): boolean {
  return glyphs >= fewestGlyphs && latin >= leastShare * glyphs && asLetters < leastLetters * glyphs;
}

function likely(text: string): number {
  const known = likelihoods.get(text);
  if (known !== undefined) return known;
  return Math.log(/^[\p{L}\p{N}]$/u.test(text) ? 1e-3 : /^[\p{P}\p{S}]$/u.test(text) ? 5e-4 : 1e-6);
}

/** In Europe's languages, all together; capitals are a tenth as frequent. */
function likelihoodsOf(): ReadonlyMap<string, number> {
  const frequent = "eaintrsoldumcpghvbfkzywjxq";
  const found = new Map<string, number>([[" ", Math.log(0.14)]]);
  Array.from(frequent).forEach((letter, rank) => {
    const share = 0.11 * 0.87 ** rank;
    found.set(letter, Math.log(share));
    found.set(letter.toUpperCase(), Math.log(Math.max(share / 10, 1e-3)));
  });
  for (const digit of "0123456789") found.set(digit, Math.log(6e-3));
  for (const mark of ".,-") found.set(mark, Math.log(8e-3));
  for (const mark of "'\"():;/") found.set(mark, Math.log(2e-3));
  return found;
}

function orderOf(): ReadonlyMap<string, string> {
  const macintosh = new TextDecoder("macintosh");
  const letters = new Map<string, string>();
  for (let glyph = firstGlyph; glyph <= lastGlyph; glyph++) {
    letters.set(
      String.fromCharCode(glyph),
      glyph <= lastAscii ? String.fromCharCode(glyph + toAscii) : macintosh.decode(Uint8Array.of(glyph + toMacintosh)),
    );
  }
  return letters;
}
