/**
 * Workbooks of 1993 to 2003 (.xls): sheets with their cells as they are shown, merged cells, and the comments of cells.
 *
 * After Microsoft's [MS-XLS]. The stream is a list of records; what a record claims is checked against its length.
 */
import { DocumentError } from "../../../errors.ts";
import { type CompoundFolder, folderIn } from "../../archive/compound-folder.ts";
import { ContentBuilder } from "../../content-builder.ts";
import { formulaInFolder } from "../office/equation-object.ts";
import { addPageEdges } from "../office/page-edges.ts";
import { general } from "../spreadsheet/general-number.ts";
import { formattedText, numberFormat, type NumberFormat } from "../spreadsheet/number-formats.ts";
import { addTable } from "../../table/add-table.ts";
import { TableGrid } from "../../table/grid.ts";
import { shownEdge } from "../spreadsheet/sheet.ts";
import { joined } from "../spreadsheet/validations.ts";
import { ByteReader } from "./byte-reader.ts";
import { SheetDrawings } from "./excel-drawings.ts";
import { readStrings, stringAt, type TextAt, textOfPage } from "./excel-strings.ts";
import { errorName, packedNumber, truth } from "./excel-values.ts";

interface Sheet {
  readonly name: string;
  readonly offset: number;
  /** A sheet that is one chart: its cells are copies of another's. */
  readonly isChart: boolean;
}

interface Workbook {
  readonly sheets: Sheet[];
  readonly strings: string[];
  /** By the number of the cell's style. */
  readonly styles: number[];
  readonly patterns: Map<number, string>;
  is1904: boolean;
  textAt: TextAt;
  /** What is printed above and below the pages. */
  readonly edges: Set<string>;
  /** Those that are objects, by their folders; each is taken out by the sheet that shows it. */
  readonly formulas: Map<string, string>;
}

const mostColumns = 256;
const mostEdges = 300;
const mostPrompts = 10_000;
const mostFormulas = 10_000;
/** In formulas: a text (ptgStr of [MS-XLS]). */
const textToken = 0x17;
const excel97 = 0x0600;
/** Excel 5 and 95: the same records, with texts in the workbook's code page. */
const excel95 = 0x0500;
/** Of streams that Microsoft Graph wrote: the charts of presentations and texts. */
const graphVersion = 0x0680;
/** A title, or a name of a series, of a chart. */
const chartText = 0x100d;

/** Adds the sheets of the workbook in `file`. */
export function readExcel(file: CompoundFolder, builder: ContentBuilder): void {
  const stream = file.stream("Workbook") ?? file.stream("Book");
  const reader = new ByteReader(stream ?? new Uint8Array());
  if (reader.u16(0) === 0x0809 && reader.u16(4) === graphVersion) return addGraph(reader, builder);
  if (reader.u16(0) !== 0x0809 || ![excel97, excel95].includes(reader.u16(4))) {
    throw new DocumentError("damaged", "from Excel 4 or older: save it as .xlsx");
  }
  const workbook = readGlobals(reader, formulasOf(file));
  const formats = new Map<number, NumberFormat>();
  const formatOf = (style: number): NumberFormat => {
    const id = workbook.styles[style] ?? 0;
    let format = formats.get(id);
    if (!format) formats.set(id, (format = numberFormat(id, workbook.patterns.get(id), workbook.is1904)));
    return format;
  };
  for (const { name, offset, isChart } of workbook.sheets) {
    builder.section(1, name);
    const { grid, comments, drawn, titles } = readSheet(reader, offset, workbook, formatOf);
    if (!isChart) addTable(builder, grid);
    for (const text of [...comments, ...drawn, ...titles]) builder.add("prose", text);
  }
  if (workbook.formulas.size > 0) builder.section(1, "");
  for (const formula of workbook.formulas.values()) builder.add("prose", formula);
  const printed = new ContentBuilder();
  for (const edge of workbook.edges) printed.add("prose", edge);
  addPageEdges(builder, [printed.finish("xls")]);
}

/** Formulas that are objects; those that cannot be read are named by whoever reads the objects. */
function formulasOf(file: CompoundFolder): Map<string, string> {
  const formulas = new Map<string, string>();
  for (const name of file.names().slice(0, mostFormulas)) {
    const formula = /^MBD[\dA-F]+$/i.test(name) ? formulaInFolder(folderIn(file, name)) : undefined;
    if (formula) formulas.set(name.toUpperCase(), formula);
  }
  return formulas;
}

/** A chart's sheet of data, whose cells have records of their own, and the titles that are not in it. */
function addGraph(reader: ByteReader, builder: ContentBuilder): void {
  const rows = new Map<number, Map<number, string>>();
  const titles = new Set<string>();
  const set = (at: number, text: string) => {
    const [row, column] = [reader.u16(at), reader.u16(at + 2)];
    if (!rows.has(row)) rows.set(row, new Map());
    if (column < mostColumns && text !== "") rows.get(row)!.set(column, text);
  };
  for (let at = 0; at + 4 <= reader.length; at += 4 + reader.u16(at + 2)) {
    const [type, body] = [reader.u16(at), at + 4];
    // Behind the place, three bytes of how the cell looks.
    if (type === 0x0003) set(body, general(reader.f64(body + 7)));
    else if (type === 0x0004) set(body, stringAt(reader, body + 8, reader.u8(body + 7)));
    else if (type === chartText) titles.add(stringAt(reader, body + 3, reader.u8(body + 2)));
  }
  addTable(builder, gridOf(rows, []));
  const said = new Set([...rows.values()].flatMap((cells) => [...cells.values()]));
  for (const title of titles) if (!said.has(title)) builder.add("prose", title);
}

function readGlobals(reader: ByteReader, formulas: Workbook["formulas"]): Workbook {
  const isOld = reader.u16(4) === excel95;
  const workbook: Workbook = {
    sheets: [],
    strings: [],
    styles: [],
    patterns: new Map(),
    is1904: false,
    edges: new Set(),
    formulas,
    textAt: isOld ? textOfPage(reader, 1252) : (at, characters) => stringAt(reader, at, characters),
  };
  for (let at = 0; at + 4 <= reader.length; at += 4 + reader.u16(at + 2)) {
    const [type, body] = [reader.u16(at), at + 4];
    if (type === 0x000a) break;
    if (type === 0x002f)
      throw new DocumentError("encrypted", "encrypted with a password. Save it without one to index it");
    if (type === 0x0022) workbook.is1904 = reader.u16(body) === 1;
    else if (type === 0x0042 && isOld) workbook.textAt = textOfPage(reader, reader.u16(body));
    else if (type === 0x0085) {
      // Sheets and charts; macros and dialogs hold nothing to read.
      const kind = reader.u8(body + 5);
      if (kind === 0 || kind === 2) {
        workbook.sheets.push({
          name: workbook.textAt(body + 7, reader.u8(body + 6)),
          offset: reader.u32(body),
          isChart: kind === 2,
        });
      }
    } else if (type === 0x041e) {
      const pattern = isOld
        ? workbook.textAt(body + 3, reader.u8(body + 2))
        : stringAt(reader, body + 4, reader.u16(body + 2));
      workbook.patterns.set(reader.u16(body), pattern);
    } else if (type === 0x00e0) workbook.styles.push(reader.u16(body + 2));
    else if (type === 0x00fc) workbook.strings.push(...readStrings(reader, at));
  }
  return workbook;
}

interface ReadSheet {
  readonly grid: TableGrid;
  /** Of Excel 5 and 95, which have no boxes for them. */
  readonly comments: string[];
  /** In boxes, comments and WordArt, what pictures show, and what is said of what belongs into cells. */
  readonly drawn: string[];
  /** Of charts on it, what its cells do not say. */
  readonly titles: string[];
}

function readSheet(
  reader: ByteReader,
  offset: number,
  { strings, styles, patterns, textAt, edges, formulas }: Workbook,
  formatOf: (style: number) => NumberFormat,
): ReadSheet {
  /** By row, then by column: cells may come in any order. */
  const rows = new Map<number, Map<number, string>>();
  const merges: [number, number, number, number][] = [];
  const comments: string[] = [];
  const set = (at: number, text: string) => {
    const [row, column] = [reader.u16(at), reader.u16(at + 2)];
    let cells = rows.get(row);
    if (!cells) rows.set(row, (cells = new Map()));
    if (column < mostColumns && text !== "") cells.set(column, text);
  };
  const titles = new Set<string>();
  const patternOf = (style: number) => patterns.get(styles[style] ?? 0);
  const drawings = new SheetDrawings(formulas);
  const prompts = new Set<string>();
  let awaiting = -1;
  let depth = 0;
  for (let at = offset; at + 4 <= reader.length; at += 4 + reader.u16(at + 2)) {
    const [type, length, body] = [reader.u16(at), reader.u16(at + 2), at + 4];
    // Charts on a sheet are streams of records within its own.
    if (type === 0x0809) {
      depth++;
      drawings.begin();
    } else if (type === 0x000a) {
      drawings.end();
      if (--depth <= 0) break;
    }
    if (reader.u16(4) === excel97) drawings.read(reader, at);
    if (type === chartText) titles.add(textAt(body + 3, reader.u8(body + 2)));
    if (depth > 1) continue;
    const format = formatOf(reader.u16(body + 4));
    if (type === 0x00fd) set(body, formattedText(patternOf(reader.u16(body + 4)), strings[reader.u32(body + 6)] ?? ""));
    else if (type === 0x0203) set(body, format(reader.f64(body + 6)));
    else if (type === 0x027e) set(body, format(packedNumber(reader, body + 6)));
    else if (type === 0x00bd) {
      for (let cell = 0; cell * 6 + 6 < length; cell++) {
        const [row, column] = [reader.u16(body), reader.u16(body + 2) + cell];
        const text = formatOf(reader.u16(body + 4 + 6 * cell))(packedNumber(reader, body + 6 + 6 * cell));
        if (!rows.has(row)) rows.set(row, new Map());
        if (column < mostColumns) rows.get(row)!.set(column, text);
      }
    } else if (type === 0x0205)
      set(body, reader.u8(body + 7) === 0 ? truth(reader.u8(body + 6)) : errorName(reader.u8(body + 6)));
    else if (type === 0x0204 || type === 0x00d6)
      set(body, formattedText(patternOf(reader.u16(body + 4)), textAt(body + 8, reader.u16(body + 6))));
    else if (type === 0x0006) {
      awaiting = -1;
      const isNumber = reader.u16(body + 12) !== 0xffff;
      const kind = reader.u8(body + 6);
      if (isNumber) set(body, format(reader.f64(body + 6)));
      else if (kind === 0) awaiting = body;
      else if (kind === 1) set(body, truth(reader.u8(body + 8)));
      else if (kind === 2) set(body, errorName(reader.u8(body + 8)));
    } else if (type === 0x0207 && awaiting >= 0)
      set(awaiting, formattedText(patternOf(reader.u16(awaiting + 4)), textAt(body + 2, reader.u16(body))));
    else if (type === 0x00e5) {
      for (let merge = 0; merge < reader.u16(body) && merge * 8 + 10 <= length; merge++) {
        const [first, last, left, right] = [0, 2, 4, 6].map((field) => reader.u16(body + 2 + 8 * merge + field));
        merges.push([first, last, left, right]);
      }
    } else if (type === 0x001c && reader.u16(4) === excel95) {
      // A longer comment goes on in records that stand in no row.
      const text = textAt(body + 6, Math.min(reader.u16(body + 4), length - 6));
      if (reader.u16(body) === 0xffff && comments.length > 0) comments[comments.length - 1] += text;
      else comments.push(text);
    } else if ((type === 0x0014 || type === 0x0015) && length > 1 && edges.size < mostEdges) {
      const isOld = reader.u16(4) === excel95;
      const edge = isOld ? textAt(body + 1, reader.u8(body)) : textAt(body + 2, reader.u16(body));
      edges.add(shownEdge(edge));
    } else if (type === 0x01be && prompts.size < mostPrompts) {
      for (const text of validationAt(reader, body)) prompts.add(text);
    }
  }
  const drawn = [...drawings.lines(), ...prompts];
  const said = new Set([...[...rows.values()].flatMap((cells) => [...cells.values()]), ...drawn]);
  return { grid: gridOf(rows, merges), comments, drawn, titles: [...titles].filter((title) => !said.has(title)) };
}

/** What is said of a cell: a title and a text, the first and third of four (a NUL alone stands for none), and the choices that are given as a text. */
function validationAt(reader: ByteReader, start: number): string[] {
  let at = start + 4;
  const texts = [0, 1, 2, 3].map(() => {
    const [characters, isWide] = [reader.u16(at), (reader.u8(at + 2) & 1) === 1];
    const text = stringAt(reader, at + 2, characters);
    at += 3 + characters * (isWide ? 2 : 1);
    return text.replaceAll("\0", "");
  });
  const prompt = `${texts[0]}\n${texts[2]}`.trim();
  // The formula's length, two bytes of nothing, and a text in it: how many characters, how wide they are.
  const isList = (reader.u32(start) & 0x8f) === 0x83 && reader.u8(at + 4) === textToken;
  const choices = isList ? joined(stringAt(reader, at + 6, reader.u8(at + 5)).split(/[\0,]/)) : "";
  return [prompt, choices].filter((text) => text !== "");
}

function gridOf(
  rows: ReadonlyMap<number, ReadonlyMap<number, string>>,
  merges: readonly [number, number, number, number][],
): TableGrid {
  const grid = new TableGrid();
  const places = new Map<number, number>();
  let previous = -1;
  for (const [row, cells] of [...rows].sort(([a], [b]) => a - b)) {
    if (previous >= 0 && row > previous + 1) grid.row();
    previous = row;
    grid.row();
    places.set(row, grid.rows.length - 1);
    for (const [column, text] of [...cells].sort(([a], [b]) => a - b)) grid.cellAt(column, text);
  }
  for (const [first, last, left, right] of merges) {
    const place = places.get(first);
    if (place === undefined) continue;
    let end = place;
    for (let row = first + 1; row <= last && row - first < 10_000; row++) end = places.get(row) ?? end;
    grid.merge(place, left, { columns: right - left + 1, rows: end - place + 1 });
  }
  return grid;
}
