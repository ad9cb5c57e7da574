/**
 * A table as text that a model understands: each row says its columns' names, "Part: Seal; Stock: 12". One way for HTML, Word,
 * OpenDocument, slides, sheets, CSV and PDF.
 *
 * A cell that reaches down is said in each of its rows, one that reaches across once. Names of grouped columns are put together
 * ("2023 Trips"). Where no row names the columns, cells stand side by side. Every word of the table is in the result.
 */
import { oneLine, type ContentBuilder, type Place } from "../content-builder.ts";
import { SourcedText } from "../lines/sourced-text.ts";
import { type Cell, plainRow, type TableGrid, type TableRow } from "./grid.ts";
import { beginsAnotherTable, type HeaderJudgement, isSureHeader, judgedRows, judgeHeader } from "./header.ts";

export interface TableOptions {
  /** Of rows that have no place of their own. */
  readonly place?: Place;
  /** The place of rows that stand at offsets of the file. */
  readonly placeOf?: (start: number, end: number) => Place;
  /** Whether the first row names the columns, where that is known; else it is judged. */
  readonly hasHeader?: boolean;
  /** Rows that follow one another share a block of up to this many characters, and its place; 0 to keep them apart. */
  readonly joinUpTo?: number;
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
  /** By column. */
  #names: string[] | null = null;
  /** Columns of `#names` under which something stood: the other names are said at the end, so that no word is lost. */
  #isUsed: boolean[] = [];
  /** Where in the file names stand, by column, where that is known. */
  #origins = new Map<number, number>();
  /** Rows that wait to share a block. */
  #joined: string[] = [];
  #joinedLength = 0;
  #first: TableRow | undefined;
  #last: TableRow | undefined;
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
    this.#flush();
  }

  #addFilled(next: Waiting): void {
    if (this.#waiting === null && (next.row.isHeader || (next.isAfterGap && next.row.columns.length > 1)))
      this.#waiting = [];
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
    for (const { row, number } of waiting.slice(0, titles)) this.#write(row, number);
    const named = waiting.slice(titles, titles + headers);
    this.#names = headers > 0 ? namesOf(named.map(({ row }) => row)) : null;
    this.#isUsed = [];
    this.#origins = new Map();
    for (const { row } of named) {
      for (const [column, source] of row.sources ?? []) this.#origins.set(column, source.originAt(0));
    }
    for (const { row, number } of named) this.#hangDown(row, number);
    this.#newest = named.at(-1)?.row ?? waiting[0].row;
    for (const { row, number } of waiting.slice(titles + headers)) this.#write(row, number);
  }

  #write(row: TableRow, number: number): void {
    this.#newest = row;
    const cells = this.#hanging.length > 0 ? this.#withHanging(row, number) : row;
    if (row.spans) this.#hangDown(row, number);
    if (!this.#names) return this.#say(withoutNames(cells), row);
    const said = new SourcedText();
    cells.columns.forEach((column, index) => {
      if (index > 0) said.trail("; ");
      const name = this.#names![column];
      if (name !== undefined) this.#isUsed[column] = true;
      addCell(said, cellOf(cells, index), name === undefined ? "" : `${name}: `);
    });
    this.#say(said, row);
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

  #say(said: SourcedText, row: TableRow | undefined): void {
    const most = this.#options.joinUpTo ?? 0;
    if (most === 0) return this.#builder.add("table", said, this.#placeOf(row, row));
    if (this.#joined.length > 0 && this.#joinedLength + said.length > most) this.#flush();
    if (this.#joined.length === 0) this.#first = row;
    this.#last = row;
    this.#joined.push(said.text);
    this.#joinedLength += said.length + 1;
  }

  #flush(): void {
    if (this.#joined.length > 0) {
      this.#builder.add("table", this.#joined.join("\n"), this.#placeOf(this.#first, this.#last));
    }
    this.#joined = [];
    this.#joinedLength = 0;
  }

  /** From the beginning of the one row to the end of the other. */
  #placeOf(first: TableRow | undefined, last: TableRow | undefined): Place | undefined {
    const { place, placeOf } = this.#options;
    if (placeOf && first && last && first.start >= 0) return placeOf(first.start, last.end);
    return first?.place ?? place;
  }

  #sayUnused(): void {
    const names = this.#names;
    this.#names = null;
    if (!names) return;
    const isSaid = new Set(names.filter((_, column) => this.#isUsed[column]));
    const said = new SourcedText();
    // For arrays with gaps: passes over what is not there.
    names.forEach((name, column) => {
      if (isSaid.has(name)) return;
      isSaid.add(name);
      if (said.length > 0) said.trail(" | ");
      const origin = this.#origins.get(column);
      if (origin === undefined) said.trail(name);
      else said.appendMade(name, origin);
    });
    if (said.length > 0) this.#say(said, undefined);
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
function namesOf(rows: readonly TableRow[]): string[] {
  const names: string[] = [];
  /** What was said last of a column. */
  const lasts: string[] = [];
  let widest = 0;
  for (const row of rows) widest = Math.max(widest, (row.columns.at(-1) ?? 0) + 1);
  rows.forEach((row, level) => {
    // Without marks, a group reaches as far as the next one begins.
    const isGroups = level < rows.length - 1 && hasGaps(row);
    for (let index = 0; index < row.columns.length; index++) {
      const column = row.columns[index];
      const span = row.spans?.get(column);
      const end = isGroups && !span ? (row.columns[index + 1] ?? widest) : column + (span?.columns ?? 1);
      const text = oneLine(row.texts[index]);
      for (let covered = column; covered < end; covered++) {
        if (lasts[covered] === text) continue;
        names[covered] = names[covered] === undefined ? text : `${names[covered]} ${text}`;
        lasts[covered] = text;
      }
    }
  });
  return names;
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
