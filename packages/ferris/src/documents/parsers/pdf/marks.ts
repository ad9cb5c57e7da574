/**
 * Accents and vowel signs that are glyphs of their own: put to the letter they stand on.
 */
import type { Glyph } from "./glyph.ts";

/** Old TeX fonts draw an accent, go back, and draw its letter. */
const combining: Readonly<Record<string, string>> = {
  "\u00a8": "\u0308",
  "\u00b4": "\u0301",
  "`": "\u0300",
  "\u02c6": "\u0302",
  "\u02dc": "\u0303",
  "\u02c7": "\u030c",
  "\u02d9": "\u0307",
  "\u02da": "\u030a",
  "\u00b8": "\u0327",
  "\u02dd": "\u030b",
  "\u02d8": "\u0306",
  "\u00af": "\u0304",
  "\u02db": "\u0328",
};
const dotless: Readonly<Record<string, string>> = { "\u0131": "i", "\u0237": "j" };

export function withAccents(glyphs: readonly Glyph[]): readonly Glyph[] {
  const result: Glyph[] = [];
  for (let at = 0; at < glyphs.length; at++) {
    const glyph = glyphs[at]!;
    const mark = glyph.text > "~" || glyph.text === "`" ? combining[glyph.text] : undefined;
    const next = glyphs[at + 1];
    if (mark !== undefined && next && /^\p{L}$/u.test(next.text)) {
      const shared = Math.min(glyph.x + glyph.width, next.x + next.width) - Math.max(glyph.x, next.x);
      if (shared > 0.5 * Math.min(glyph.width, next.width)) {
        const letter = ((dotless[next.text] ?? next.text) + mark).normalize("NFC");
        if (letter.length === 1) {
          result.push({ ...next, text: letter });
          at++;
          continue;
        }
      }
    }
    result.push(glyph);
  }
  return result;
}

/** In sizes: less is no width. */
const narrowest = 0.03;

/** Vowel signs of Hebrew and Arabic go with the letter that they stand over, which may have come before or after. */
export function withMarks(glyphs: readonly Glyph[]): Glyph[] {
  const letters = glyphs.filter(({ text }) => !isMark(text));
  if (letters.length === glyphs.length) return letters;
  const sorted = letters.toSorted((a, b) => a.x - b.x);
  const marks = new Map<Glyph, string>();
  for (const mark of glyphs) {
    if (!isMark(mark.text)) continue;
    // A sign without a width of its own begins where its letter does, to the left of which it is drawn before it.
    const middle = mark.width > narrowest * mark.size ? mark.x + mark.width / 2 : mark.x + narrowest * mark.size;
    const letter = sorted[lastAtMost(sorted, middle)];
    if (letter) marks.set(letter, (marks.get(letter) ?? "") + mark.text);
  }
  return letters.map((letter) => {
    const own = marks.get(letter);
    return own === undefined ? letter : { ...letter, text: letter.text + own };
  });
}

function isMark(text: string): boolean {
  return /^\p{Mn}+$/u.test(text);
}

/** The last of those, by place, that begins at `x` or before; the first where none does. */
function lastAtMost(sorted: readonly Glyph[], x: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]!.x <= x) low = middle + 1;
    else high = middle;
  }
  return Math.max(0, low - 1);
}
