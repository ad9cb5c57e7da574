/**
 * Cells of OpenDocument's tables and sheets: repeated, merged and covered ones, and values whose text the writer left out.
 */
import type { TableGrid } from "../../table/grid.ts";
import { type XmlElement, childElements } from "../../xml/xml-tree.ts";
import { general } from "../spreadsheet/general-number.ts";
import type { Objects } from "./objects.ts";
import { readParagraph } from "./paragraph.ts";
import type { TextStyles } from "./styles.ts";

/** A filled cell that claims to be there more often is a bomb, not a table. */
const mostRepeated = 100;
/** The limit of LibreOffice. */
const mostColumns = 16_384;

/** Adds the cells of `row` to the grid's current row; returns what hangs on them: comments, frames, notes. */
export function addCells(grid: TableGrid, row: XmlElement, objects: Objects, styles: TextStyles): XmlElement[] {
  const attached: XmlElement[] = [];
  let column = 0;
  for (const cell of childElements(row)) {
    const isCovered = cell.name === "table:covered-table-cell";
    if (cell.name !== "table:table-cell" && !isCovered) continue;
    const { attributes } = cell;
    const repeated = Math.max(1, Math.floor(Number(attributes["table:number-columns-repeated"] ?? 1)) || 1);
    // What a merged cell covers is not shown. Sheets end in thousands of empty cells.
    const text = isCovered ? "" : textOf(cell, objects, styles, attached);
    const said = text === "" ? 0 : Math.min(repeated, mostRepeated);
    for (let i = 0; i < said && column + i < mostColumns; i++) {
      grid.cellAt(column + i, text, {
        columns: Number(attributes["table:number-columns-spanned"] ?? 1),
        rows: Number(attributes["table:number-rows-spanned"] ?? 1),
      });
    }
    column = Math.min(column + repeated, mostColumns);
  }
  return attached;
}

function textOf(cell: XmlElement, objects: Objects, styles: TextStyles, attached: XmlElement[]): string {
  const parts: string[] = [];
  const visit = (element: XmlElement) => {
    if (element.name === "text:p" || element.name === "text:h") {
      const words = readParagraph(element, objects, styles);
      parts.push(words.text.trim());
      attached.push(...words.attached);
    } else if (element.name === "office:annotation" || element.name.startsWith("draw:")) attached.push(element);
    else if (element.name !== "office:forms") for (const child of childElements(element)) visit(child);
  };
  for (const child of childElements(cell)) visit(child);
  const text = parts.filter((part) => part !== "").join(" ");
  // Of a chart's point that is not there.
  if (text === "NaN" && cell.attributes["office:value"] === "NaN") return "";
  return text === "" ? valueOf(cell) : text;
}

/** What a cell holds whose writer did not say how it looks. */
function valueOf({ attributes }: XmlElement): string {
  for (const name of ["string-value", "date-value", "time-value", "boolean-value", "value"]) {
    const value = attributes[`office:${name}`];
    if (value === undefined) continue;
    if (name === "boolean-value") return value.toUpperCase();
    if (name === "date-value")
      return value.replace(/T00:00:00(?:\.0+)?$/, "").replace(/T(\d\d:\d\d)(?::00(?:\.0+)?)?/, " $1");
    if (name === "time-value") return timeOf(value);
    if (name === "string-value") return value;
    return numberOf(value, attributes["office:value-type"], attributes["office:currency"]);
  }
  const formula = attributes["table:formula"];
  return formula === undefined ? "" : `=${withoutBrackets(formula.replace(/^\w+:/, "").replace(/^=/, ""))}`;
}

/** "PT26H30M00S" as a sheet shows it: 26:30:00. */
function timeOf(duration: string): string {
  const [, sign = "", ...parts] =
    /^(-?)PT(?:(\d{1,9})H)?(?:(\d{1,9})M)?(?:(\d{1,9})(?:[.,]\d{0,12})?S)?$/.exec(duration) ?? [];
  if (parts.length === 0) return duration;
  const [hours = "0", minutes = "0", seconds = "0"] = parts;
  return `${sign}${[hours, minutes, seconds].map((part) => part.padStart(2, "0")).join(":")}`;
}

function numberOf(value: string, type: string | undefined, currency: string | undefined): string {
  const number = Number(value);
  if (Number.isNaN(number)) return value;
  if (type === "percentage") return `${general(number * 100)}%`;
  return type === "currency" && currency !== undefined ? `${general(number)} ${currency}` : general(number);
}

/** "[.A1:.B2]" is A1:B2. */
function withoutBrackets(formula: string): string {
  return formula.replace(/\[([^[\]]{1,200})\]/g, (_, reference: string) =>
    reference.replace(/(^|:)\./g, "$1").replace(/^\$?([^.]+)\./, "$1."),
  );
}
