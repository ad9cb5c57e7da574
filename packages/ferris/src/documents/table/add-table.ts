/**
 * A table as text that a model understands: each row says its columns' names, "Part: Seal; Stock: 12". One way for HTML, Word,
 * OpenDocument, slides, sheets, CSV and PDF.
 *
 * A cell that reaches down is said in each of its rows, one that reaches across once. Names of grouped columns are put together
 * ("2023 Trips"). Where no row names the columns, cells stand side by side. Every word of the table is in the result.
 */
import type { ContentBuilder, Place } from "../content-builder.ts";
import { plainRow, type TableGrid, type TableRow } from "./grid.ts";
import { beginsAnotherTable, type HeaderJudgement, isSureHeader, judgedRows, judgeHeader } from "./header.ts";

export interface TableOptions {
  /** Of rows that have no place of their own. */
  readonly place?: Place;
  /** Whether the first row names the columns, where that is known; else it is judged. */
  readonly hasHeader?: boolean;
}

/** What cells that reach down may repeat, in characters: files may claim any span. */
const mostRepeated = 2_000_000;
/** Longer texts are not said again in each row that they reach. */
const longestRepeated = 300;

/** Adds all rows of `grid` to `builder`. */
export function addTable(builder: ContentBuilder, grid: TableGrid, options: TableOptions = {}): void {
  const writer = new TableWriter(builder, options);
  for (const row of grid.rows) writer.add(row);
  writer.finish();
}

interface Hanging {
  readonly column: number;
  readonly columns: number;
  readonly text: string;
  /** The last row that it covers, as `#row` counts. */
  readonly until: number;
}

interface Waiting {
  readonly row: TableRow;
  readonly number: number;
  readonly isAfterGap: boolean;
}

/** The same for rows that come one by one, of tables too large to be held: holds no more than the rows that the header is judged by. */
export class TableWriter {
  readonly #builder: ContentBuilder;
  readonly #options: TableOptions;
  /** Filled rows that wait until the header is known; null once it is. */
  #waiting: Waiting[] | null = [];
  #names: Map<number, string> | null = null;
  /** Names under which nothing stood: said at the end, so that no word is lost. */
  #unused = new Set<string>();
  #hanging: Hanging[] = [];
  #repeated = 0;
  /** Of the row that comes next, gaps counted. */
  #row = 0;
  /** Whether an empty row came last, and the newest filled row: another table may begin after a gap. */
  #isAfterGap = false;
  #newest: TableRow | undefined;

  constructor(builder: ContentBuilder, options: TableOptions = {}) {
    this.#builder = builder;
    this.#options = options;
  }

  add(row: TableRow): void {
    const number = this.#row++;
    if (row.columns.length === 0) this.#isAfterGap = true;
    else this.#addFilled({ row, number, isAfterGap: this.#isAfterGap });
  }

  finish(): void {
    if (this.#waiting && this.#waiting.length > 0) this.#judge(this.#waiting);
    // What was judged may have put the rows of a next table back.
    if (this.#waiting && this.#waiting.length > 0) this.#judge(this.#waiting);
    this.#sayUnused();
  }

  #addFilled(next: Waiting): void {
    if (this.#waiting === null && next.isAfterGap && next.row.columns.length > 1) this.#waiting = [];
    // A title of one cell may stand between the gap and the next header.
    this.#isAfterGap = next.isAfterGap && next.row.columns.length === 1;
    if (this.#waiting === null) return this.#write(next.row, next.number);
    this.#waiting.push(next);
    if (this.#waiting.length >= (this.#newest ? 3 : judgedRows)) this.#judge(this.#waiting);
  }

  #judge(waiting: readonly Waiting[]): void {
    this.#waiting = null;
    if (!this.#newest) return this.#judgeFirst(waiting);
    // After a gap: the same table goes on, unless this is a header again.
    const rows = waiting.map(({ row }) => row);
    if (beginsAnotherTable(rows[0], rows.slice(1), this.#newest)) this.#begin(waiting, judgeHeader(rows, true));
    else for (const { row, number } of waiting) this.#write(row, number);
  }

  #judgeFirst(waiting: readonly Waiting[]): void {
    const rows = waiting.map(({ row }) => row);
    const gaps = waiting.flatMap(({ isAfterGap }, index) => (isAfterGap && index > 0 ? [index] : []));
    let judgement = judgeHeader(rows, this.#options.hasHeader);
    let end = rows.length;
    // A title or an address may stand above the gap; else what ends there is a table of its own.
    for (const gap of gaps) {
      const upToGap = judgeHeader(rows.slice(0, gap), this.#options.hasHeader);
      const isTitle = judgement.headers > 0 && judgement.titles >= gap;
      if (upToGap.headers === 0 || (isTitle && !isSureHeader(rows.slice(0, gap), upToGap))) continue;
      [judgement, end] = [upToGap, gap];
      break;
    }
    this.#begin(waiting.slice(0, end), judgement);
    for (const later of waiting.slice(end)) this.#addFilled(later);
  }

  /** Writes `waiting`, the first rows of a table, whose header is known now. */
  #begin(waiting: readonly Waiting[], { titles, headers }: HeaderJudgement): void {
    this.#sayUnused();
    this.#names = null;
    for (const { row, number } of waiting.slice(0, titles)) this.#write(row, number);
    const named = waiting.slice(titles, titles + headers);
    this.#names = headers > 0 ? namesOf(named.map(({ row }) => row)) : null;
    this.#unused = new Set(this.#names?.values());
    for (const { row, number } of named) this.#hangDown(row, number);
    this.#newest = named.at(-1)?.row ?? waiting[0].row;
    for (const { row, number } of waiting.slice(titles + headers)) this.#write(row, number);
  }

  #write(row: TableRow, number: number): void {
    this.#newest = row;
    const cells = this.#hanging.length > 0 ? this.#withHanging(row, number) : row;
    if (row.spans) this.#hangDown(row, number);
    const place = row.place ?? this.#options.place;
    if (!this.#names) return this.#builder.add("table", withoutNames(cells), place);
    const said = cells.texts.map((text, index) => {
      const name = this.#names!.get(cells.columns[index]);
      if (name === undefined) return text;
      this.#unused.delete(name);
      return `${name}: ${text}`;
    });
    this.#builder.add("table", said.join("; "), place);
  }

  /** Remembers the cells of `row` that reach below `number`, the row that they stand in. */
  #hangDown(row: TableRow, number: number): void {
    row.columns.forEach((column, index) => {
      const span = row.spans?.get(column);
      const text = row.texts[index];
      if (!span || span.rows < 2 || text.length > longestRepeated) return;
      this.#hanging.push({ column, columns: span.columns, text, until: number + span.rows - 1 });
    });
  }

  #withHanging(row: TableRow, number: number): TableRow {
    this.#hanging = this.#hanging.filter(({ until }) => until >= number);
    this.#repeated += this.#hanging.reduce((sum, { text }) => sum + text.length, 0);
    if (this.#repeated > mostRepeated) this.#hanging = [];
    if (this.#hanging.length === 0) return row;
    const taken = new Set(row.columns);
    const cells = row.columns.map((column, index) => ({ column, text: row.texts[index] }));
    for (const { column, text } of this.#hanging) if (!taken.has(column)) cells.push({ column, text });
    cells.sort((a, b) => a.column - b.column);
    return { ...row, columns: cells.map(({ column }) => column), texts: cells.map(({ text }) => text) };
  }

  #sayUnused(): void {
    const words = [...this.#unused].filter((name) => name !== "");
    this.#unused = new Set();
    if (words.length > 0) this.#builder.add("table", words.join(" | "), this.#options.place);
  }
}

/** "Name: value" where the first cell names the row, else the cells side by side. */
function withoutNames({ namesItself, texts }: TableRow): string {
  const label = /^\s*(\S.*?)\s*[:：]\s*$/.exec(texts[0].slice(0, 200))?.[1];
  if (texts.length < 2 || !(namesItself || (label && texts.length === 2))) return texts.join(" | ");
  return `${label ?? texts[0].trim()}: ${texts.slice(1).join("; ")}`;
}

/** The name of each column: what its header rows say, from the top, each once. */
function namesOf(rows: readonly TableRow[]): Map<number, string> {
  const parts = new Map<number, string[]>();
  let widest = 0;
  for (const row of rows) widest = Math.max(widest, (row.columns.at(-1) ?? 0) + 1);
  rows.forEach((row, level) => {
    const isLast = level === rows.length - 1;
    row.columns.forEach((column, index) => {
      const span = row.spans?.get(column);
      // Without marks, a group reaches as far as the next one begins.
      const isGroup = !isLast && !span && rows.length > 1 && hasGaps(row);
      const next = row.columns[index + 1] ?? widest;
      const end = isGroup ? next : column + Math.min(span?.columns ?? 1, 16_384);
      for (let covered = column; covered < end; covered++) {
        const name = parts.get(covered) ?? [];
        const text = row.texts[index].replace(/\s+/g, " ").trim();
        if (name.at(-1) !== text) name.push(text);
        parts.set(covered, name);
      }
    });
  });
  return new Map([...parts].map(([column, words]) => [column, words.join(" ")]));
}

function hasGaps({ columns }: TableRow): boolean {
  return columns.some((column, index) => index > 0 && column - columns[index - 1] > 1);
}

/** Adds rows of plain cells, all of them in their places from column 0. */
export function addRows(
  builder: ContentBuilder,
  rows: Iterable<readonly string[]>,
  options: TableOptions & { readonly placeOfRow?: (row: number) => Place } = {},
): void {
  const writer = new TableWriter(builder, options);
  let number = 0;
  for (const cells of rows) writer.add(plainRow(cells, { place: options.placeOfRow?.(number++) }));
  writer.finish();
}
