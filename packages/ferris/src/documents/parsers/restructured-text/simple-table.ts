/**
 * A simple table of reStructuredText: columns stand under the strokes of a line of "=". A row whose first column is empty goes on with the one above; "-"
 * under a row says which of its columns are one.
 */
import { SourcedText } from "../../lines/sourced-text.ts";
import { TableGrid } from "../../table/grid.ts";
import type { TextLine } from "../sections.ts";
import { type DrawnTable, type Places, placesOf } from "./places.ts";

const top = /^[ \t]*=+(?: +=+)+[ \t]*$/;
const border = /^=+[ =]*$/;
const spans = /^-+[ -]*$/;
const mostLines = 5_000;

interface Column {
  readonly start: number;
  /** Undefined for the last, whose text may go on. */
  readonly end: number | undefined;
}

/** The table that begins at line `first`, if one does. */
export function simpleTableAt(lines: readonly TextLine[], first: number): DrawnTable | null {
  if (!top.test(lines[first]!.text)) return null;
  const indent = lines[first]!.text.search(/=/);
  const inner = (index: number) => lines[index]?.text.slice(indent).trimEnd() ?? "";
  const width = inner(first).length;
  const borders: number[] = [];
  let last = 0;
  for (let index = first + 1; index < lines.length && index < first + mostLines && last === 0; index++) {
    const { text } = lines[index]!;
    if (text.slice(0, indent).trim() !== "") return null;
    if (text[indent] !== "=" || !border.test(inner(index)) || inner(index).length !== width) continue;
    borders.push(index);
    const isLast = (lines[index + 1]?.text ?? "").trim() === "";
    if (isLast || borders.length === 2) last = index;
  }
  if (last === 0) return null;
  const head = borders.length > 1 ? borders[0]! : first;
  return {
    last,
    grid: gridOf(lines.slice(first + 1, last), columnsOf(inner(first)), indent, head - first - 1),
    hasHeader: head > first,
  };
}

/** @param head the line, of these, that stands under the header; none if negative */
function gridOf(lines: readonly TextLine[], columns: readonly Column[], indent: number, head: number): TableGrid {
  const grid = new TableGrid();
  let row: Places[] = [];
  const flush = (within: readonly Column[], isHeader: boolean) => {
    if (row.length === 0) return;
    grid.row({ isHeader });
    for (const [index, { start, end }] of within.entries()) {
      const across = columns.filter((column) => column.start >= start && column.start < (end ?? Infinity)).length;
      const found = columns.findIndex((one) => one.start >= start);
      const column = found < 0 ? columns.length - 1 : found;
      const isOpen = index === within.length - 1;
      grid.cellAt(column, wordsOf(row, start, isOpen ? undefined : within[index + 1]!.start), { columns: across });
    }
    row = [];
  };
  for (const [index, line] of lines.entries()) {
    const written = line.text.slice(indent).trimEnd();
    const isHeader = index <= head;
    if (border.test(written)) flush(columns, isHeader);
    else if (spans.test(written)) flush(columnsOf(written), isHeader);
    else if (written !== "") {
      const places = placesOf(line, indent);
      if (places.textBetween(0, columns[0]!.end).text.trim() !== "") flush(columns, isHeader);
      row.push(places);
    }
  }
  flush(columns, false);
  return grid;
}

function columnsOf(strokes: string): Column[] {
  const found = [...strokes.matchAll(/[=-]+/g)].map(({ index, 0: stroke }) => ({
    start: index,
    end: index + stroke.length,
  }));
  return found.map(({ start, end }, index) => ({ start, end: index === found.length - 1 ? undefined : end }));
}

function wordsOf(row: readonly Places[], start: number, end: number | undefined): SourcedText {
  const words = new SourcedText();
  for (const { textBetween } of row) {
    const line = textBetween(start, end).trim();
    // A lone backslash keeps the first column of a row from being empty.
    if (line.length === 0 || line.text === "\\") continue;
    if (words.length > 0) words.trail(" ");
    words.join(line);
  }
  return words;
}
