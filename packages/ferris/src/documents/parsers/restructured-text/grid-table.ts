/**
 * A grid table of reStructuredText: cells are the boxes of a drawing, found by following their edges as docutils does.
 *
 * Letters of double width take two columns, marks over letters take none. A drawing that is not closed is no table, and stays as it is.
 */
import { SourcedText } from "../../lines/sourced-text.ts";
import { TableGrid } from "../../table/grid.ts";
import type { TextLine } from "../sections.ts";
import { type DrawnTable, type Places, placesOf } from "./places.ts";

const top = /^[ \t]*\+-[-+]+-\+[ \t]*$/;
const underHeader = /^\+=[=+]+=\+$/;

/** Edges are followed from corner to corner: what takes more steps is no table that somebody drew. */
const mostSteps = 3_000_000;

interface Box {
  readonly top: number;
  readonly left: number;
  readonly bottom: number;
  readonly right: number;
}

/** The table that begins at line `first`, if one does. */
export function gridTableAt(lines: readonly TextLine[], first: number): DrawnTable | null {
  if (!top.test(lines[first]!.text)) return null;
  const indent = lines[first]!.text.search(/\+/);
  const drawn: Places[] = [];
  for (let index = first; index < lines.length; index++) {
    const line = lines[index]!;
    if (!/^[+|].*[+|]$/.test(line.text.slice(indent).trimEnd()) || line.text.slice(0, indent).trim() !== "") break;
    drawn.push(placesOf(line, indent));
  }
  while (drawn.length > 0 && !top.test(drawn.at(-1)!.signs.join(""))) drawn.pop();
  const width = drawn[0]?.signs.length ?? 0;
  if (drawn.length < 3 || drawn.some(({ signs }) => signs.length !== width)) return null;
  const head = drawn.findIndex(({ signs }) => underHeader.test(signs.join("")));
  const boxes = boxesOf(
    drawn.map(({ signs }, row) => (row === head ? signs.map((sign) => (sign === "=" ? "-" : sign)) : signs)),
  );
  return boxes && { last: first + drawn.length - 1, grid: gridOf(boxes, drawn, head), hasHeader: head > 0 };
}

function gridOf(boxes: readonly Box[], drawn: readonly Places[], head: number): TableGrid {
  const rows = edges(boxes.map((box) => box.top));
  const columns = edges(boxes.map((box) => box.left));
  const grid = new TableGrid();
  let row = -1;
  for (const box of boxes) {
    for (; row < rows.get(box.top)!; row++) grid.row({ isHeader: box.top < head });
    const across = (columns.get(box.right) ?? columns.size) - columns.get(box.left)!;
    const down = (rows.get(box.bottom) ?? rows.size) - rows.get(box.top)!;
    grid.cellAt(columns.get(box.left)!, wordsIn(box, drawn), { columns: across, rows: down });
  }
  return grid;
}

/** The number of each place at which a cell begins. */
function edges(places: readonly number[]): Map<number, number> {
  return new Map([...new Set(places)].sort((a, b) => a - b).map((place, index) => [place, index]));
}

function wordsIn(box: Box, drawn: readonly Places[]): SourcedText {
  const words = new SourcedText();
  for (const { textBetween } of drawn.slice(box.top + 1, box.bottom)) {
    const line = textBetween(box.left + 1, box.right).trim();
    if (line.length === 0) continue;
    if (words.length > 0) words.trail(" ");
    words.join(line);
  }
  return words;
}

/** All boxes, line by line from the left; null where they do not cover the drawing. */
function boxesOf(drawn: readonly (readonly string[])[]): Box[] | null {
  const bottom = drawn.length - 1;
  const right = drawn[0]!.length - 1;
  const boxes: Box[] = [];
  /** By column, the last line that a box covers. */
  const done = Array.from({ length: right }, () => -1);
  const corners = new Map([["0,0", { row: 0, column: 0 }]]);
  let steps = 0;
  for (let next = firstOf(corners); next; next = firstOf(corners)) {
    corners.delete(`${next.row},${next.column}`);
    if (next.row === bottom || next.column === right || next.row <= done[next.column]!) continue;
    const box = boxAt(next.row, next.column);
    if (steps > mostSteps) return null;
    if (!box) continue;
    for (let column = box.left; column < box.right; column++) {
      if (done[column] !== box.top - 1) return null;
      done[column] = box.bottom - 1;
    }
    boxes.push(box);
    corners.set(`${box.top},${box.right}`, { row: box.top, column: box.right });
    corners.set(`${box.bottom},${box.left}`, { row: box.bottom, column: box.left });
  }
  return done.every((line) => line === bottom - 1) ? boxes.sort((a, b) => a.top - b.top || a.left - b.left) : null;

  /** The smallest box whose upper left corner is there. */
  function boxAt(row: number, column: number): Box | null {
    if (drawn[row]![column] !== "+") return null;
    for (let end = column + 1; end <= right; end++) {
      const sign = drawn[row]![end];
      if (sign === "+") {
        const under = lowerEdge(row, column, end);
        if (under > 0) return { top: row, left: column, bottom: under, right: end };
      } else if (sign !== "-") return null;
      if (steps++ > mostSteps) return null;
    }
    return null;
  }

  /** The line below `row` that closes a box of these columns; 0 where none does. */
  function lowerEdge(row: number, left: number, end: number): number {
    for (let under = row + 1; under <= bottom; under++) {
      const sign = drawn[under]![end];
      if (sign === "+" && isClosed(row, under, left, end)) return under;
      if ((sign !== "+" && sign !== "|") || steps++ > mostSteps) return 0;
    }
    return 0;
  }

  function isClosed(row: number, under: number, left: number, end: number): boolean {
    steps += end - left + under - row;
    if (drawn[under]![left] !== "+") return false;
    for (let at = left + 1; at < end; at++) if (!/[-+]/.test(drawn[under]![at]!)) return false;
    for (let at = row + 1; at < under; at++) if (!/[|+]/.test(drawn[at]![left]!)) return false;
    return true;
  }
}

function firstOf(corners: ReadonlyMap<string, { row: number; column: number }>) {
  let first: { row: number; column: number } | undefined;
  for (const corner of corners.values())
    if (!first || corner.row < first.row || (corner.row === first.row && corner.column < first.column)) first = corner;
  return first;
}
