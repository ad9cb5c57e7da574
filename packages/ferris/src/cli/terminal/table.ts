/**
 * Rows as aligned columns of plain text: for summaries and lists, not for data (that is `--json` and `--format csv`).
 *
 * Widths are those on the screen, so Chinese file names and coloured cells line up. No borders: they do not survive copying.
 */
import { columnsOf } from "./width.ts";

export interface TableOptions {
  /** One letter a column, l or r; left where it is missing. */
  readonly align?: string;
  /** Put before every line. */
  readonly indent?: string;
}

/** The lines of a table, each without trailing blanks; `[]` for no rows. */
export function table(rows: readonly (readonly string[])[], { align = "", indent = "" }: TableOptions = {}): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, column) => {
      widths[column] = Math.max(widths[column] ?? 0, columnsOf(cell));
    });
  }
  return rows.map((row) => {
    const cells = row.map((cell, column) => {
      const padding = " ".repeat(widths[column]! - columnsOf(cell));
      return align[column] === "r" ? padding + cell : cell + padding;
    });
    return (indent + cells.join("  ")).trimEnd();
  });
}
