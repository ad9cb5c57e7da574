/**
 * A table as a grid: which cell stands in which column, with cells that span columns or rows, as HTML, Word, OpenDocument and
 * spreadsheets have them. Holds positions and texts only; which rows are headers is judged in header.ts, text is made of it in
 * add-table.ts.
 *
 * Rows are sparse: a row costs what it holds, however far to the right that stands. Spans that a file claims are bounded.
 */
import type { Place } from "../content-builder.ts";
import type { SourcedText } from "../lines/sourced-text.ts";

/** A cell's words, with where they stand in the file where the parser knows. */
export type Cell = string | SourcedText;

/** Excel's limit, and HTML's is lower: nothing real stands further to the right with cells merged above it. */
const mostColumns = 16_384;
/** HTML's limits. */
const mostColumnsOfCell = 1_000;
const mostRowsOfCell = 65_534;
/** Covered places that are stepped over in one table; a table that claims more is read as if nothing reached down. */
const mostSteps = 20_000_000;

export interface CellOptions {
  /** How many columns the cell covers. Defaults to 1; nonsense counts as 1. */
  readonly columns?: number;
  /** How many rows the cell covers, its own included. Defaults to 1; nonsense counts as 1. */
  readonly rows?: number;
  /** Whether the format marks it as naming its row or column (`th`). */
  readonly isHeader?: boolean;
}

/** How far a cell reaches, for cells that cover more than one place. */
export interface Span {
  readonly columns: number;
  readonly rows: number;
}

/** Filled cells from left to right. */
export interface TableRow {
  /** From 0, ascending. */
  readonly columns: number[];
  /** As long as `columns`. */
  readonly texts: string[];
  /** The same texts with where they stand in the file, by column, of cells whose parser knows. */
  sources: Map<number, SourcedText> | null;
  /** Of cells that cover more than their own place, by column. */
  spans: Map<number, Span> | null;
  /** Whether the format says that this row names the columns. */
  readonly isHeader: boolean;
  /** Whether the format says that the first cell names the row. */
  namesItself: boolean;
  readonly place?: Place;
  /** Where in the file it stands (see TableOptions.placeOf), for tables with too many cells to know the place of each; else -1. */
  readonly start: number;
  readonly end: number;
}

export interface NewRowOptions {
  /** Whether the format says that this row names the columns (`thead`, "repeat as header row"). */
  readonly isHeader?: boolean;
  readonly place?: Place;
  /** The row's place as offsets of the file, where the table knows what places they are. */
  readonly start?: number;
  readonly end?: number;
}

/** A row without cells. */
export function emptyRow({ isHeader = false, place, start = -1, end = -1 }: NewRowOptions = {}): TableRow {
  return { columns: [], texts: [], sources: null, spans: null, isHeader, namesItself: false, place, start, end };
}

/**
 * A row of plain cells, the first of them in column 0.
 *
 * @param cells one text per column; empty ones take up their place
 */
export function plainRow(cells: readonly Cell[], options: NewRowOptions = {}): TableRow {
  const row = emptyRow(options);
  for (let column = 0; column < cells.length; column++) push(row, column, cells[column]);
  return row;
}

export class TableGrid {
  readonly rows: TableRow[] = [];
  #row: TableRow | null = null;
  /** The next free column of the current row, but for cells that reach down from above. */
  #column = 0;
  #steps = 0;
  /** By column: the last row that a cell from above covers. */
  readonly #coveredUntil: number[] = [];
  /** By column: the row in which the newest cell of the column stands, for `continueFromAbove`. */
  readonly #newest = new Map<number, TableRow>();

  /** Begins a row. */
  row(options: NewRowOptions = {}): void {
    this.#row = emptyRow(options);
    this.#column = 0;
    this.rows.push(this.#row);
  }

  /** Puts a cell into the first column of the current row that no cell from the left or above covers. Begins a row if there is none. */
  cell(text: Cell, options: CellOptions = {}): void {
    const row = this.rows.length - 1;
    while (this.#coveredUntil[this.#column] >= row && row >= 0 && this.#steps++ < mostSteps) this.#column++;
    this.cellAt(this.#column, text, options);
  }

  /**
   * Puts a cell into a given column of the current row, for formats that say it, or whose covered cells are written out.
   * Columns must ascend within a row.
   */
  cellAt(column: number, cell: Cell, options: CellOptions = {}): void {
    if (!this.#row) this.row();
    const row = this.#row!;
    const columns = bounded(options.columns, mostColumnsOfCell);
    const rows = bounded(options.rows, mostRowsOfCell);
    if (options.isHeader && row.columns.length === 0 && textOf(cell).trim() !== "") row.namesItself = true;
    push(row, column, cell);
    if (columns > 1 || rows > 1) {
      (row.spans ??= new Map()).set(column, { columns, rows });
      const until = this.rows.length - 2 + rows;
      const end = Math.min(column + columns, mostColumns);
      if (rows > 1) for (let covered = column; covered < end; covered++) this.#coveredUntil[covered] = until;
    }
    if (column < mostColumns) this.#newest.set(column, row);
    this.#column = column + columns;
  }

  /** Leaves columns of the current row empty (Word's gridBefore, covered cells of OpenDocument). */
  leave(columns = 1): void {
    this.#column += bounded(columns, mostColumns);
  }

  /** The current row's next cell is the continuation of the cell above it (Word's vMerge). */
  continueFromAbove(columns = 1): void {
    const above = this.#newest.get(this.#column);
    if (above) {
      const span = above.spans?.get(this.#column) ?? { columns: bounded(columns, mostColumnsOfCell), rows: 1 };
      (above.spans ??= new Map()).set(this.#column, { ...span, rows: Math.min(span.rows + 1, mostRowsOfCell) });
    }
    this.#column += bounded(columns, mostColumnsOfCell);
  }

  /** Merges a rectangle whose first cell is there already (a sheet's merged cells). `row` counts from 0 in `rows`. */
  merge(row: number, column: number, span: Span): void {
    const target = this.rows[row];
    if (!target) return;
    const columns = bounded(span.columns, mostColumns);
    const rows = bounded(span.rows, mostRowsOfCell);
    if (columns > 1 || rows > 1) (target.spans ??= new Map()).set(column, { columns, rows });
  }
}

function push(row: TableRow, column: number, cell: Cell): void {
  const text = textOf(cell);
  if (text === "" || text.trim() === "") return;
  row.columns.push(column);
  row.texts.push(text);
  if (typeof cell !== "string") (row.sources ??= new Map()).set(column, cell);
}

function textOf(cell: Cell): string {
  return typeof cell === "string" ? cell : cell.text;
}

function bounded(claimed: number | undefined, most: number): number {
  return claimed !== undefined && claimed > 1 ? Math.min(Math.floor(claimed), most) : 1;
}
