/**
 * Tables on a PDF's page, which has none: rows of fragments that stand in the same columns.
 *
 * The rows with most fragments give the columns, and at least two rows must fill them. Rows with fewer are fitted
 * into these columns; where two cells came as one run of text, it is cut at the space where the second column begins. Cells
 * of several lines are put together. Lists are not tables, and columns of prose that the file gives line by line are read one
 * after the other. Ruled lines are not looked at: many tables have none.
 */
import { quantile } from "../../../quantile.ts";
import { joined } from "./hyphens.ts";
import type { Fragment, Line } from "./lines.ts";

export interface Table {
  /** Each with as many cells as there are columns; a cell may be empty. */
  readonly rows: readonly (readonly string[])[];
  /** Whether the first row is set in a type of its own, or stands above numbers: in a PDF words alone are not a sign. */
  readonly hasHeader: boolean;
}

/** Text, or a table, in the page's order. */
export type Part = { readonly lines: readonly Line[] } | { readonly table: Table };

interface Row {
  readonly lines: Line[];
  /** Fragments with their heights on the page, in the file's order. */
  readonly pieces: readonly Piece[];
  /** From left to right. */
  readonly cells: readonly Cell[];
}

interface Piece extends Fragment {
  readonly y: number;
}

interface Column {
  readonly left: number;
  readonly right: number;
}

interface Cell extends Column {
  readonly pieces: readonly Piece[];
}

/** All in line heights. Lines of a cell are at most this far apart … */
const lineStep = 1.4;
/** … rows of a table with cells of several lines at least this far … */
const rowStep = 1.6;
/** … and rows of one table at most. */
const widestStep = 6;
/** A page has hardly more; a longer table is found in parts. */
const mostRows = 200;
/** A cell has at most this many lines: what goes down further is a column of the page. */
const longestCell = 12;
/** Cells of a median length above this are prose; and so are those of this many lines, all as long. */
const proseLength = 30;
const proseLines = 5;
/** A run of text longer than this is not two cells that touch. */
const longestCut = 45;
/** This many rows of one sentence make the others its neighbours, not a table's rows. */
const mostSentences = 0.4;

const mark = /^(?:[•◦▪‣·∙*–—-]|\(?(?:\d{1,3}|[ivxIVX]{1,5}|[a-zA-Z])[.)])$/;

export function partsOf(lines: readonly Line[]): Part[] {
  const rows = rowsOf(withoutJustifiedGaps(lines));
  const parts: Part[] = [];
  let text: Line[] = [];
  for (let from = 0; from < rows.length;) {
    const to = endOfRun(rows, from);
    const found = to - from > 1 ? tableIn(rows.slice(from, to)) : null;
    if (found === null) text.push(...rows[from++]!.lines);
    else if ("lines" in found) {
      text.push(...found.lines);
      from += found.rows;
    } else {
      if (text.length > 0) parts.push({ lines: text });
      text = [];
      parts.push({ table: found.table });
      from += found.rows;
    }
  }
  if (text.length > 0) parts.push({ lines: text });
  return parts;
}

/**
 * Lines of justified text have wide gaps too, in narrow columns. Lines below one another that begin and end exactly alike are
 * justified, if one of them has no wide gap, or if their gaps are never in the same place: those are made one fragment each.
 */
function withoutJustifiedGaps(lines: readonly Line[]): Line[] {
  const result: Line[] = [];
  for (let from = 0; from < lines.length;) {
    let to = from + 1;
    while (to < lines.length && isAlike(lines[to - 1]!, lines[to]!)) to++;
    const block = lines.slice(from, to);
    const isJustified = isJustifiedBlock(block);
    for (const line of block) {
      if (!isJustified || line.fragments.length === 1) result.push(line);
      else {
        const [left, right] = extent(line);
        result.push({ ...line, fragments: [{ text: line.text, left, right }] });
      }
    }
    from = to;
  }
  return result;
}

/** Whether two lines begin and end at the same places, one right below the other. A single word ends where it ends. */
function isAlike(above: Line, below: Line): boolean {
  if (Math.abs(above.y - below.y) > lineStep * below.height) return false;
  const [[left, right], [from, to]] = [extent(above), extent(below)];
  const near = 0.15 * below.height;
  return (
    Math.abs(from - left) < near &&
    (Math.abs(to - right) < near || !above.text.includes(" ") || !below.text.includes(" "))
  );
}

function isJustifiedBlock(block: readonly Line[]): boolean {
  const wide = block.filter(({ text }) => text.includes(" "));
  if (block.length < 2 || wide.length === 0) return false;
  const rights = wide.map((line) => extent(line)[1]);
  const end = Math.max(...rights);
  if (rights.some((right) => end - right > 0.15 * wide[0]!.height)) return false;
  return wide.some(({ fragments }) => fragments.length === 1) || isUneven(wide);
}

/** Whether no two of at least three lines have a fragment that begins, or ends, in the same place inside the line. */
function isUneven(block: readonly Line[]): boolean {
  if (block.length < 3) return false;
  const areNear = (a: number, b: number) => Math.abs(a - b) < 0.3 * block[0]!.height;
  return block.every((line, i) =>
    block.slice(i + 1).every((other) => {
      const begins = line.fragments
        .slice(1)
        .some((one) => other.fragments.slice(1).some((two) => areNear(one.left, two.left)));
      const ends = line.fragments
        .slice(0, -1)
        .some((one) => other.fragments.slice(0, -1).some((two) => areNear(one.right, two.right)));
      return !begins && !ends;
    }),
  );
}

function extent({ fragments }: Line): [left: number, right: number] {
  return [fragments[0]!.left, Math.max(...fragments.map((fragment) => fragment.right))];
}

/**
 * Lines that belong side by side: a line that goes up again, to the right, is the next cell of a row whose cell before has
 * several lines.
 */
function rowsOf(lines: readonly Line[]): Row[] {
  const rows: Row[] = [];
  for (const line of lines) {
    const last = rows.at(-1)?.lines.at(-1);
    const drop = last ? (last.y - line.y) / line.height : 0;
    const left = line.fragments[0]!.left;
    if (last && drop < -0.6 && left > last.fragments[0]!.left + line.height) {
      const beside = rows.findLastIndex((row) => row.lines[0]!.y > line.y + 0.6 * line.height) + 1;
      const cell = rows.slice(beside, beside + longestCell + 1).flatMap((row) => row.lines);
      const isBeside = (other: Line) =>
        other.fragments[0]!.left < left && Math.abs(other.height - line.height) <= 0.15 * line.height;
      if (cell.length > 0 && cell.length <= longestCell && cell.every(isBeside)) {
        rows.splice(beside, rows.length, rowWith([...cell, line]));
        continue;
      }
    }
    const goesOn =
      last !== undefined &&
      drop > 0 &&
      drop <= lineStep &&
      rows.at(-1)!.pieces.length > 1 &&
      line.fragments.length === 1 &&
      isBelow(line, last.fragments.at(-1)!) &&
      left > rows.at(-1)!.pieces[0]!.left + line.height;
    if (goesOn) rows[rows.length - 1] = rowWith([...rows.at(-1)!.lines, line]);
    else rows.push(rowWith([line]));
  }
  return rows;
}

/** Begins where the other does, or has the same middle. */
function isBelow({ fragments, height }: Line, { left, right }: Fragment): boolean {
  const [own] = fragments as [Fragment];
  const middles = (own.left + own.right - left - right) / 2;
  return Math.abs(own.left - left) < 0.2 * height || Math.abs(middles) < 0.2 * height;
}

function rowWith(lines: Line[]): Row {
  const pieces = lines.flatMap(({ fragments, y }) => fragments.map((fragment) => ({ ...fragment, y })));
  return { lines, pieces, cells: cellsOf(pieces) };
}

/** The first row after `from` that cannot be of the same table. Between rows of several cells there may be rows of one. */
function endOfRun(rows: readonly Row[], from: number): number {
  const { height } = rows[from]!.lines[0]!;
  let to = from + 1;
  let step = 0;
  for (; to < Math.min(rows.length, from + mostRows); to++) {
    const [above, below] = [rows[to - 1]!.lines.at(-1)!, rows[to]!.lines[0]!];
    const drop = (above.y - below.y) / height;
    if (drop <= 0 || drop > widestStep || Math.abs(below.height - height) > 0.15 * height) break;
    const isSteady = Math.abs(drop - step) <= 0.1 * step;
    step = drop;
    const areSingle = rows[to]!.cells.length === 1 && rows[to - 1]!.cells.length === 1;
    if (areSingle && !(isSteady && couldBeTwo(rows[to]!) && couldBeTwo(rows[to - 1]!))) break;
    if (isProse(rows[to]!) || isProse(rows[to - 1]!)) break;
  }
  return to;
}

/** One run of text with one space in it: two narrow cells, perhaps. */
function couldBeTwo({ pieces }: Row): boolean {
  return pieces.length === 1 && pieces[0]!.gaps?.length === 3;
}

/** Columns of the page that are as short as a cell. */
function isProse(row: Row): boolean {
  return row.cells.every(({ pieces }) => {
    const characters = pieces.reduce((sum, { text }) => sum + text.length, 0);
    return pieces.length >= proseLines && characters / pieces.length >= proseLength;
  });
}

/** Pieces of a row that stand above one another are one cell. */
function cellsOf(pieces: readonly Piece[]): Cell[] {
  const cells: { left: number; right: number; pieces: Piece[] }[] = [];
  for (const piece of pieces.toSorted((a, b) => a.left - b.left)) {
    const last = cells.at(-1);
    if (last && piece.left < last.right) {
      last.pieces.push(piece);
      last.right = Math.max(last.right, piece.right);
    } else cells.push({ left: piece.left, right: piece.right, pieces: [piece] });
  }
  return cells;
}

type Found = ({ readonly table: Table } | { readonly lines: readonly Line[] }) & { readonly rows: number };

/** What the first rows of `run` are, as far as they are a table; null where they are none. */
function tableIn(run: readonly Row[]): Found | null {
  if (run[0]!.cells.length === 1 && (run[0]!.lines.length > 1 || run[1]!.cells.length === 1)) return null;
  const { height } = run[0]!.lines[0]!;
  const columns = columnsOf(run, height);
  if (columns === null) return null;
  const pitches = run.slice(1).map((row, i) => (run[i]!.lines[0]!.y - row.lines[0]!.y) / height);
  // Of rows of several cells, if there are: text above and below stands apart.
  const tabular = pitches.filter((_, i) => run[i]!.cells.length > 1 && run[i + 1]!.cells.length > 1);
  const usual = (steps: readonly number[]) => steps.toSorted((a, b) => b - a)[Math.floor(steps.length / 2)]!;
  const pitch = usual(tabular.length > 0 ? tabular : pitches);
  const isSpacious = Math.min(pitch, usual(pitches)) >= rowStep;
  /** Whether a row of one piece at an end of the table is two cells in truth, whose texts run into one another. */
  const isTwoCells = ({ pieces }: Row, distance: number) =>
    pieces.length === 1 &&
    Math.abs(distance - pitch) <= 0.1 * pitch &&
    pieces[0]!.right <= columns.at(-1)!.right + height &&
    cutIntoColumns(pieces[0]!, columns, height).length === 2;

  // A row of one cell is not at an end of a table, unless it is a line of a cell with others.
  const belongs = (row: Row, distance: number) =>
    row.cells.length > 1 || (isSpacious && distance <= lineStep) || isTwoCells(row, distance);
  if (!belongs(run[0]!, pitches[0]!)) return null;
  const rows = run.slice();
  while (rows.length > 1 && !belongs(rows.at(-1)!, pitches[rows.length - 2]!)) rows.pop();
  if (rows.length < 2) return null;
  const sentences = rows.filter(({ pieces }) => pieces.length === 1 && pieces[0]!.text.length > longestCut).length;
  if (!isSpacious && sentences > mostSentences * rows.length) return null;

  const cells: Piece[][][] = [];
  const firstLines: Line[] = [];
  rows.forEach((row, i) => {
    const fitted = fit(row, columns, height);
    const drop = i === 0 ? 0 : (rows[i - 1]!.lines.at(-1)!.y - row.lines[0]!.y) / height;
    if (i > 0 && (drop < 0.6 || (isSpacious && drop <= lineStep))) {
      fitted.forEach((pieces, column) => cells.at(-1)![column]!.push(...pieces));
    } else cells.push(fitted);
    if (cells.length === 1) firstLines.push(...row.lines);
  });
  const texts = cells.map((row) =>
    row.map((pieces) => joined(pieces.toSorted((a, b) => b.y - a.y || a.left - b.left))),
  );
  if (texts.length < 2) return null;
  if (texts.every(([cell]) => mark.test(cell!) || cell === "")) return null;
  if (texts.length > 3 && columns.every((_, column) => medianLength(texts, column) >= proseLength)) {
    return { lines: columns.flatMap((_, column) => linesOfColumn(rows, columns, column, height)), rows: rows.length };
  }
  const others = rows.flatMap((row) => row.lines).filter((line) => !firstLines.includes(line));
  const [{ font }] = firstLines as [Line];
  const hasHeader =
    font !== null && firstLines.every((line) => line.font === font) && others.every((line) => line.font !== font);
  return { table: { rows: texts, hasHeader: hasHeader || namesNumbers(texts) }, rows: rows.length };
}

/** Amounts, times, dates. */
const number = /^[\p{Sc}+\-\u2212(]?\s?\d[\d.,:/\-\u2013 ]*\s?[%\p{Sc})]?$/u;

/** Words above a column of numbers name it; in two columns the words may be names themselves. */
function namesNumbers([first, ...others]: readonly (readonly string[])[]): boolean {
  if (!first || first.length < 3 || others.length < 2 || !first.every((cell) => /\p{L}/u.test(cell))) return false;
  return first.some((cell, column) => !/\d/.test(cell) && others.every((row) => number.test(row[column]!)));
}

/** By the rows with most cells, with at least two rows that fill all columns; null where there are no such columns. */
function columnsOf(run: readonly Row[], height: number): Column[] | null {
  const all = run.map(({ cells }) => cells);
  for (let count = Math.max(...all.map((cells) => cells.length)); count > 1; count--) {
    const full = all.filter((cells) => cells.length === count);
    if (full.length === 0) continue;
    const columns = full[0]!.map((_, i) => ({
      left: Math.min(...full.map((cells) => cells[i]!.left)),
      right: Math.max(...full.map((cells) => cells[i]!.right)),
    }));
    const areApart = columns.every(({ left }, i) => i === 0 || left >= columns[i - 1]!.right);
    if (!areApart) return null;
    const filled = run.filter((row) => fit(row, columns, height).every((pieces) => pieces.length > 0));
    if (filled.length > 1) return columns;
  }
  return null;
}

/** A row's pieces by column. */
function fit(row: Row, columns: readonly Column[], height: number): Piece[][] {
  const cells: Piece[][] = columns.map(() => []);
  const [{ text }] = row.pieces as [Piece];
  // A sentence that reaches over columns has a space near each of them.
  const isSentence = row.pieces.length === 1 && text.length > longestCut;
  for (const piece of isSentence ? row.pieces : row.pieces.flatMap((whole) => cutIntoColumns(whole, columns, height))) {
    const overlaps = columns.map(({ left, right }) => Math.min(right, piece.right) - Math.max(left, piece.left));
    cells[overlaps.indexOf(Math.max(...overlaps))]!.push(piece);
  }
  return cells;
}

/** A piece that reaches over several columns, cut at the spaces that are nearest to where columns begin; whole where none is near. */
function cutIntoColumns(piece: Piece, columns: readonly Column[], height: number): Piece[] {
  const { text, left, right, y } = piece;
  const gaps = piece.gaps ? gapsIn(piece.gaps) : estimatedGaps(piece);
  const starts = columns.filter((column) => column.left > left + 0.4 * height && column.left < right - 0.3 * height);
  const cuts = starts.flatMap((column) => {
    const [best] = gaps.toSorted((a, b) => Math.abs(a[2] - column.left) - Math.abs(b[2] - column.left));
    return best && Math.abs(best[2] - column.left) <= 0.8 * height ? [best] : [];
  });
  const places = [...new Set(cuts)].toSorted((a, b) => a[0] - b[0]);
  let [from, start] = [0, left];
  return [...places, [text.length, right, right] as const].map(([end, stop, next]) => {
    const cell = text.slice(from, end).trim();
    const own = gaps.filter(([index]) => index > from && index < end);
    const inside = own.flatMap(([index, begin, to]) => [index - from, begin, to]);
    const part = { text: cell, left: start, right: stop, gaps: inside, y };
    [from, start] = [end + 1, next];
    return part;
  });
}

type Gap = readonly [index: number, from: number, to: number];

function gapsIn(numbers: readonly number[]): Gap[] {
  const gaps: Gap[] = [];
  for (let at = 0; at < numbers.length; at += 3) gaps.push([numbers[at]!, numbers[at + 1]!, numbers[at + 2]!]);
  return gaps;
}

/** As if all letters had one width. */
function estimatedGaps({ text, left, right }: Piece): Gap[] {
  const placeOf = (at: number) => left + ((right - left) * at) / text.length;
  return [...text.matchAll(/ /g)].map(({ index }) => [index, placeOf(index), placeOf(index + 1)]);
}

function medianLength(rows: readonly (readonly string[])[], column: number): number {
  const lengths = rows.map((row) => row[column]!.length);
  return quantile(lengths, 0.5);
}

function linesOfColumn(rows: readonly Row[], columns: readonly Column[], column: number, height: number): Line[] {
  return rows.flatMap((row) => {
    const pieces = fit(row, columns, height)[column]!;
    if (pieces.length === 0) return [];
    const { y, height: own, font } = row.lines[0]!;
    return [{ text: joined(pieces), fragments: pieces, y, height: own, font }];
  });
}
