/**
 * Rows of a table out of the lines that were made of it for the index: "Part: Seal; Stock: 12". Lines that are not rows (titles, notes) stay text.
 */
import type { DocumentLine } from "../document-client.ts";

export interface TableRow {
  /** Of the document. */
  readonly line: number;
  /** By column. */
  readonly cells: readonly string[];
}

export interface TablePart {
  readonly columns: readonly string[];
  readonly rows: readonly TableRow[];
}

/** A table, or a line of text between tables. */
export type Part = TablePart | DocumentLine;

interface Named {
  readonly name: string;
  value: string;
}

/** Tables and what stands between them, in order. */
export function partsOf(lines: readonly DocumentLine[]): Part[] {
  const parts: Part[] = [];
  let waiting: { line: number; named: Named[] }[] = [];
  const finish = (): void => {
    if (waiting.length > 0) parts.push(tableOf(waiting));
    waiting = [];
  };
  for (const line of wholeLines(lines)) {
    const named = namedCells(line.text);
    const above = waiting.at(-1);
    if (named !== null) {
      if (above && !sharesColumns(above.named, named)) finish();
      waiting.push({ line: line.number, named });
    } else if (above && goesOn(line.text, above.named, waiting)) {
      continue;
    } else if (line.text.trim() !== "") {
      finish();
      parts.push(line);
    }
  }
  finish();
  return parts;
}

/** A row that is too long for one passage comes in pieces, cut at any of its spaces: they are one line again. */
function wholeLines(lines: readonly DocumentLine[]): DocumentLine[] {
  const whole: DocumentLine[] = [];
  for (const line of lines) {
    const above = whole.at(-1);
    const isPiece = above?.number === line.number && (line.column ?? 1) > 1 && above.offset === undefined;
    if (isPiece) whole[whole.length - 1] = { ...above, text: `${above.text} ${line.text}` };
    else whole.push(line);
  }
  return whole;
}

/** Null for a line that is not made of named cells. */
function namedCells(text: string): Named[] | null {
  const cells: Named[] = [];
  for (const piece of text.split("; ")) {
    const cell = namedCell(piece);
    if (cell !== null) cells.push(cell);
    else if (cells.length === 0) return null;
    // A semicolon of the cell's own.
    else cells.at(-1)!.value += `; ${piece}`;
  }
  return cells;
}

function namedCell(piece: string): Named | null {
  const at = piece.indexOf(": ");
  return at > 0 && at <= 80 ? { name: piece.slice(0, at), value: piece.slice(at + 2) } : null;
}

/** A cell with a line break in it: its rest, and cells of columns that the row has not had yet. Taken into the row, where it is that. */
function goesOn(text: string, row: Named[], rows: readonly { readonly named: readonly Named[] }[]): boolean {
  const [rest = "", ...pieces] = text.split("; ");
  const cells = namedCells(pieces.join("; "));
  if (cells === null) return false;
  const columns = new Set(rows.slice(0, -1).flatMap(({ named }) => named.map(({ name }) => name)));
  const own = new Set(row.map(({ name }) => name));
  if (!cells.some(({ name }) => columns.has(name)) || cells.some(({ name }) => own.has(name))) return false;
  row.at(-1)!.value += `\n${rest}`;
  row.push(...cells);
  return true;
}

function sharesColumns(above: readonly Named[], below: readonly Named[]): boolean {
  const names = new Set(above.map(({ name }) => name));
  return below.some(({ name }) => names.has(name));
}

/** What stands in one row alone, of several, is not a column: "daily: twice" in a cell of notes. */
function tableOf(all: readonly { line: number; named: readonly Named[] }[]): TablePart {
  const counts = new Map<string, number>();
  for (const { named } of all) for (const name of new Set(named.map((cell) => cell.name))) add(counts, name);
  const isColumn = (name: string): boolean => all.length === 1 || counts.get(name)! > 1;
  const rows = all.map(({ line, named }) => ({ line, named: named.reduce<Named[]>(joined, []) }));
  const columns = new Map<string, number>();
  for (const { named } of rows) for (const { name } of named) if (!columns.has(name)) columns.set(name, columns.size);
  return {
    columns: [...columns.keys()],
    rows: rows.map(({ line, named }) => {
      const cells = Array.from({ length: columns.size }, () => "");
      for (const { name, value } of named) cells[columns.get(name)!] = value;
      return { line, cells };
    }),
  };

  function joined(cells: Named[], { name, value }: Named): Named[] {
    const last = cells.at(-1);
    if (last === undefined || isColumn(name)) cells.push({ name, value });
    else last.value += `; ${name}: ${value}`;
    return cells;
  }
}

function add(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}
