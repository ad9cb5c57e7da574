/**
 * Cells of a table that touch: a program that pads them by nothing sets "Shackle 3" and "12.25" side by side, and no gap parts them. What does is
 * that each cell is drawn by itself, and that cells of other rows begin, or end, in the same place.
 */
import type { FontWidths } from "./font-widths.ts";
import type { Glyph } from "./glyph.ts";

/** In font sizes: cells overlap by no more than this … */
const overlap = 0.2;
/** … and further apart they are parted by a gap. */
const apart = 0.15;
/** Places are the same up to this. */
const near = 0.06;
/** This many other rows, and how many lines above and below are looked at. */
const fewestRows = 2;
const farthestRow = 4;
/** A line of more is a drawing; and its cells have a few sizes. */
const mostCells = 300;
const mostSizes = 20;
/** In one of them the cell before is shorter: words that a program draws in pieces are cut in the same place where lines begin alike. */
const cellGap = 0.5;
/** Of a row's cells, at least. */
const mostAligned = 0.7;
/** Where fewer glyphs are drawn at once on a line, each may stand in a place of a raster. */
const fewestTogether = 2.5;

/** What a cell begins and ends with; other signs go with the word that they touch. */
const beginning = /^[\p{L}\p{N}\p{Sc}(+\u2212-]/u;
const ending = /[\p{L}\p{N}\p{Sc}%).]$/u;

/** What one operation drew on a line. */
interface Drawn {
  readonly first: Glyph;
  readonly last: Glyph;
  readonly left: number;
  readonly right: number;
}

/** The glyphs that begin a cell right behind another; `lines` are a page's, from its top. */
export function touchingCells(lines: readonly (readonly Glyph[])[], widths: FontWidths): ReadonlySet<Glyph> {
  const rows = lines.map(drawnOn);
  const begins = new Set<Glyph>();
  rows.forEach((row, at) => {
    if (row.length > mostCells) return;
    // The same for all cells of a size: looking for each cell would take the cube of their number.
    const alignedRows = new Map<number, Drawn[][]>();
    for (let index = 1; index < row.length; index++) {
      const [before, cell] = [row[index - 1]!, row[index]!];
      const { size, font } = cell.first;
      const gap = (cell.left - before.right) / size;
      if (gap < -overlap || gap > apart || font !== before.first.font || widths.isMonospaced(font)) continue;
      if (!beginning.test(cell.first.text) || !ending.test(before.last.text)) continue;
      const isSame = (one: number, other: number) => Math.abs(one - other) <= near * size;
      let others = alignedRows.get(size);
      if (!others) {
        others = rows
          .slice(Math.max(0, at - farthestRow), at + farthestRow + 1)
          .filter((other) => other !== row && areAligned(row, other, isSame));
        if (alignedRows.size < mostSizes) alignedRows.set(size, others);
      }
      const gapsBefore = (is: (other: Drawn) => boolean) =>
        others.flatMap((other) => {
          const place = other.findIndex((drawn, nth) => nth > 0 && is(drawn));
          return place < 0 ? [] : [(other[place]!.left - other[place - 1]!.right) / size];
        });
      const begun = gapsBefore(({ left }) => isSame(left, cell.left));
      const ended = index + 1 < row.length ? gapsBefore(({ right }) => isSame(right, cell.right)) : [];
      if ([begun, ended].some((gaps) => gaps.length >= fewestRows && Math.max(...gaps) >= cellGap))
        begins.add(cell.first);
    }
  });
  return begins;
}

/** Whether nearly all of a row stands below or above what begins or ends in the same place. */
function areAligned(
  row: readonly Drawn[],
  other: readonly Drawn[],
  isSame: (a: number, b: number) => boolean,
): boolean {
  if (other.length < 2 || other.length > mostCells) return false;
  const aligned = row.filter((drawn) =>
    other.some(({ left, right }) => isSame(left, drawn.left) || isSame(right, drawn.right)),
  );
  return aligned.length >= mostAligned * row.length;
}

function drawnOn(line: readonly Glyph[]): Drawn[] {
  const drawn: (Drawn & { right: number; last: Glyph })[] = [];
  let letters = 0;
  for (const glyph of line) {
    if (glyph.text.trim() === "") continue;
    letters++;
    const own = drawn.at(-1);
    if (own?.first.show === glyph.show) {
      own.right = glyph.x + glyph.width;
      own.last = glyph;
    } else drawn.push({ first: glyph, last: glyph, left: glyph.x, right: glyph.x + glyph.width });
  }
  return letters < fewestTogether * drawn.length ? [] : drawn;
}
