/**
 * Marks of notes on a line of a PDF: small figures above the line, behind a word or in front of the note's first. Nothing but their size and
 * place tells them from the word, which would not be found with them: "numeric1", "1Here".
 */
import type { Glyph } from "./glyph.ts";

/** In the line's height. A mark's letters are smaller than this … */
const largest = 0.85;
/** … and higher than this, … */
const lowest = 0.15;
/** … but not over the line. */
const highest = 0.9;
/** Units and variables are shorter than a word with a mark: km², x². */
const shortestWord = 3;
/** What stands behind a mark in front is a word from this on: 14C is carbon. */
const shortestNote = 2;

const digit = /^\d+$/;
const letter = /^\p{L}+$/u;

/** Between words, at least; in sizes. */
const space = 0.1;

/** A glyph of a line, and what stands before it. */
interface Placed {
  readonly glyph: Glyph;
  readonly hasSpace: boolean;
  readonly gap: number;
}

/** Indexes of the glyphs before which a word ends, because a mark does or begins. `y` and `height` are those of the line. */
export function noteMarks(sets: readonly Placed[], y: number, height: number): ReadonlySet<number> {
  const marks = new Set<number>();
  const isMark = (index: number): boolean => {
    const glyph = sets[index]?.glyph;
    if (!glyph || glyph.size > largest * height || !digit.test(glyph.text)) return false;
    const rise = glyph.y - y;
    return rise > lowest * height && rise < highest * height;
  };
  const isLetter = (index: number): boolean => {
    const glyph = sets[index]?.glyph;
    return glyph !== undefined && glyph.size > largest * height && letter.test(glyph.text);
  };
  const beginsWord = ({ hasSpace, gap }: Placed): boolean => hasSpace || gap > space;
  const hasWordBefore = (index: number): boolean => {
    for (let at = index - 1; at > index - shortestWord; at--) if (!isLetter(at) || beginsWord(sets[at]!)) return false;
    return isLetter(index - shortestWord);
  };
  const hasWordFrom = (index: number): boolean => {
    for (let at = index + 1; at < index + shortestNote; at++) if (!isLetter(at) || beginsWord(sets[at]!)) return false;
    return isLetter(index);
  };
  let from = 0;
  while (isMark(from)) from++;
  if (from > 0 && hasWordFrom(from)) marks.add(from);
  for (let index = from + 1; index < sets.length; index++) {
    if (isMark(index) && !isMark(index - 1) && hasWordBefore(index)) marks.add(index);
  }
  return marks;
}
