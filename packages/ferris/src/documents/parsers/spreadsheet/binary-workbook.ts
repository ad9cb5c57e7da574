/**
 * Binary workbooks (.xlsb): the package of a .xlsx whose sheets, texts and styles are records in the place of XML, after Microsoft's
 * [MS-XLSB]. What lies on the sheets (charts, text boxes) is XML in both.
 */
import { addTable } from "../../table/add-table.ts";
import { ContentBuilder } from "../../content-builder.ts";
import { TableGrid } from "../../table/grid.ts";
import { errorName, packedNumber, truth } from "../legacy/excel-values.ts";
import type { ByteReader } from "../legacy/byte-reader.ts";
import type { OfficePackage } from "../office/package.ts";
import { afterWideString, type OnRecord, readRecords, wideString } from "./binary-records.ts";
import { addDrawings, addFormulas, addThreads, repeatsThread } from "./drawing.ts";
import { general } from "./general-number.ts";
import { formattedText, numberFormat, type NumberFormat } from "./number-formats.ts";
import { mergeCells, mostColumns, mostMerges, mostRows, shownEdge } from "./sheet.ts";
import { joined, mostSaid } from "./validations.ts";
import { addPageEdges } from "../office/page-edges.ts";

/** The records that are read, as [MS-XLSB] numbers them. Short ones are the same cells, and stand beside the one before. */
const record = {
  row: 0,
  blank: 1,
  rk: 2,
  error: 3,
  bool: 4,
  real: 5,
  text: 6,
  shared: 7,
  formulaText: 8,
  formulaNumber: 9,
  formulaBool: 10,
  formulaError: 11,
  shortBlank: 12,
  shortShared: 18,
  sharedItem: 19,
  format: 44,
  style: 47,
  richText: 62,
  workbookProperties: 153,
  validation: 64,
  sheet: 156,
  merge: 176,
  tableStart: 343,
  headerFooter: 479,
  cellStylesStart: 617,
  cellStylesEnd: 618,
  commentText: 637,
  validationList: 681,
} as const;

/** Of validations: choosing from a list; and a text in a formula (PtgStr). */
const listType = 3;
const textToken = 0x17;

interface Style {
  readonly pattern: string | undefined;
  readonly format: NumberFormat;
}

const plain: Style = { pattern: undefined, format: general };

/** Adds the sheets of the workbook in `file`. Returns their parts. */
export function readBinaryWorkbook(file: OfficePackage, builder: ContentBuilder): string[] {
  const { archive, main } = file;
  const sheets: { name: string; part: string }[] = [];
  let is1904 = false;
  readRecords(archive.bytes(main), (type, reader, start, end) => {
    if (type === record.workbookProperties) is1904 = (reader.u32(start) & 1) === 1;
    if (type !== record.sheet) return;
    const name = afterWideString(reader, start + 8);
    const part = file.target(main, wideString(reader, start + 8, end));
    if (part !== undefined) sheets.push({ name: wideString(reader, name, end), part });
  });
  const strings: string[] = [];
  for (const part of file.related(main, "sharedStrings").slice(0, 1)) {
    readRecords(archive.bytes(part), (type, reader, start, end) => {
      // Behind flags; runs of format and readings over characters follow.
      if (type === record.sharedItem) strings.push(wideString(reader, start + 1, end));
    });
  }
  const styleOf = readStyles(file, is1904);
  const edges = new Set<string>();
  for (const { name, part } of sheets) {
    builder.section(1, name);
    const said = new Set<string>();
    const onOther: OnRecord = (type, reader, start, end) => {
      if (type === record.headerFooter) {
        for (const text of wideStrings(reader, start + 2, end, 6)) edges.add(shownEdge(text));
      } else if (type === record.validation || type === record.validationList) {
        for (const text of validationAt(type, reader, start, end)) if (said.size < mostSaid) said.add(text);
      }
    };
    addTable(builder, readSheet(archive.bytes(part), strings, styleOf, headerRows(file, part), onOther));
    for (const text of said) builder.add("prose", text);
    const hasThreads = addThreads(builder, file, part);
    for (const comments of file.related(part, "comments")) {
      readRecords(archive.bytes(comments), (type, reader, start, end) => {
        const text = type === record.commentText ? wideString(reader, start + 1, end) : "";
        if (!hasThreads || !repeatsThread(text)) builder.add("prose", text);
      });
    }
    addDrawings(builder, file, part);
    addFormulas(builder, file, part);
  }
  const printed = new ContentBuilder();
  for (const edge of edges) printed.add("prose", edge);
  addPageEdges(builder, [printed.finish("xlsx")]);
  return sheets.map(({ part }) => part);
}

function readStyles(file: OfficePackage, is1904: boolean): (index: number) => Style {
  const patterns = new Map<number, string>();
  const styles: number[] = [];
  let isInCells = false;
  for (const part of file.related(file.main, "styles").slice(0, 1)) {
    readRecords(file.archive.bytes(part), (type, reader, start, end) => {
      if (type === record.format) patterns.set(reader.u16(start), wideString(reader, start + 2, end));
      else if (type === record.cellStylesStart) isInCells = true;
      else if (type === record.cellStylesEnd) isInCells = false;
      else if (type === record.style && isInCells) styles.push(reader.u16(start + 2));
    });
  }
  const known = new Map<number, Style>();
  return (index) => {
    const id = styles[index];
    if (id === undefined) return plain;
    let style = known.get(id);
    if (!style) {
      const pattern = patterns.get(id);
      known.set(id, (style = { pattern, format: numberFormat(id, pattern, is1904) }));
    }
    return style;
  };
}

/** Rows, from 1, that name the columns of the sheet's tables. */
function headerRows(file: OfficePackage, sheet: string): Set<number> {
  const rows = new Set<number>();
  for (const table of file.related(sheet, "table")) {
    readRecords(file.archive.bytes(table), (type, reader, start) => {
      // The table's place, two numbers, and how many rows of names it has.
      if (type === record.tableStart && reader.u32(start + 24) > 0) rows.add(reader.u32(start) + 1);
    });
  }
  return rows;
}

function readSheet(
  part: Uint8Array | null,
  strings: readonly string[],
  styleOf: (index: number) => Style,
  headers: ReadonlySet<number>,
  onOther: OnRecord,
): TableGrid {
  const grid = new TableGrid();
  /** The number of each row in the grid, from 1. */
  const numbers: number[] = [];
  const merges: [number, number, number, number][] = [];
  let row = 0;
  let column = -1;
  readRecords(part, (type, reader, start, end) => {
    if (type === record.row) {
      const next = Math.min(reader.u32(start) + 1, mostRows);
      if (next <= row) return;
      // One empty row stands for any number of them.
      if (row > 0 && next > row + 1) {
        numbers.push(row + 1);
        grid.row();
      }
      row = next;
      column = -1;
      numbers.push(row);
      grid.row({ isHeader: headers.has(row) });
    } else if (type === record.merge && merges.length < mostMerges) {
      merges.push([0, 4, 8, 12].map((field) => reader.u32(start + field)) as [number, number, number, number]);
    } else if (row > 0 && ((type > record.row && type <= record.shortShared) || type === record.richText)) {
      const isShort = type >= record.shortBlank && type <= record.shortShared;
      column = isShort ? column + 1 : reader.u32(start);
      const at = isShort ? start : start + 4;
      const kind = isShort ? type - record.shortBlank + record.blank : type;
      if (kind === record.blank || column >= mostColumns) return;
      const style = styleOf(reader.u32(at) & 0xff_ffff);
      grid.cellAt(column, shown(kind, reader, at + 4, end, strings, style));
    } else onOther(type, reader, start, end);
  });
  for (const [first, last, left, right] of merges) {
    mergeCells(grid, numbers, { row: first + 1, column: left }, { row: last + 1, column: right });
  }
  return grid;
}

/** What is said of what belongs into a cell: behind flags and ranges two texts for errors, a title and a message; and the choices in a formula of text. */
function validationAt(type: number, reader: ByteReader, start: number, end: number): string[] {
  if (type === record.validationList) return [joined(wideString(reader, start, end).split(","))];
  const ranges = start + 4;
  const texts = ranges + 4 + 16 * Math.min(reader.u32(ranges), 100_000);
  const [, , title = "", message = ""] = wideStrings(reader, texts, end, 4);
  let formula = texts;
  for (let text = 0; text < 4; text++) formula = afterWideString(reader, formula);
  const isText = (reader.u8(start) & 0xf) === listType && reader.u8(formula + 4) === textToken;
  const length = Math.min(reader.u16(formula + 5), Math.max(0, (end - formula - 7) >> 1));
  const choices = isText ? joined(reader.wide(formula + 7, length).split(/[\0,]/)) : "";
  return [`${title}\n${message}`.trim(), choices].filter((text) => text !== "");
}

/** So many texts one after another; those that are not there are empty. */
function wideStrings(reader: ByteReader, start: number, end: number, count: number): string[] {
  const texts: string[] = [];
  for (let at = start; texts.length < count; at = afterWideString(reader, at)) texts.push(wideString(reader, at, end));
  return texts;
}

/** The cell whose value stands at `at`. */
function shown(
  type: number,
  reader: ByteReader,
  at: number,
  end: number,
  strings: readonly string[],
  { pattern, format }: Style,
): string {
  switch (type) {
    case record.rk:
      return format(packedNumber(reader, at));
    case record.real:
    case record.formulaNumber:
      return format(reader.f64(at));
    case record.bool:
    case record.formulaBool:
      return truth(reader.u8(at));
    case record.error:
    case record.formulaError:
      return errorName(reader.u8(at));
    case record.shared:
      return formattedText(pattern, strings[reader.u32(at)] ?? "");
    case record.richText:
      return formattedText(pattern, wideString(reader, at + 1, end));
    default:
      return formattedText(pattern, wideString(reader, at, end));
  }
}
