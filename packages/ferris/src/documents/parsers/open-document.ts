/**
 * OpenDocument: texts (ODT), sheets (ODS) and slides (ODP), which share one XML vocabulary. Slides are pages.
 */
import { DocumentError } from "../../errors.ts";
import { Archive } from "../archive/archive.ts";
import { ContentBuilder, type Place } from "../content-builder.ts";
import type { ParsedDocument } from "../document.ts";
import { readXml, textOfFirst } from "../xml/xml.ts";
import { addTable } from "../table/add-table.ts";
import { TableGrid } from "../table/grid.ts";
import type { ParserInput } from "./parser.ts";

/** Not for readers: what tracked changes took out, tables of contents, which repeat the headings, comments, the numbers of pages and notes. */
const leftOut = new Set([
  "text:tracked-changes",
  "text:table-of-content",
  "office:forms",
  "office:annotation",
  "text:page-number",
  "text:note-citation",
]);

/** A filled cell that claims to be there more often is a bomb, not a table. */
const mostRepeated = 100;

export function parseOpenDocument({ bytes }: ParserInput): ParsedDocument {
  const archive = new Archive(bytes);
  if (archive.text("META-INF/manifest.xml")?.includes("manifest:encryption-data")) {
    throw new DocumentError("encrypted", "encrypted with a password. Save it without one to index it");
  }
  const builder = new ContentBuilder();
  readContent(archive.requiredText("content.xml"), builder);
  return builder.finish("opendocument", { title: textOfFirst(archive.text("meta.xml"), "dc:title") });
}

function readContent(xml: string, builder: ContentBuilder): void {
  let text = "";
  let level = 0;
  let items = 0;
  let skipping = 0;
  let page = 0;
  let isSheet = false;
  let isTitle = false;
  // Of the outermost table; those nested in it are read as text of their cell.
  let tables = 0;
  let grid = new TableGrid();
  let isHeader = false;
  let cell = { columns: 1, rows: 1, repeated: 1 };
  let column = 0;
  const place = (): Place => (page > 0 ? { page } : {});
  // A footnote or a text box stands within a paragraph and has paragraphs of its own: they follow when the outer one has ended.
  const outer: { text: string; level: number; isTitle: boolean }[] = [];
  const inner: string[] = [];
  let isOpen = false;

  readXml(xml, {
    open(name, attributes) {
      if (skipping > 0 || leftOut.has(name)) skipping++;
      else if (name === "office:spreadsheet") isSheet = true;
      else if (name === "draw:page") {
        page++;
        builder.section(1, "");
      } else if (name === "text:h" || name === "text:p") {
        if (tables === 0 && isOpen) outer.push({ text, level, isTitle });
        if (tables === 0) [text, isOpen] = ["", true];
        else if (text !== "") text += " ";
        level = name === "text:h" ? Number(attributes["text:outline-level"] ?? 1) : 0;
      } else if (name === "draw:frame") isTitle = attributes["presentation:class"] === "title";
      else if (name === "text:list-item") items++;
      else if (name === "text:s") text += " ".repeat(Math.min(Number(attributes["text:c"] ?? 1), 100));
      else if (name === "text:tab") text += "\t";
      else if (name === "text:line-break") text += "\n";
      else if (name === "table:table" && tables++ === 0) {
        grid = new TableGrid();
        if (isSheet) builder.section(1, attributes["table:name"] ?? "");
      } else if (name === "table:table-header-rows") isHeader = true;
      else if (name === "table:table-row" && tables === 1) {
        grid.row({ isHeader, place: place() });
        column = 0;
      } else if ((name === "table:table-cell" || name === "table:covered-table-cell") && tables === 1) {
        text = "";
        cell = {
          columns: Number(attributes["table:number-columns-spanned"] ?? 1),
          rows: Number(attributes["table:number-rows-spanned"] ?? 1),
          repeated: Number(attributes["table:number-columns-repeated"] ?? 1) || 1,
        };
      }
    },
    text(more) {
      if (skipping === 0) text += more;
    },
    close(name) {
      if (skipping > 0) skipping--;
      else if (name === "text:list-item") items--;
      else if ((name === "text:h" || name === "text:p") && tables === 0 && outer.length > 0) {
        inner.push(text);
        ({ text, level, isTitle } = outer.pop()!);
      } else if ((name === "text:h" || name === "text:p") && tables === 0) {
        isOpen = false;
        if (name === "text:h") builder.heading(level, text, place());
        else if (isTitle) builder.heading(1, text, place());
        else builder.add(items > 0 ? "list" : "prose", items > 0 ? `- ${text}` : text, place());
        for (const paragraph of inner.splice(0)) builder.add("prose", paragraph, place());
        text = "";
      } else if (name === "table:table-header-rows") isHeader = false;
      else if ((name === "table:table-cell" || name === "table:covered-table-cell") && tables === 1) {
        const { columns, rows, repeated } = cell;
        // What a merged cell covers is not shown. Sheets end in thousands of empty cells.
        const said = name === "table:table-cell" && text.trim() !== "" ? Math.min(repeated, mostRepeated) : 0;
        for (let i = 0; i < said; i++) grid.cellAt(column + i, text.trim(), { columns, rows });
        column += Math.max(0, repeated);
        text = "";
      } else if (name === "table:table" && --tables === 0) addTable(builder, grid, { place: place() });
    },
  });
}
