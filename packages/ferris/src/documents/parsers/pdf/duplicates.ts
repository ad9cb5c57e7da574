/**
 * Letters that are drawn twice to look bold, or to cast a shadow: once is enough to read them.
 */
import type { Glyph } from "./glyph.ts";

/** A copy is at most this much of the font's size away, and at most this much of the letter's own width. */
const farthest = 0.3;
const ofWidth = 0.45;
/** A run whose letters are copies but for a few narrow ones is a copy as a whole. */
const mostlyCopies = 0.6;
/** So many letters that lie on other text are that text again, where this share of them lies on letters like themselves: chance gives a tenth. */
const [longRun, mostlyOnOthers] = [20, 0.25];
/** Glyphs are looked up by squares of the page of this width, in points: as large as text, and never so many for one glyph. */
const cellSize = 12;
/** Larger letters than these are looked at as if they were of this size. */
const largestSize = 200;

/** The glyphs in their order, without those that stand on a glyph like themselves. */
export function withoutDuplicates(glyphs: readonly Glyph[]): Glyph[] {
  const cells = new Map<string, Map<number, Glyph[]>>();
  /** With what each is a copy of. */
  const copies = new Map<Glyph, Glyph>();
  const shows = new Map<number, { all: number; copies: number; ofOthers: number }>();
  for (const glyph of glyphs) {
    const { text, x, y, size, width } = glyph;
    if (text === " " || size === 0) continue;
    const show = shows.get(glyph.show) ?? { all: 0, copies: 0, ofOthers: 0 };
    if (show.all++ === 0) shows.set(glyph.show, show);
    const own = cells.get(text) ?? new Map<number, Glyph[]>();
    if (own.size === 0) cells.set(text, own);
    const reach = Math.min(farthest * Math.min(size, largestSize), ofWidth * width);
    const original = originalOf(own, glyph, reach);
    if (original) {
      copies.set(glyph, original);
      show.copies++;
      if (original.show !== glyph.show) show.ofOthers++;
    } else {
      const key = keyOf(Math.floor(x / cellSize), Math.floor(y / cellSize));
      const cell = own.get(key);
      if (cell) cell.push(glyph);
      else own.set(key, [glyph]);
    }
  }
  if (copies.size === 0) return glyphs.slice();
  const words = wordsOnOthers(glyphs, copies);
  return glyphs.filter((glyph) => {
    const isKept = words.get(glyph);
    if (isKept === false || (copies.has(glyph) && isKept !== true)) return false;
    const show = shows.get(glyph.show);
    if (!show || show.copies === 0) return true;
    const isAgain = show.all >= longRun && show.ofOthers >= show.all * mostlyOnOthers;
    return !isAgain && show.copies < show.all * mostlyCopies;
  });
}

/** What stays of words that lie on others, as a scan's words lie on the same words in print: they are copies as a whole, or none. */
function wordsOnOthers(glyphs: readonly Glyph[], copies: ReadonlyMap<Glyph, Glyph>): ReadonlyMap<Glyph, boolean> {
  const kept = new Map<Glyph, boolean>();
  let word: Glyph[] = [];
  const end = () => {
    const own = word.filter((glyph) => copies.has(glyph));
    const areOfOthers = own.every((glyph) => copies.get(glyph)!.show !== glyph.show);
    const areKept = own.length < mostlyCopies * word.length;
    if (own.length > 0 && areOfOthers) for (const glyph of areKept ? own : word) kept.set(glyph, areKept);
    word = [];
  };
  for (const glyph of glyphs) {
    if (word.length > 0 && (glyph.text === " " || glyph.show !== word[0]!.show)) end();
    if (glyph.text !== " ") word.push(glyph);
  }
  end();
  return kept;
}

function originalOf(
  cells: ReadonlyMap<number, readonly Glyph[]>,
  { x, y, size, angle }: Glyph,
  reach: number,
): Glyph | undefined {
  const [firstRow, lastRow] = [Math.floor((y - reach) / cellSize), Math.floor((y + reach) / cellSize)];
  const lastColumn = Math.floor((x + reach) / cellSize);
  for (let column = Math.floor((x - reach) / cellSize); column <= lastColumn; column++) {
    for (let row = firstRow; row <= lastRow; row++) {
      const found = cells
        .get(keyOf(column, row))
        ?.find(
          (other) =>
            other.angle === angle &&
            Math.abs(other.size - size) < 0.1 * size &&
            Math.abs(other.x - x) <= reach &&
            Math.abs(other.y - y) <= reach,
        );
      if (found) return found;
    }
  }
  return undefined;
}

function keyOf(column: number, row: number): number {
  return column * 2 ** 20 + row;
}
