/**
 * DOCX: paragraphs, headings by their styles, lists, tables and footnotes of a Word document.
 *
 * Formatting, comments, headers and deleted text of tracked changes are left out. Pages are Word's business when it prints:
 * the file does not know them.
 */
import { ContentBuilder } from "../content-builder.ts";
import type { ParsedDocument } from "../document.ts";
import { OfficePackage } from "../office/package.ts";
import { addRows } from "../table/add-table.ts";
import { readXml } from "../xml/xml.ts";
import type { ParserInput } from "./parser.ts";

export function parseDocx({ bytes }: ParserInput): ParsedDocument {
  const file = new OfficePackage(bytes, "word/document.xml");
  const { archive, main } = file;
  const builder = new ContentBuilder();
  const levels = headingLevels(file.relatedText(main, "styles"));
  readBody(archive.requiredText(main), levels, builder);
  const footnotes = file.relatedText(main, "footnotes");
  if (footnotes) readBody(footnotes, levels, builder);
  return builder.finish("docx", { title: file.title });
}

/** Levels from 1 of the styles that are headings, by style id. Names are "heading 1" in every language of Word. */
function headingLevels(styles: string | null): Map<string, number> {
  const levels = new Map<string, number>();
  let id = "";
  readXml(styles ?? "", {
    open(name, attributes) {
      if (name === "w:style") id = attributes["w:styleId"] ?? "";
      const value = attributes["w:val"] ?? "";
      const heading = name === "w:name" ? /^heading ([1-9])$/i.exec(value)?.[1] : undefined;
      if (heading) levels.set(id, Number(heading));
      else if (name === "w:name" && /^title$/i.test(value)) levels.set(id, 1);
      else if (name === "w:outlineLvl" && !levels.has(id) && Number(value) < 9) levels.set(id, Number(value) + 1);
    },
  });
  return levels;
}

function readBody(xml: string, levels: ReadonlyMap<string, number>, builder: ContentBuilder): void {
  let paragraph = "";
  let level: number | undefined;
  let isItem = false;
  let inText = false;
  // A text box stands within a paragraph and has paragraphs of its own: they follow when the outer one has ended.
  const outer: { paragraph: string; level: number | undefined; isItem: boolean }[] = [];
  const inner: string[] = [];
  let isOpen = false;
  /** Inside of what must not be read: the second version of a drawing. */
  let skipping = 0;
  // Of the outermost table; those nested in it are read as text of their cell.
  let tables = 0;
  let rows: string[][] = [];
  let cells: string[] = [];
  let cell: string[] = [];

  readXml(xml, {
    open(name, attributes) {
      if (skipping > 0 || name === "mc:Fallback") skipping++;
      else if (name === "w:p") {
        if (isOpen) outer.push({ paragraph, level, isItem });
        [paragraph, level, isItem, isOpen] = ["", undefined, false, true];
      } else if (name === "w:pStyle") level = levels.get(attributes["w:val"] ?? "");
      else if (name === "w:numPr") isItem = true;
      else if (name === "w:t") inText = true;
      else if (name === "w:tab") paragraph += "\t";
      else if (name === "w:br" || name === "w:cr") paragraph += "\n";
      else if (name === "w:noBreakHyphen") paragraph += "-";
      else if (name === "w:tbl" && tables++ === 0) rows = [];
      else if (name === "w:tr" && tables === 1) cells = [];
      else if (name === "w:tc" && tables === 1) cell = [];
    },
    text(text) {
      if (inText && skipping === 0) paragraph += text;
    },
    close(name) {
      if (skipping > 0) skipping--;
      else if (name === "w:t") inText = false;
      else if (name === "w:p" && outer.length > 0) {
        inner.push(paragraph);
        ({ paragraph, level, isItem } = outer.pop()!);
      } else if (name === "w:p") {
        isOpen = false;
        const boxes = inner.splice(0);
        if (tables > 0) cell.push(...boxes.map((text) => text.trim()));
        if (tables > 0) cell.push(paragraph.trim());
        else if (level !== undefined) builder.heading(level, paragraph);
        else builder.add(isItem ? "list" : "prose", isItem ? `- ${paragraph.trim()}` : paragraph);
        if (tables === 0) for (const text of boxes) builder.add("prose", text);
      } else if (name === "w:tc" && tables === 1) cells.push(cell.filter((text) => text !== "").join(" "));
      else if (name === "w:tr" && tables === 1) rows.push(cells);
      else if (name === "w:tbl" && --tables === 0) addRows(builder, rows);
    },
  });
}
