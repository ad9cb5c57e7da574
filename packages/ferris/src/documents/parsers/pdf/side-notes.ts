/**
 * Notes in the margin, set smaller beside the text that they belong to: on its lines they would look like a second column of a table, and cut the
 * words of the first. They are read after their page's text.
 */
import type { Glyph } from "./glyph.ts";

/** Glyphs of a page's text, at least: a title page has no margin. */
const fewestInText = 300;
/** Of the text's size: a note is no larger. */
const largest = 0.92;
/** … and this far beside it. */
const farBeside = 0.5;
/** Fewer letters are numbers of lines, or marks. */
const fewestLetters = 8;

/** The glyphs in their order without those of notes, and these. */
export function withoutSideNotes(glyphs: readonly Glyph[]): {
  readonly glyphs: readonly Glyph[];
  readonly notes: readonly Glyph[];
} {
  const size = usualSize(glyphs);
  let [left, right, low, high, count] = [Infinity, -Infinity, Infinity, -Infinity, 0];
  for (const glyph of glyphs) {
    if (glyph.size <= largest * size || glyph.text.trim() === "") continue;
    left = Math.min(left, glyph.x);
    right = Math.max(right, glyph.x + glyph.width);
    low = Math.min(low, glyph.y);
    high = Math.max(high, glyph.y);
    count++;
  }
  const isBeside = ({ x, width, y, size: own }: Glyph): boolean =>
    own <= largest * size &&
    y >= low &&
    y <= high &&
    (x >= right + farBeside * size || x + width <= left - farBeside * size);
  if (count < fewestInText || !glyphs.some(isBeside)) return { glyphs, notes: [] };
  // A table that is set smaller may be wider than the text: its rows begin below it.
  const inText = new Set<string>();
  for (const glyph of glyphs) if (glyph.size <= largest * size && !isBeside(glyph)) inText.add(rowOf(glyph));
  const notes = glyphs.filter((glyph) => isBeside(glyph) && !inText.has(rowOf(glyph)));
  const letters = notes.filter(({ text }) => /\p{L}/u.test(text)).length;
  if (letters < fewestLetters || notes.length > count) return { glyphs, notes: [] };
  const isNote = new Set(notes);
  return { glyphs: glyphs.filter((glyph) => !isNote.has(glyph)), notes };
}

/** Glyphs of one font and size on one line. */
function rowOf({ y, size, font }: Glyph): string {
  return `${Math.round(y)} ${Math.round(2 * size)} ${font}`;
}

/** The size that most of the glyphs have. */
function usualSize(glyphs: readonly Glyph[]): number {
  const counts = new Map<number, number>();
  for (const { size, text } of glyphs) {
    if (text.trim() !== "") counts.set(Math.round(2 * size) / 2, (counts.get(Math.round(2 * size) / 2) ?? 0) + 1);
  }
  let [usual, most] = [0, 0];
  for (const [size, count] of counts) if (count > most) [usual, most] = [size, count];
  return usual;
}
