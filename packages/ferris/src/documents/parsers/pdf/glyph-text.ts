/**
 * What a glyph says: its characters in the form that people type, and whether it says anything at all.
 *
 * A PDF's fonts need not say which letters their glyphs are. What is left then are numbers of glyphs, which look like control characters,
 * or places in a private use area; a font of which those are more than a few is not believed in the rest either.
 */
import type { Glyph } from "./glyph.ts";
import { ideographOf } from "./radicals.ts";

/**
 * Ligatures, and letters by their place in a word (Arabic, Hebrew); punctuation of vertical text; radicals in the place of the
 * ideographs that look like them; wide spaces; signs that have a letter's shape.
 */
const compatible =
  /[\u00a0\u00b5\u037e\u0eb3\u2000-\u200a\u202f\u2126\u2e80-\u2ef3\u2f00-\u2fd5\ufb00-\ufb06\ufb13-\ufb17\ufb1d-\ufdfd\ufe10-\ufe19\ufe30-\ufe48\ufe70-\ufefc]/gu;
/** Marks that have no width and mean nothing in a text, and the pieces of large brackets. The soft hyphen does mean something (lines.ts). */
const formatMarks = /[\uf8e5-\uf8fe\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/gu;
const unreadable = /[\p{Cc}\p{Co}\p{Cn}\ufffd]/u;
/** What some fonts call their space. */
const blank = /^[\t\n]+$/;
/** Old TeX fonts have ligatures where other fonts have nothing. */
const texLigatures: Readonly<Record<string, string>> = {
  "\u000b": "ff",
  "\u000c": "fi",
  "\r": "fl",
  "\u000e": "ffi",
  "\u000f": "ffl",
};
/** A font with a larger share of unreadable glyphs only looks as if it had letters. */
const mostUnreadable = 0.08;
/** Old-style figures and small capitals in Adobe's private places, which are 0xf700 above the letters' own. */
const expert =
  /^[\uf721\uf724\uf726\uf730-\uf739\uf73f\uf760-\uf77a\uf7a1\uf7a2\uf7a8\uf7af\uf7b4\uf7b8\uf7bf\uf7e0-\uf7f6\uf7f8-\uf7ff]$/;
const expertBase = 0xf700;
const bracketPiece = /^[\uf8e5-\uf8fe]$/;
/** Bullets of Symbol and Wingdings. */
const bullets = /^[\uf06c-\uf0ff]$/u;

export interface ReadableText {
  readonly glyphs: Glyph[];
  /** How many glyphs there are besides, of which nothing says the letters. */
  readonly unreadable: number;
}

/** Counts of a document's fonts so far, by their names. */
export type FontCounts = Map<string, { all: number; unreadable: number }>;

/** The glyphs of a page that can be read, with their characters in the usual form; `counts` goes on from page to page. */
export function readable(glyphs: readonly Glyph[], counts: FontCounts): ReadableText {
  for (const { text, font } of glyphs) {
    const count = counts.get(font) ?? { all: 0, unreadable: 0 };
    if (count.all++ === 0) counts.set(font, count);
    if (!isPlain(text) && unreadable.test(text) && !saysMore(text)) count.unreadable++;
  }
  const kept: Glyph[] = [];
  let lost = 0;
  for (const glyph of glyphs) {
    const count = counts.get(glyph.font)!;
    if (count.unreadable > count.all * mostUnreadable) lost++;
    else if (isPlain(glyph.text)) kept.push(glyph);
    else if (bullets.test(glyph.text)) kept.push({ ...glyph, text: "•" });
    else {
      const text = usual(glyph.text);
      if (text !== "") kept.push(text === glyph.text ? glyph : { ...glyph, text });
      else if (glyph.text === "" || (unreadable.test(glyph.text) && !saysMore(glyph.text))) lost++;
    }
  }
  return { glyphs: kept, unreadable: lost };
}

function isPlain(text: string): boolean {
  return text.length === 1 && text >= " " && text <= "~";
}

/** Of what Unicode does not assign: whether it says something all the same. */
function saysMore(text: string): boolean {
  return bullets.test(text) || blank.test(text) || expert.test(text) || bracketPiece.test(text);
}

function usual(text: string): string {
  if (expert.test(text)) return String.fromCharCode(text.charCodeAt(0) - expertBase);
  return (texLigatures[text] ?? text)
    .replace(formatMarks, "")
    .replace(compatible, (character) => ideographOf(character) ?? character.normalize("NFKC"))
    .replace(/[\t\n\r]/g, " ")
    .replace(/[\p{Cc}\p{Co}\p{Cn}\ufffd]/gu, "");
}
