/**
 * One sheet of a workbook, read piece by piece into a grid: cells as they are shown, merged cells, tables' header rows.
 */
import { TableGrid } from "../../table/grid.ts";
import { isPageNumber } from "../office/page-edges.ts";
import { XmlStream } from "../../xml/xml.ts";
import { RichText, unescaped } from "./strings.ts";
import { formattedText } from "./number-formats.ts";
import type { CellStyle } from "./styles.ts";
import type { RichTextOf } from "./rich-values.ts";
import { Validation } from "./validations.ts";

/** Excel's limits. */
export const mostColumns = 16_384;
export const mostRows = 1_048_576;
/** A merge costs a little; sheets of reports have thousands. */
export const mostMerges = 100_000;

/** From which days are counted. */
const firstDay = Date.UTC(1899, 11, 30);
const firstDay1904 = Date.UTC(1904, 0, 1);

const isEdge = /^(?:odd|even|first)(?:Header|Footer)$/;
/** A sheet has six at most. */
const mostEdges = 300;

export interface SheetContext {
  readonly strings: readonly string[];
  readonly styleOf: (index: number) => CellStyle;
  readonly richTextOf: RichTextOf | null;
  /** Whether days are counted from 1904. */
  readonly is1904: boolean;
  /** Rows, from 1, that name the columns of a table on the sheet. */
  readonly headerRows: ReadonlySet<number>;
  /** Gets what is printed above and below the pages. */
  readonly edges: Set<string>;
  /** Gets what is said of what belongs into cells. */
  readonly prompts: Set<string>;
}

interface CellState {
  column: number;
  type: string;
  style: number;
  value: string;
  formula: string;
  /** Whether there is a value, which may be an empty text. */
  hasValue: boolean;
  /** The number of what it shows that older versions cannot. */
  metadata?: number;
}

/** Reads the sheet whose XML comes in `pieces`. */
export async function readSheet(pieces: AsyncIterable<string>, context: SheetContext): Promise<TableGrid> {
  const grid = new TableGrid();
  /** The number of each row in the grid, from 1: rows without cells are not in the file. */
  const numbers: number[] = [];
  const merges: string[] = [];
  const inline = new RichText();
  let row = 0;
  let column = -1;
  let cell: CellState | null = null;
  let inside: "v" | "f" | "is" | "edge" | "validation" | null = null;
  let validation: Validation | null = null;
  let edge = "";
  const stream = new XmlStream({
    open(name, attributes) {
      if (inside === "is") inline.open(name);
      else if (inside === "validation") validation!.open(name);
      else if (name === "c") {
        const { r, t = "n", s, vm } = attributes;
        column = r ? columnOf(r) : column + 1;
        cell = { column, type: t, style: Number(s ?? 0), value: "", formula: "", hasValue: false };
        if (vm !== undefined) cell.metadata = Number(vm);
      } else if (name === "row") {
        const claimed = Number(attributes.r);
        const next = claimed > row && claimed <= mostRows ? claimed : row + 1;
        // One empty row stands for any number of them.
        if (next > row + 1 && row > 0) {
          numbers.push(row + 1);
          grid.row();
        }
        row = next;
        numbers.push(row);
        grid.row({ isHeader: context.headerRows.has(row) });
        column = -1;
      } else if (cell && (name === "v" || name === "f")) {
        inside = name;
        if (name === "v") cell.hasValue = true;
      } else if (cell && name === "is") {
        inside = name;
        inline.begin();
      } else if (name === "mergeCell" && merges.length < mostMerges) merges.push(attributes.ref ?? "");
      else if (name.endsWith("dataValidation")) {
        inside = "validation";
        validation = new Validation(context.prompts, attributes);
      } else if (isEdge.test(name)) {
        inside = "edge";
        edge = "";
      }
    },
    text(text) {
      if (inside === "is") inline.text(text);
      else if (inside === "v") cell!.value += text;
      else if (inside === "f") cell!.formula += text;
      else if (inside === "edge") edge += text;
      else if (inside === "validation") validation!.text(text);
    },
    close(name) {
      if (inside === "is" && name !== "is") inline.close(name);
      else if (name === "is" && inside === "is") {
        cell!.value = inline.end();
        inside = null;
      } else if (inside === "edge") {
        if (context.edges.size < mostEdges) context.edges.add(shownEdge(edge));
        inside = null;
      } else if (inside === "validation") {
        if (!name.endsWith("dataValidation")) return validation!.close();
        validation!.end();
        inside = null;
      } else if (name === inside) inside = null;
      else if (name === "c" && cell) {
        if (cell.column < mostColumns) grid.cellAt(cell.column, shown(cell, context));
        cell = null;
      }
    },
  });
  for await (const piece of pieces) stream.write(piece);
  stream.end();
  for (const reference of merges) merge(grid, numbers, reference);
  return grid;
}

function shown(cell: CellState, { strings, styleOf, is1904, richTextOf }: SheetContext): string {
  const { type, style, value, formula, hasValue, metadata } = cell;
  const rich = metadata === undefined ? undefined : richTextOf?.(metadata);
  if (rich !== undefined) return rich;
  // The result of a formula may be no text.
  if (type === "str" && hasValue && value === "") return "";
  // Programs that cannot calculate leave the value to the next one that can.
  if (value === "") return formula.trim() === "" ? "" : `=${formula.trim()}`;
  if (type === "s") return formattedText(styleOf(style).pattern, strings[Number(value)] ?? "");
  if (type === "b") {
    const isTrue = value.trim() === "1";
    return styleOf(style).isCheckbox ? (isTrue ? "☒" : "☐") : isTrue ? "TRUE" : "FALSE";
  }
  if (type === "d") return dateText(value, styleOf(style), is1904);
  if (type === "str" || type === "inlineStr") return formattedText(styleOf(style).pattern, unescaped(value));
  if (type !== "n") return unescaped(value);
  const number = Number(value);
  return Number.isNaN(number) ? value : styleOf(style).format(number);
}

/** A date that is written as one ("2024-05-17T18:00:00"), as its cell shows it. */
function dateText(written: string, { id, format }: CellStyle, is1904: boolean): string {
  const [, date = "1899-12-30", time = "00:00:00"] =
    /^(\d{4}-\d\d-\d\d)?T?(\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?)?Z?$/.exec(written) ?? [];
  const days = (Date.parse(`${date}T${time}Z`) - (is1904 ? firstDay1904 : firstDay)) / 86_400_000;
  const isPlain = id === 0 || Number.isNaN(days);
  return isPlain ? written.replace(/T00:00:00(?:\.0+)?Z?$/, "").replace("T", " ") : format(days);
}

/** Without fonts, sizes, colours, and what stands for a page's number, a date or a name; parts stand apart, and one that is "Page 3" is none. */
export function shownEdge(written: string): string {
  return unescaped(written)
    .replace(
      /&(?:([LCR])|(&)|([PN])|"[^"]{0,200}"|K[\dA-Fa-f]{6}|K\d\d[+-]\d{3}|\d{1,3}|[A-Z+-])/g,
      (_, part?: string, sign = "", number?: string) =>
        part === undefined ? (number === undefined ? sign : "\x01") : "\0",
    )
    .split("\0")
    .filter((part) => !part.includes("\x01") || !isPageNumber(part.replaceAll("\x01", "1")))
    .join("\t")
    .replaceAll("\x01", "")
    .trim();
}

/** Merges "B2:D4" in a grid whose rows have these numbers in the sheet. */
function merge(grid: TableGrid, numbers: readonly number[], reference: string): void {
  const [from, to] = reference.split(":").map(cellOf);
  if (from && to) mergeCells(grid, numbers, from, to);
}

/** Merges the cells between two corners in a grid whose rows have these numbers in the sheet. */
export function mergeCells(grid: TableGrid, numbers: readonly number[], from: CellReference, to: CellReference): void {
  const first = indexOf(numbers, from.row);
  if (numbers[first] !== from.row) return;
  let last = indexOf(numbers, to.row);
  if (numbers[last] !== to.row) last--;
  grid.merge(first, from.column, { columns: to.column - from.column + 1, rows: last - first + 1 });
}

/** Where `row` stands, or would stand, in ascending `numbers`. */
function indexOf(numbers: readonly number[], row: number): number {
  let low = 0;
  let high = numbers.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (numbers[middle] < row) low = middle + 1;
    else high = middle;
  }
  return low;
}

export interface CellReference {
  /** From 0. */
  readonly column: number;
  /** From 1. */
  readonly row: number;
}

/** "BC12", also "$BC$12"; undefined for nonsense. */
export function cellOf(reference: string): CellReference | undefined {
  const parts = /^\$?([A-Za-z]{1,3})\$?(\d{1,7})$/.exec(reference.trim());
  return parts ? { column: columnOf(parts[1]), row: Number(parts[2]) } : undefined;
}

/** "BC12" is column 54, from 0. */
function columnOf(reference: string): number {
  let number = 0;
  for (let at = 0; at < reference.length && at < 4; at++) {
    const code = reference.charCodeAt(at) & 0xdf;
    if (code < 65 || code > 90) break;
    number = number * 26 + code - 64;
  }
  return Math.max(0, number - 1);
}
