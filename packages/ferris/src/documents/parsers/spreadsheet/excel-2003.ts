/**
 * Workbooks of Excel 2003 that are one XML file (SpreadsheetML): sheets, rows with their columns as they are shown, comments, what is said of what
 * belongs into cells, headers and footers.
 */
import { ContentBuilder } from "../../content-builder.ts";
import { decodeText } from "../../decode/decode.ts";
import type { ParsedDocument } from "../../document.ts";
import { addTable } from "../../table/add-table.ts";
import { TableGrid } from "../../table/grid.ts";
import { type XmlElement, childElements, childNamed, readTrees, textWithin } from "../../xml/xml-tree.ts";
import { addPageEdges } from "../office/page-edges.ts";
import { general } from "./general-number.ts";
import { formattedText, numberFormat, type NumberFormat } from "./number-formats.ts";
import { shownEdge } from "./sheet.ts";
import { choicesIn } from "./validations.ts";

/** Excel's last column. */
const mostColumns = 16_384;
const namedFormats: Readonly<Record<string, string>> = {
  Percent: "0.00%",
  Fixed: "0.00",
  Standard: "#,##0.00",
  Currency: "$#,##0.00",
  "Euro Currency": "€#,##0.00",
  Scientific: "0.00E+00",
  "Yes/No": '"Yes";"Yes";"No"',
  "True/False": '"True";"True";"False"',
  "On/Off": '"On";"On";"Off"',
  "Medium Date": "d-mmm-yy",
  "Long Time": "h:mm:ss AM/PM",
  "Medium Time": "h:mm AM/PM",
  "Short Time": "hh:mm",
};
/** Dates whose format is the reader's own are shown as 2024-05-17 18:00. */
const ownDates = new Set(["General Date", "Short Date", "Long Date"]);
const mostEdges = 300;
const firstDay = Date.UTC(1899, 11, 30);
const firstDay1904 = Date.UTC(1904, 0, 1);

interface Style {
  readonly pattern: string;
  readonly format: NumberFormat;
}

/** What is read as a whole. */
const wholes = new Set(["ss:Row", "ss:Style", "x:DataValidation", "x:Header", "x:Footer"]);

export function readExcel2003(bytes: Uint8Array): ParsedDocument {
  const builder = new ContentBuilder();
  const styles = new Map<string, Style>();
  const edges = new Set<string>();
  let is1904 = false;
  let grid: TableGrid | null = null;
  let row = 0;
  let comments: string[] = [];
  let validations: string[] = [];
  const endSheet = () => {
    if (grid) addTable(builder, grid);
    for (const text of [...validations, ...comments]) builder.add("prose", text);
    grid = null;
    comments = [];
    validations = [];
    row = 0;
  };
  readTrees(
    decodeText(bytes).content,
    (name) => wholes.has(name),
    (tree) => {
      if (tree.name === "ss:Style") addStyle(tree);
      else if (tree.name === "x:DataValidation") validations.push(...validationLines(tree));
      else if (tree.name !== "ss:Row") addEdge(tree);
      else if (grid) addRow(grid, tree);
    },
    (name, attributes) => {
      if (name === "x:Date1904") is1904 = true;
      if (name !== "ss:Worksheet") return;
      endSheet();
      builder.section(1, attributes["ss:Name"] ?? "");
      grid = new TableGrid();
    },
  );
  endSheet();
  const printed = new ContentBuilder();
  for (const edge of edges) printed.add("prose", edge);
  addPageEdges(builder, [printed.finish("xlsx")]);
  return builder.finish("xlsx");

  function addEdge({ attributes }: XmlElement): void {
    if (edges.size < mostEdges) edges.add(shownEdge(attributes["x:Data"] ?? ""));
  }

  function addStyle(style: XmlElement): void {
    const pattern = childNamed(style, "ss:NumberFormat")?.attributes["ss:Format"];
    const id = style.attributes["ss:ID"];
    if (pattern === undefined || id === undefined) return;
    const known = namedFormats[pattern] ?? (ownDates.has(pattern) ? "General" : pattern);
    styles.set(id, { pattern: known, format: numberFormat(0, known, is1904) });
  }

  function addRow(to: TableGrid, element: XmlElement): void {
    const index = Number(element.attributes["ss:Index"] ?? row + 1);
    // Whatever the gap, it is one.
    if (index > row + 1) to.row();
    row = index;
    to.row();
    let column = 0;
    for (const cell of childElements(element).filter(({ name }) => name === "ss:Cell")) {
      const { attributes } = cell;
      const at = Number(attributes["ss:Index"] ?? column + 1) - 1;
      if (!(at >= column && at < mostColumns)) continue;
      const columns = 1 + (Number(attributes["ss:MergeAcross"] ?? 0) || 0);
      const rows = 1 + (Number(attributes["ss:MergeDown"] ?? 0) || 0);
      to.cellAt(at, valueOf(cell), { columns, rows });
      column = at + columns;
      const comment = childNamed(cell, "ss:Comment");
      if (comment) comments.push(textWithin(comment).trim());
    }
  }

  function valueOf(cell: XmlElement): string {
    const data = childNamed(cell, "ss:Data");
    const written = data ? textWithin(data).trim() : "";
    const type = data?.attributes["ss:Type"];
    if (type === "Boolean") return written === "1" ? "TRUE" : "FALSE";
    const style = styles.get(cell.attributes["ss:StyleID"] ?? "");
    if (type === "DateTime") return dateOf(written, style, is1904);
    if (type === "Number") return (style?.format ?? general)(Number(written));
    if (type === "String" && written !== "") return formattedText(style?.pattern, written);
    return written || (cell.attributes["ss:Formula"] ?? "");
  }
}

/** What is said of what belongs into cells: a message, and choices that are given as a text. */
function validationLines(validation: XmlElement): string[] {
  const said = (name: string) => {
    const element = childNamed(validation, name);
    return element ? textWithin(element).trim() : "";
  };
  const prompt = `${said("x:InputTitle")}\n${said("x:InputMessage")}`.trim();
  const choices = said("x:Type") === "List" ? choicesIn(said("x:Value")) : "";
  return [prompt, choices].filter((text) => text !== "");
}

/** "2024-05-17T18:00:00.000" as its cell shows it; without a format of their own, times alone are of the day zero. */
function dateOf(written: string, style: Style | undefined, is1904: boolean): string {
  const days = (Date.parse(`${written}Z`) - (is1904 ? firstDay1904 : firstDay)) / 86_400_000;
  if (style && style.pattern !== "General" && !Number.isNaN(days)) return style.format(fromMarch1900(days));
  const [, date, time] = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d(?::\d\d)?)/.exec(written) ?? [];
  if (date === undefined || time === undefined) return written;
  const short = time.replace(/:00$/, "");
  if (date === "1899-12-31") return time.length > 5 ? short : time;
  return /^00:00(?::00)?$/.test(time) ? date : `${date} ${time.length > 5 ? short : time}`;
}

/** Excel counts a 29th of February in 1900: days before it have a number less. */
function fromMarch1900(days: number): number {
  return days >= 1 && days < 61 ? days - 1 : days;
}
