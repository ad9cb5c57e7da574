/**
 * Tables of a page: data with rows and columns, code beside its line numbers, or only a way to lay out what is in the cells.
 */
import { isTag, isText, type ChildNode, type Element } from "domhandler";
import type { SourcedText } from "../../lines/sourced-text.ts";
import { TableGrid } from "../../table/grid.ts";
import { ancestors, elements, find, walk } from "./tree.ts";

export type TableKind = "data" | "code" | "layout";

/** Larger tables hold data, whatever is in their cells. */
const mostLaidOut = 400;
const mostLookedAt = 200;

export function kindOfTable(table: Element): TableKind {
  const { role, class: classes = "" } = table.attribs;
  if (role === "presentation" || role === "none") return "layout";
  let cells = 0;
  let columns = 0;
  let hasHeader = false;
  let hasBlocks = false;
  let hasPre = false;
  for (const element of walk(table)) {
    const { name } = element;
    if (name === "table") return hasOwnNames(table) ? "data" : "layout";
    if (name === "tr") columns = Math.max(columns, element.children.filter(isCell).length);
    if (name === "td") cells++;
    if (name === "th" || name === "caption" || name === "thead") hasHeader = true;
    if (name === "pre") hasPre = true;
    if (name === "td" && cells <= mostLaidOut) hasBlocks ||= isLaidOut(element);
  }
  if (
    /(?:^|\s)(?:highlight(?:table)?|rouge-table|blob|js-file-line-container|hljs-ln|code-?table|lntable)(?:\s|$)/i.test(
      classes,
    )
  )
    return "code";
  if (hasPre) return "code";
  if (hasHeader || cells > mostLaidOut) return "data";
  return columns <= 1 || hasBlocks ? "layout" : "data";
}

/** Whether a table that holds others has columns, or rows, with names of its own: then those are parts of its cells. */
function hasOwnNames(table: Element): boolean {
  const parts = table.children.filter(isTag);
  const rows = parts.flatMap((part) => (part.name === "tr" ? [part] : part.children.filter(isTag)));
  const names = rows.flatMap((row) => (row.name === "tr" ? row.children.filter(isTag) : []));
  return names.filter(({ name }) => name === "th").length > 1;
}

/** Its rows, without those of tables in its cells. */
function rowsOf(table: Element): Element[] {
  return elements(table, (row) => {
    if (row.name !== "tr") return false;
    for (const above of ancestors(row)) if (above.name === "table") return above === table;
    return false;
  });
}

/** Several blocks in a cell: it is a column of a page. */
function isLaidOut(cell: Element): boolean {
  let paragraphs = 0;
  let seen = 0;
  for (const element of walk(cell)) {
    const { name } = element;
    if (++seen > mostLookedAt) return false;
    if (/^(?:h[1-6]|ul|ol|dl|blockquote|form|article|section)$/.test(name)) return true;
    if (name === "p" && hasWords(element) && ++paragraphs > 1) return true;
  }
  return false;
}

/** Programs end cells with an empty paragraph. */
function hasWords(paragraph: Element): boolean {
  return [paragraph, ...walk(paragraph)].some(({ children }) =>
    children.some((child) => isText(child) && child.data.trim() !== ""),
  );
}

/** A data table's cells, each in its column. */
export function gridOf(table: Element, textOfCell: (cell: Element) => SourcedText): TableGrid {
  const grid = new TableGrid();
  for (const row of rowsOf(table)) {
    const cells = row.children.filter(isCell);
    const isInHead = row.parent !== null && isTag(row.parent) && row.parent.name === "thead";
    grid.row({ isHeader: isInHead });
    for (const cell of cells) {
      const { colspan, rowspan } = cell.attribs;
      grid.cell(textOfCell(cell), {
        columns: span(colspan),
        rows: rowspan === "0" ? Number.MAX_SAFE_INTEGER : span(rowspan),
        isHeader: cell.name === "th",
      });
    }
  }
  return grid;
}

function span(written: string | undefined): number | undefined {
  const claimed = Number.parseInt(written ?? "", 10);
  return Number.isNaN(claimed) ? undefined : claimed;
}

/** The cells of a table of code that hold code: not those with the numbers of its lines. */
export function codeCells(table: Element): { readonly cell: Element; readonly isWhole: boolean }[] {
  return elements(table, ({ name }) => name === "tr").flatMap((row) =>
    row.children
      .filter(isCell)
      .filter((cell) => !isNumbers(cell))
      .map((cell) => ({ cell, isWhole: find(cell, ({ name }) => name === "pre") !== undefined })),
  );
}

function isNumbers(cell: Element): boolean {
  if (
    /(?:^|\s)(?:linenos?|line-?numbers?|gutter|rouge-gutter|blob-num\S*|hljs-ln-numbers|code-lineno|lntd-num)(?:\s|$)/i.test(
      cell.attribs.class ?? "",
    )
  )
    return true;
  let text = "";
  for (const element of [cell, ...walk(cell)]) {
    for (const child of element.children) if (isText(child)) text += `${child.data}\n`;
    if (text.length > 100_000) return false;
  }
  return text.trim() === "" || /^[\s\d]+$/.test(text);
}

function isCell(node: ChildNode): node is Element {
  return isTag(node) && (node.name === "td" || node.name === "th");
}
