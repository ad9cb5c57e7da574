/**
 * Rows of cells (CSV, sheets, tables) as text that a model understands: each row says its columns' names.
 */
import type { ContentBuilder, Place } from "./content-builder.ts";

export interface RowOptions {
  readonly place?: Place;
  /** The place of each row, where rows have one of their own. */
  readonly placeOfRow?: (row: number) => Place;
  /** Whether the first row names the columns, where that is known; else it is judged by its words. */
  readonly hasHeader?: boolean;
}

/**
 * Adds `rows` to `builder`. A first row of words above other rows names the columns: "Part: Seal; Stock: 12". Otherwise, and for
 * a row that is longer than the names, cells stand side by side.
 */
export function addRows(builder: ContentBuilder, rows: readonly (readonly string[])[], options: RowOptions = {}): void {
  const filled = rows.map((cells) => cells.some((cell) => cell.trim() !== ""));
  const first = filled.indexOf(true);
  if (first < 0) return;
  const { hasHeader = isHeader(rows[first]) } = options;
  const names = hasHeader && filled.lastIndexOf(true) > first ? rows[first] : null;
  rows.forEach((cells, row) => {
    if (!filled[row] || (names && row === first)) return;
    const place = options.placeOfRow?.(row) ?? options.place;
    if (!names || cells.length > names.length) return builder.add("table", cells.join(" | "), place);
    const named = cells.flatMap((cell, column) =>
      cell.trim() === "" ? [] : [names[column] ? `${names[column]}: ${cell}` : cell],
    );
    builder.add("table", named.join("; "), place);
  });
}

/** At least two columns, all of them named, none by a number. */
function isHeader(cells: readonly string[]): boolean {
  return (
    cells.length > 1 && cells.every((cell) => cell.trim() !== "" && cell.length < 100 && Number.isNaN(Number(cell)))
  );
}
