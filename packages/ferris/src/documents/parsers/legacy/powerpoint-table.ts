/**
 * Tables of presentations of 1997 to 2003: a group of shapes that is marked as one, each cell a box with its text and its place.
 */
import type { EdgedRow, RowCell } from "../../table/edges.ts";
import type { ByteReader } from "./byte-reader.ts";
import { children, type OfficeRecord } from "./records.ts";

const record = { shape: 0xf004, moreProperties: 0xf122, childPlace: 0xf00f, text: 0xf00d } as const;
const tableProperty = 0x039f;
const mostCells = 10_000;

interface Cell {
  readonly text: string;
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** The rows of the table that a group of shapes is; null for other groups. `textWithin` gives the text in a box. */
export function tableIn(
  reader: ByteReader,
  group: OfficeRecord,
  textWithin: (box: OfficeRecord) => string,
): EdgedRow[] | null {
  const [first, ...shapes] = children(reader, group).filter(({ type }) => type === record.shape);
  if (!first || !isTable(reader, first)) return null;
  const cells: Cell[] = [];
  for (const shape of shapes.slice(0, mostCells)) {
    const parts = children(reader, shape);
    const place = parts.find(({ type }) => type === record.childPlace);
    const box = parts.find(({ type }) => type === record.text);
    // Lines between cells are shapes without a box.
    if (!place || !box || place.end - place.start < 16) continue;
    const [left, top, right, bottom] = [0, 4, 8, 12].map((field) => reader.i32(place.start + field)) as [
      number,
      number,
      number,
      number,
    ];
    if (right > left && bottom > top) cells.push({ text: textWithin(box).trim(), left, top, right, bottom });
  }
  return rowsOf(cells);
}

/** Whether its first shape, which stands for the group, says so among its properties: each a number and four bytes. */
function isTable(reader: ByteReader, shape: OfficeRecord): boolean {
  return children(reader, shape).some(({ type, instance, start, end }) => {
    if (type !== record.moreProperties) return false;
    for (let index = 0; index < instance && start + 6 * index + 6 <= end; index++) {
      if ((reader.u16(start + 6 * index) & 0x3fff) === tableProperty)
        return (reader.u32(start + 6 * index + 2) & 1) === 1;
    }
    return false;
  });
}

function rowsOf(cells: readonly Cell[]): EdgedRow[] {
  const edges = [...new Set(cells.flatMap(({ left, right }) => [left, right]))].sort((a, b) => a - b);
  // Edges of rows are compared as numbers a thousand apart: units are the group's own.
  const places = new Map(edges.map((edge, index) => [edge, 1_000 * index]));
  const tops = [...new Set(cells.map(({ top }) => top))].sort((a, b) => a - b);
  return tops.map((top) => {
    const row: RowCell[] = cells
      .filter((cell) => cell.top <= top && cell.bottom > top)
      .sort((a, b) => a.left - b.left)
      .map((cell) => ({
        text: cell.text,
        right: places.get(cell.right)!,
        continuesAbove: cell.top < top,
        continuesLeft: false,
      }));
    return { isHeader: false, left: 0, cells: row };
  });
}
