/**
 * Letters that are drawn twice to look bold, or to cast a shadow: once is enough to read them.
 */
import type { Glyph } from "./glyphs.ts";

/** A copy is at most this much of the font's size away, and at most this much of the letter's own width. */
const farthest = 0.3;
const ofWidth = 0.45;
/** A run whose letters are copies but for a few narrow ones is a copy as a whole. */
const mostlyCopies = 0.6;
/** Glyphs are looked up by squares of the page of this width, in points: as large as text, and never so many for one glyph. */
const cellSize = 12;
/** Larger letters than these are looked at as if they were of this size. */
const largestSize = 200;

/** The glyphs in their order, without those that stand on a glyph like themselves. */
export function withoutDuplicates(glyphs: readonly Glyph[]): Glyph[] {
  const cells = new Map<string, Map<number, Glyph[]>>();
  const copies = new Set<Glyph>();
  const shows = new Map<number, { all: number; copies: number }>();
  for (const glyph of glyphs) {
    const { text, x, y, size, width } = glyph;
    if (text === " " || size === 0) continue;
    const show = shows.get(glyph.show) ?? { all: 0, copies: 0 };
    if (show.all++ === 0) shows.set(glyph.show, show);
    const own = cells.get(text) ?? new Map<number, Glyph[]>();
    if (own.size === 0) cells.set(text, own);
    const reach = Math.min(farthest * Math.min(size, largestSize), ofWidth * width);
    if (hasCopy(own, glyph, reach)) {
      copies.add(glyph);
      show.copies++;
    } else {
      const key = keyOf(Math.floor(x / cellSize), Math.floor(y / cellSize));
      const cell = own.get(key);
      if (cell) cell.push(glyph);
      else own.set(key, [glyph]);
    }
  }
  if (copies.size === 0) return glyphs.slice();
  return glyphs.filter((glyph) => {
    if (copies.has(glyph)) return false;
    const show = shows.get(glyph.show);
    return !show || show.copies === 0 || show.copies < show.all * mostlyCopies;
  });
}

function hasCopy(cells: ReadonlyMap<number, readonly Glyph[]>, { x, y, size, angle }: Glyph, reach: number): boolean {
  const [firstRow, lastRow] = [Math.floor((y - reach) / cellSize), Math.floor((y + reach) / cellSize)];
  const lastColumn = Math.floor((x + reach) / cellSize);
  for (let column = Math.floor((x - reach) / cellSize); column <= lastColumn; column++) {
    for (let row = firstRow; row <= lastRow; row++) {
      const isThere = cells
        .get(keyOf(column, row))
        ?.some(
          (other) =>
            other.angle === angle &&
            Math.abs(other.size - size) < 0.1 * size &&
            Math.abs(other.x - x) <= reach &&
            Math.abs(other.y - y) <= reach,
        );
      if (isThere) return true;
    }
  }
  return false;
}

function keyOf(column: number, row: number): number {
  return column * 2 ** 20 + row;
}
