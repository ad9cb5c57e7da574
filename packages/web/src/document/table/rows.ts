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
  for (const line of lines) {
    // A row whose cells have line breaks goes over several lines of the file.
    const named = namedCells(line.text);
    if (named !== null) {
      if (waiting.length > 0 && !sharesColumns(waiting.at(-1)!.named, named)) finish();
      waiting.push({ line: line.number, named });
    } else if (line.text.trim() !== "") {
      finish();
      parts.push(line);
    }
  }
  finish();
  return parts;
}

/** Null for a line that is not made of named cells. */
function namedCells(text: string): Named[] | null {
  const cells: Named[] = [];
  for (const piece of text.split("; ")) {
    const at = piece.indexOf(": ");
    if (at > 0 && at <= 80) cells.push({ name: piece.slice(0, at), value: piece.slice(at + 2) });
    else if (cells.length === 0) return null;
    // A semicolon of the cell's own.
    else cells.at(-1)!.value += `; ${piece}`;
  }
  return cells;
}

function sharesColumns(above: readonly Named[], below: readonly Named[]): boolean {
  const names = new Set(above.map(({ name }) => name));
  return below.some(({ name }) => names.has(name));
}

function tableOf(rows: readonly { line: number; named: readonly Named[] }[]): TablePart {
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
}
