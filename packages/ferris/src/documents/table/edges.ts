/**
 * Tables whose rows say where each of their cells ends on the page (RTF, old Word): columns are what those ends have in common.
 */
import { TableGrid } from "./grid.ts";

export interface RowCell {
  readonly text: string;
  /** Where it ends, in twips from the left. */
  readonly right: number;
  /** The cell goes on with the one above, or with the one to the left. */
  readonly continuesAbove: boolean;
  readonly continuesLeft: boolean;
}

export interface EdgedRow {
  readonly isHeader: boolean;
  readonly left: number;
  readonly cells: readonly RowCell[];
}

/** Ends that are so near are the same: a third of a millimetre. */
const tolerance = 20;

/** The rows of one table as a grid. */
export function gridOf(rows: readonly EdgedRow[]): TableGrid {
  const edges = edgesOf(rows);
  const grid = new TableGrid();
  for (const row of rows) {
    grid.row({ isHeader: row.isHeader });
    let column = columnAt(edges, row.left);
    if (column > 0) grid.leave(column);
    for (const [index, cell] of row.cells.entries()) {
      if (cell.continuesLeft) continue;
      // A merged cell ends where the last cell that continues it ends.
      let last = index;
      while (row.cells[last + 1]?.continuesLeft) last++;
      const end = Math.max(column + 1, columnAt(edges, row.cells[last].right));
      if (cell.continuesAbove) grid.continueFromAbove(end - column);
      else grid.cell(cell.text, { columns: end - column });
      column = end;
    }
  }
  return grid;
}

function edgesOf(rows: readonly EdgedRow[]): number[] {
  const all = rows.flatMap(({ left, cells }) => [left, ...cells.map(({ right }) => right)]).sort((a, b) => a - b);
  return all.filter((edge, index) => index === 0 || edge - all[index - 1] > tolerance);
}

/** The number of the edge at a place, or of the last one before it. */
function columnAt(edges: readonly number[], place: number): number {
  let low = 0;
  let high = edges.length;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (edges[middle] <= place + tolerance) low = middle;
    else high = middle;
  }
  return low;
}
