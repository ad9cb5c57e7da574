/**
 * A table as text that a model understands: each row says its columns' names, "Part: Seal; Stock: 12". One way for HTML, Word,
 * OpenDocument, slides, sheets, CSV and PDF.
 *
 * A cell that reaches down is said in each of its rows, one that reaches across once. Names of grouped columns are put together
 * ("2023 Trips"). Where no row names the columns, cells stand side by side. Every word of the table is in the result.
 */
import type { ContentBuilder, Place } from "../content-builder.ts";
import { SourcedText } from "../sourced-text.ts";
import { type Cell, plainRow, type TableGrid, type TableRow } from "./grid.ts";
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
  readonly cell: Cell;
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
  /** Where in the file names stand, where that is known. */
  readonly #origins = new Map<string, number>();
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
    for (const { row } of named) {
      for (const [column, source] of row.sources ?? []) {
        this.#origins.set(this.#names?.get(column) ?? "", source.originAt(0));
      }
    }
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
    const said = new SourcedText();
    cells.columns.forEach((column, index) => {
      if (index > 0) said.trail("; ");
      const name = this.#names!.get(column);
      if (name !== undefined) this.#unused.delete(name);
      addCell(said, cellOf(cells, index), name === undefined ? "" : `${name}: `);
    });
    this.#builder.add("table", said, place);
  }

  /** Remembers the cells of `row` that reach below `number`, the row that they stand in. */
  #hangDown(row: TableRow, number: number): void {
    row.columns.forEach((column, index) => {
      const span = row.spans?.get(column);
      const text = row.texts[index];
      if (!span || span.rows < 2 || text.length > longestRepeated) return;
      this.#hanging.push({ column, columns: span.columns, cell: cellOf(row, index), until: number + span.rows - 1 });
    });
  }

  #withHanging(row: TableRow, number: number): TableRow {
    this.#hanging = this.#hanging.filter(({ until }) => until >= number);
    this.#repeated += this.#hanging.reduce((sum, { cell }) => sum + cell.length, 0);
    if (this.#repeated > mostRepeated) this.#hanging = [];
    if (this.#hanging.length === 0) return row;
    const taken = new Set(row.columns);
    const cells = row.columns.map((column, index) => ({ column, cell: cellOf(row, index) }));
    for (const { column, cell } of this.#hanging) if (!taken.has(column)) cells.push({ column, cell });
    cells.sort((a, b) => a.column - b.column);
    const sources = cells.flatMap(({ column, cell }) => (typeof cell === "string" ? [] : [[column, cell] as const]));
    return {
      ...row,
      columns: cells.map(({ column }) => column),
      texts: cells.map(({ cell }) => (typeof cell === "string" ? cell : cell.text)),
      sources: new Map(sources),
    };
  }

  #sayUnused(): void {
    const words = [...this.#unused].filter((name) => name !== "");
    this.#unused = new Set();
    if (words.length === 0) return;
    const said = new SourcedText();
    for (const [index, name] of words.entries()) {
      if (index > 0) said.trail(" | ");
      const origin = this.#origins.get(name);
      if (origin === undefined) said.trail(name);
      else said.appendMade(name, origin);
    }
    this.#builder.add("table", said, this.#options.place);
  }
}

/** "Name: value" where the first cell names the row, else the cells side by side. */
function withoutNames(row: TableRow): SourcedText {
  const { namesItself, texts } = row;
  const label = /^\s*(\S.*?)\s*[:：]\s*$/.exec(texts[0].slice(0, 200))?.[1];
  const isNamed = texts.length > 1 && (namesItself || (label !== undefined && texts.length === 2));
  const said = new SourcedText();
  texts.forEach((text, index) => {
    if (index > 0) said.trail(!isNamed ? " | " : index === 1 ? ": " : "; ");
    const cell = cellOf(row, index);
    if (!isNamed || index > 0) return addCell(said, cell);
    const name = label ?? text.trim();
    addCell(said, typeof cell === "string" ? name : cell.slice(text.indexOf(name), text.indexOf(name) + name.length));
  });
  return said;
}

function cellOf(row: TableRow, index: number): Cell {
  return row.sources?.get(row.columns[index]) ?? row.texts[index];
}

/** Adds a cell, behind its column's name, to what is said of a row. */
function addCell(said: SourcedText, cell: Cell, name = ""): void {
  if (typeof cell === "string") said.trail(name + cell);
  else said.appendMade(name, cell.originAt(0)).join(cell);
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
  rows: Iterable<readonly Cell[]>,
  options: TableOptions & { readonly placeOfRow?: (row: number) => Place } = {},
): void {
  const writer = new TableWriter(builder, options);
  let number = 0;
  for (const cells of rows) writer.add(plainRow(cells, { place: options.placeOfRow?.(number++) }));
  writer.finish();
}
