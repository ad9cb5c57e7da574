/**
 * Workbooks of Excel 2003 that are one XML file (SpreadsheetML): sheets, rows with their columns, comments.
 *
 * Dates and percentages are as sheets show them; other formats are the file's own numbers.
 */
import { ContentBuilder } from "../../content-builder.ts";
import { decodeText } from "../../decode/decode.ts";
import type { ParsedDocument } from "../../document.ts";
import { addTable } from "../../table/add-table.ts";
import { TableGrid } from "../../table/grid.ts";
import { type XmlElement, childElements, childNamed, readTrees, textWithin } from "../../xml/xml-tree.ts";
import { general, numberFormat, type NumberFormat } from "./number-formats.ts";

/** Excel's last column. */
const mostColumns = 16_384;
const namedFormats: Readonly<Record<string, string>> = { Percent: "0.00%", Fixed: "0.00", Standard: "#,##0.00" };

export function readExcel2003(bytes: Uint8Array): ParsedDocument {
  const builder = new ContentBuilder();
  const formats = new Map<string, NumberFormat>();
  let grid: TableGrid | null = null;
  let row = 0;
  let comments: string[] = [];
  const endSheet = () => {
    if (grid) addTable(builder, grid);
    for (const comment of comments) builder.add("prose", comment);
    grid = null;
    comments = [];
    row = 0;
  };
  readTrees(
    decodeText(bytes).content,
    (name) => name === "ss:Row" || name === "ss:Style",
    (tree) => {
      if (tree.name === "ss:Style") addStyle(tree);
      else if (grid) addRow(grid, tree);
    },
    (name, attributes) => {
      if (name !== "ss:Worksheet") return;
      endSheet();
      builder.section(1, attributes["ss:Name"] ?? "");
      grid = new TableGrid();
    },
  );
  endSheet();
  return builder.finish("xlsx");

  function addStyle(style: XmlElement): void {
    const pattern = childNamed(style, "ss:NumberFormat")?.attributes["ss:Format"];
    const id = style.attributes["ss:ID"];
    if (pattern === undefined || id === undefined) return;
    formats.set(id, numberFormat(0, namedFormats[pattern] ?? (/^[A-Z]/.test(pattern) ? "General" : pattern), false));
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
    if (type === "DateTime") return dateOf(written);
    if (type === "Number") return (formats.get(cell.attributes["ss:StyleID"] ?? "") ?? general)(Number(written));
    return written || (cell.attributes["ss:Formula"] ?? "");
  }
}

/** "2024-05-17T18:00:00.000" as a sheet shows it: times alone are of the day zero. */
function dateOf(written: string): string {
  const [, date, time] = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d(?::\d\d)?)/.exec(written) ?? [];
  if (date === undefined || time === undefined) return written;
  const short = time.replace(/:00$/, "");
  if (date === "1899-12-31") return time.length > 5 ? short : time;
  return /^00:00(?::00)?$/.test(time) ? date : `${date} ${time.length > 5 ? short : time}`;
}
