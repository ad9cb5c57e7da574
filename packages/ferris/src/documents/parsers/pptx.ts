/**
 * PPTX: slides in the order they are shown, each a page: title, texts, tables, and the speaker's notes.
 */
import { ContentBuilder } from "../content-builder.ts";
import type { ParsedDocument } from "../document.ts";
import { OfficePackage } from "../office/package.ts";
import { addRows } from "../table/add-table.ts";
import { readXml } from "../xml/xml.ts";
import type { ParserInput } from "./parser.ts";

export function parsePptx({ bytes }: ParserInput): ParsedDocument {
  const file = new OfficePackage(bytes, "ppt/presentation.xml");
  const { archive, main } = file;
  const builder = new ContentBuilder();
  const slides: string[] = [];
  readXml(archive.requiredText(main), {
    open(name, attributes) {
      const slide = name === "p:sldId" ? file.target(main, attributes["r:id"]) : undefined;
      if (slide) slides.push(slide);
    },
  });
  slides.forEach((slide, index) => {
    const page = index + 1;
    builder.section(1, "");
    readSlide(archive.requiredText(slide), builder, page);
    for (const notes of file.related(slide, "notesSlide")) readSlide(archive.requiredText(notes), builder, page);
  });
  return builder.finish("pptx", { title: file.title });
}

/** Shapes that say what the whole deck says, or what the slide itself shows. */
const furniture = new Set(["sldNum", "dt", "ftr", "hdr", "sldImg"]);

function readSlide(xml: string, builder: ContentBuilder, page: number): void {
  let placeholder = "";
  let text = "";
  let inText = false;
  let lines: string[] = [];
  let rows: string[][] | null = null;
  let cells: string[] = [];
  readXml(xml, {
    open(name, attributes) {
      if (name === "p:sp") [placeholder, lines] = ["", []];
      else if (name === "p:ph") placeholder = attributes.type ?? "body";
      else if (name === "a:p") text = "";
      else if (name === "a:t") inText = true;
      else if (name === "a:br") text += "\n";
      else if (name === "a:tbl") rows = [];
      else if (name === "a:tr") cells = [];
      else if (name === "a:tc") lines = [];
    },
    text(more) {
      if (inText) text += more;
    },
    close(name) {
      if (name === "a:t") inText = false;
      else if (name === "a:p") lines.push(text.trim());
      else if (name === "a:tc") cells.push(lines.filter((line) => line !== "").join(" "));
      else if (name === "a:tr") rows?.push(cells);
      else if (name === "a:tbl" && rows) {
        addRows(builder, rows, { place: { page } });
        rows = null;
      } else if (name === "p:sp" && !furniture.has(placeholder)) {
        const isTitle = placeholder === "title" || placeholder === "ctrTitle";
        if (isTitle) builder.heading(1, lines.join(" "), { page });
        else builder.add("prose", lines.filter((line) => line !== "").join("\n"), { page });
      }
    },
  });
}
