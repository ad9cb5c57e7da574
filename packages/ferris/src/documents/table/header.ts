/**
 * Which of a table's first rows name its columns, and which stand above the table as titles.
 *
 * What the format marks is believed. Without marks, the header is the first row that is as wide as the rows below it and made of
 * words, or of years, dates or a count from 0 or 1 where the rows below hold something else. Narrower rows above it are titles;
 * a row above it whose cells span several columns, or leave gaps, names groups of columns.
 */
import type { TableRow } from "./grid.ts";

export interface HeaderJudgement {
  /** Rows above the header. */
  readonly titles: number;
  /** Rows that name the columns; 0 where none does. */
  readonly headers: number;
}

/** Rows looked at; the caller keeps this many back until the judgement. */
export const judgedRows = 40;

const mostTitles = 20;
const mostHeaderRows = 4;
const longestName = 100;

/** `rows` are the first filled rows of a table; `hasHeader` is set where it is known whether the first of them is a header. */
export function judgeHeader(rows: readonly TableRow[], hasHeader?: boolean): HeaderJudgement {
  const none = { titles: 0, headers: 0 };
  if (hasHeader === false || rows.length < 2) return none;
  const marked = markedHeader(rows);
  if (marked) return marked;
  if (hasHeader) return { titles: 0, headers: headerHeight(rows, 0) };
  const body = bodyShape(rows);
  for (let at = 0; at < Math.min(rows.length - 1, mostTitles); at++) {
    if (!isWideEnough(rows[at], body, at === 0)) continue;
    if (!isHeaderLike(rows, at)) return none;
    let top = at;
    while (top > 0 && at - top < mostHeaderRows && isGroupRow(rows[top - 1])) top--;
    return { titles: top, headers: at - top + headerHeight(rows, at) };
  }
  return none;
}

/** Whether a row after a gap begins another table: a header that fits what follows it better than the header in force. */
export function beginsAnotherTable(row: TableRow, below: readonly TableRow[], above: TableRow | undefined): boolean {
  if (row.isHeader) return below.length > 0;
  if (!above || row.columns.length < 2 || below.length === 0) return false;
  const allWords = row.texts.every((text) => kindOf(text) === "word" && text.length < longestName);
  if (!allWords || !isHeaderLike([row, ...below], 0)) return false;
  // Words where the rows above and below have numbers: no row of the same table.
  const differs = (other: TableRow) =>
    row.columns.some((column) => {
      const text = textAt(other, column);
      return text !== undefined && kindOf(text) !== "word";
    });
  return differs(below[0]) && (differs(above) || row.columns.length !== above.columns.length);
}

/** Whether the header is sure: words that stand above several rows with numbers or dates. */
export function isSureHeader(rows: readonly TableRow[], { titles, headers }: HeaderJudgement): boolean {
  const header = rows[titles + headers - 1];
  const below = rows.slice(titles + headers);
  return (
    headers > 0 &&
    below.length > 1 &&
    header.columns.some((column, index) => {
      if (kindOf(header.texts[index]) !== "word") return false;
      const texts = below.map((row) => textAt(row, column)).filter((text) => text !== undefined);
      return texts.length > 0 && texts.every((text) => kindOf(text) !== "word");
    })
  );
}

/** Rows that the format marks, without marked rows of one cell across everything, which are titles. */
function markedHeader(rows: readonly TableRow[]): HeaderJudgement | null {
  let titles = rows.slice(0, mostTitles).findIndex((row) => row.isHeader);
  let end = titles;
  while (end >= 0 && end < rows.length && rows[end].isHeader) end++;
  if (titles < 0 || end === rows.length) return null;
  while (titles < end - 1 && isAlone(rows[titles])) titles++;
  const below = rows.slice(end).some((row) => widthOf(row) > 1);
  if (isAlone(rows[end - 1]) && below) return { titles: end, headers: 0 };
  // Slides mark one row, however far its cells reach.
  return { titles, headers: Math.max(end - titles, headerHeight(rows, titles)) };
}

/** One cell that begins the row: a title, where other rows have more. */
function isAlone({ columns }: TableRow): boolean {
  return columns.length === 1 && columns[0] === 0;
}

interface BodyShape {
  /** The most frequent number of filled columns, and of the first and last filled column. */
  readonly width: number;
  readonly first: number;
  readonly last: number;
}

function bodyShape(rows: readonly TableRow[]): BodyShape {
  // A title or two must not outvote a short table: the second half of what is seen decides.
  const sample = rows.slice(Math.max(1, Math.floor(rows.length / 2)));
  return {
    width: mostFrequent(sample.map(widthOf)),
    first: mostFrequent(sample.map((row) => row.columns[0])),
    last: mostFrequent(sample.map(lastColumn)),
  };
}

/** As wide as the body, or without a name for the column of the index, or for one in the middle. */
function isWideEnough(row: TableRow, body: BodyShape, isFirst: boolean): boolean {
  const width = widthOf(row);
  // One cell across everything is a title; a row of several above rows of one names columns that are empty.
  if (row.columns.length === 1 && width > 1) return false;
  if (body.width < 2) return isFirst && width > 1;
  if (width >= body.width) return true;
  if (lastColumn(row) < body.last) return false;
  const lacksIndexOnly = row.columns[0] > body.first && width === body.width - 1;
  return lacksIndexOnly || (width >= 2 && width >= body.width / 2);
}

/** Names of columns: words, or numbers that count columns and are unlike what stands below them. */
function isHeaderLike(rows: readonly TableRow[], at: number): boolean {
  const row = rows[at];
  const below = rows.slice(at + 1);
  if (row.texts.some((text) => text.length >= longestName)) return false;
  // Cells that name their rows: a table of properties, whose first row is one of them.
  if (row.namesItself && !row.isHeader && below.every((other) => other.namesItself) && row.columns.length === 2) {
    return false;
  }
  if (isListOfProperties(rows.slice(at))) return false;
  const kinds = row.texts.map(kindOf);
  if (kinds.every((kind) => kind === "word")) return true;
  if (!kinds.some((kind) => kind === "word") && row.columns[0] === 0 && !kinds.slice(1).every((k) => k === "year"))
    return false;
  const counted = row.texts.filter((_, index) => kinds[index] !== "word");
  const isCount = counted.length > 2 && counted.every((text, index) => Number(text) === Number(counted[0]) + index);
  if (isCount && (counted[0] === "0" || counted[0] === "1")) return unlikeBelow(row, kinds, below);
  if (!kinds.every((kind) => kind === "word" || kind === "year" || kind === "date")) return false;
  return unlikeBelow(row, kinds, below) || (areYearsInOrder(row) && !below.some(areYearsInOrder));
}

/** Years that follow one another at one distance; values that look like years do so by chance. */
function areYearsInOrder({ texts }: TableRow): boolean {
  const years = texts.filter((text) => kindOf(text) === "year").map(Number);
  const step = years[1] - years[0];
  const isOrder = Math.abs(step) === 1 || (step !== 0 && years.length > 2);
  return isOrder && years.every((year, index) => year === years[0] + index * step);
}

/** Whether columns with a number or date for a name hold something else. */
function unlikeBelow(row: TableRow, kinds: readonly Kind[], below: readonly TableRow[]): boolean {
  let alike = 0;
  let unlike = 0;
  row.columns.forEach((column, index) => {
    if (kinds[index] === "word") return;
    for (const other of below) {
      const text = textAt(other, column);
      if (text === undefined) continue;
      if (kindOf(text) === kinds[index]) alike++;
      else unlike++;
    }
  });
  return unlike > alike;
}

/** "Name:" in the first of two columns, row after row. */
function isListOfProperties(rows: readonly TableRow[]): boolean {
  const labels = rows.filter((row) => row.columns.length <= 2 && /[:：]\s*$/.test(row.texts[0] ?? ""));
  return labels.length > 1 && labels.length >= rows.length / 2;
}

/** How many rows the header that begins at `at` has: those its cells reach down to, or that name the columns of a group. */
function headerHeight(rows: readonly TableRow[], at: number): number {
  const { spans } = rows[at];
  const isWide = [...(spans?.values() ?? [])].some(({ columns }) => columns > 1);
  let height = Math.max(1, ...[...(spans?.values() ?? [])].map((span) => span.rows));
  // A cell that names the first column is seldom merged across a whole table.
  if (height > mostHeaderRows || at + height >= rows.length) height = 1;
  // Beside a table, something may be merged over its header and the first rows of what is in it.
  for (let below = at + 1; below < at + height; below++) {
    const hasDates = rows[below].texts.some((text) => kindOf(text) === "date");
    if (hasDates || !isHeaderLike(rows, below)) height = 1;
  }
  const next = rows[at + height];
  if (isWide && height === 1 && next && at + 2 < rows.length && isNamesOfGroups(rows, at)) return 2;
  return height;
}

/** Whether the row below a header with wide cells names the columns under those cells alone, or is unlike the rows below it. */
function isNamesOfGroups(rows: readonly TableRow[], at: number): boolean {
  const [header, next, after] = [rows[at], rows[at + 1], rows[at + 2]];
  if (!isHeaderLike(rows, at + 1)) return false;
  const narrow = header.columns.filter((column) => (header.spans?.get(column)?.columns ?? 1) === 1);
  if (narrow.length > 0 && narrow.every((column) => textAt(next, column) === undefined)) return true;
  return next.columns.some((column, index) => {
    const text = textAt(after, column);
    return text !== undefined && kindOf(text) !== kindOf(next.texts[index]);
  });
}

/** Names of groups of columns: cells across several columns, or with gaps between them. */
function isGroupRow(row: TableRow): boolean {
  const { columns, spans, texts } = row;
  if (texts.some((text) => text.length >= longestName || kindOf(text) === "number")) return false;
  if (columns.length === 1) return columns[0] > 0 && (spans?.get(columns[0])?.columns ?? 1) > 1;
  const hasWide = [...(spans?.values() ?? [])].some((span) => span.columns > 1);
  return hasWide || columns.some((column, index) => index > 0 && column - columns[index - 1] > 1);
}

type Kind = "word" | "year" | "number" | "date";

/** What a cell's text looks like; thousands, decimals, currencies and signs of either kind are numbers. */
export function kindOf(text: string): Kind {
  const trimmed = text.trim();
  if (trimmed.length > 40) return "word";
  if (/^(?:1[5-9]|20|21)\d\d$/.test(trimmed)) return "year";
  if (/^[-+(]?\s?\p{Sc}?\s?[-+]?[\d.,'’\u00a0\u202f ]*\d[.,]?\)?\s?(?:\p{Sc}|%|‰|[A-Z]{3})?$/u.test(trimmed)) {
    return /^\d{1,2}\.\d{1,2}\.(?:\d{2}){1,2}$/.test(trimmed) ? "date" : "number";
  }
  if (/^[-+]?(?:\d+\.?\d*|\.\d+)e[-+]?\d+$/i.test(trimmed)) return "number";
  if (/^\d{1,4}[-/.]\d{1,2}(?:[-/.]\d{1,4})?(?:[T ]\d{1,2}:\d{2}.*)?$/.test(trimmed)) return "date";
  return /^\d{1,2}:\d{2}(?::\d{2})?(?: ?[ap]m)?$/i.test(trimmed) ? "date" : "word";
}

/** Columns that a row fills, each cell with all that it covers. */
export function widthOf(row: TableRow): number {
  if (!row.spans) return row.columns.length;
  return row.columns.reduce((sum, column) => sum + (row.spans!.get(column)?.columns ?? 1), 0);
}

function lastColumn(row: TableRow): number {
  const last = row.columns[row.columns.length - 1];
  return last + (row.spans?.get(last)?.columns ?? 1) - 1;
}

function textAt(row: TableRow, column: number): string | undefined {
  const { columns, texts } = row;
  let low = 0;
  let high = columns.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (columns[middle] < column) low = middle + 1;
    else high = middle;
  }
  return columns[low] === column ? texts[low] : undefined;
}

function mostFrequent(numbers: readonly number[]): number {
  const counts = new Map<number, number>();
  for (const number of numbers) counts.set(number, (counts.get(number) ?? 0) + 1);
  let best = numbers[0];
  for (const [number, count] of counts) {
    const most = counts.get(best) ?? 0;
    if (count > most || (count === most && number < best)) best = number;
  }
  return best;
}
