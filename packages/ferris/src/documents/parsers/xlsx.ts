/**
 * XLSX: the sheets of a workbook, row by row, as their cells show (values of formulas, dates as dates).
 */
import { ContentBuilder } from "../content-builder.ts";
import type { ParsedDocument } from "../document.ts";
import { OfficePackage } from "./office.ts";
import { addTable } from "../table/add-table.ts";
import { TableGrid } from "../table/grid.ts";
import { readXml } from "../xml/xml.ts";
import type { ParserInput } from "./parser.ts";

export function parseXlsx({ bytes }: ParserInput): ParsedDocument {
  const file = new OfficePackage(bytes, "xl/workbook.xml");
  const { archive, main } = file;
  const builder = new ContentBuilder();
  const strings = sharedStrings(file.relatedText(main, "sharedStrings") ?? archive.text("xl/sharedStrings.xml"));
  const dateStyles = stylesOfDates(file.relatedText(main, "styles") ?? archive.text("xl/styles.xml"));
  const sheets: { name: string; part: string }[] = [];
  readXml(archive.requiredText(main), {
    open(name, attributes) {
      const part = name === "sheet" ? file.target(main, attributes["r:id"]) : undefined;
      if (part) sheets.push({ name: attributes.name ?? "", part });
    },
  });
  for (const { name, part } of sheets) {
    builder.section(1, name);
    addTable(builder, gridOf(archive.requiredText(part), strings, dateStyles));
  }
  return builder.finish("xlsx", { title: file.title });
}

function gridOf(xml: string, strings: readonly string[], dateStyles: ReadonlySet<number>): TableGrid {
  const grid = new TableGrid();
  let column = -1;
  let cell = { column: 0, type: "n", style: 0 };
  let value = "";
  let inValue = false;
  readXml(xml, {
    open(name, { r, t, s }) {
      if (name === "row") {
        grid.row();
        column = -1;
      } else if (name === "c") {
        column = r ? columnOf(r) : column + 1;
        cell = { column, type: t ?? "n", style: Number(s ?? 0) };
        value = "";
      } else if (name === "v" || name === "t") inValue = true;
    },
    text(text) {
      if (inValue) value += text;
    },
    close(name) {
      if (name === "v" || name === "t") inValue = false;
      else if (name === "c" && value !== "" && cell.column < 16_384) {
        grid.cellAt(cell.column, shown(value, cell.type, dateStyles.has(cell.style)));
      }
    },
  });
  return grid;

  function shown(raw: string, type: string, isDate: boolean): string {
    if (type === "s") return strings[Number(raw)] ?? "";
    if (type === "b") return raw === "1" ? "TRUE" : "FALSE";
    return type === "n" && isDate ? dateOf(Number(raw)) : raw;
  }
}

/** "BC12" is column 54, from 0. */
function columnOf(reference: string): number {
  const letters = /^[A-Z]+/.exec(reference)?.[0] ?? "A";
  return letters.split("").reduce((number, letter) => number * 26 + letter.charCodeAt(0) - 64, 0) - 1;
}

/** Excel counts days since 1899-12-30; a fraction is the time of day. */
function dateOf(days: number): string {
  const date = new Date(Date.UTC(1899, 11, 30) + Math.round(days * 86_400) * 1000);
  if (Number.isNaN(date.getTime())) return String(days);
  const text = date.toISOString();
  return Number.isInteger(days) ? text.slice(0, 10) : text.slice(0, 16).replace("T", " ");
}

function sharedStrings(xml: string | null): string[] {
  const strings: string[] = [];
  let text = "";
  let inText = false;
  // Phonetic guides (rPh) repeat the text in another script.
  let inPhonetic = false;
  readXml(xml ?? "", {
    open(name) {
      if (name === "si") text = "";
      else if (name === "t") inText = true;
      else if (name === "rPh") inPhonetic = true;
    },
    text(more) {
      if (inText && !inPhonetic) text += more;
    },
    close(name) {
      if (name === "si") strings.push(text);
      else if (name === "t") inText = false;
      else if (name === "rPh") inPhonetic = false;
    },
  });
  return strings;
}

/** Indexes of cell styles whose number format is a date: the built-in ones and those with days or years in their pattern. */
function stylesOfDates(xml: string | null): Set<number> {
  const formats = new Set([14, 15, 16, 17, 18, 19, 20, 21, 22, 45, 46, 47]);
  const styles = new Set<number>();
  let inCells = false;
  let style = 0;
  readXml(xml ?? "", {
    open(name, { numFmtId, formatCode }) {
      if (name === "numFmt" && /[dy]/i.test((formatCode ?? "").replace(/"[^"]*"|\[[^\]]*\]|\\./g, "")))
        formats.add(Number(numFmtId));
      else if (name === "cellXfs") inCells = true;
      else if (name === "xf" && inCells && formats.has(Number(numFmtId))) styles.add(style++);
      else if (name === "xf" && inCells) style++;
    },
    close(name) {
      if (name === "cellXfs") inCells = false;
    },
  });
  return styles;
}
