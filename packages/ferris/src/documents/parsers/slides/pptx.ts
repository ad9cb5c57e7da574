/**
 * PPTX: slides in the order they are shown, each a page: title, texts, tables, charts and diagrams, the speaker's notes, comments;
 * then what all slides say, and sheets and documents that are embedded.
 */
import { isCompoundFile } from "../../archive/compound-file.ts";
import { ContentBuilder } from "../../content-builder.ts";
import type { ParsedDocument } from "../../document.ts";
import { addFiles, type EmbeddedFile, filesOfPart, type UnreadObject } from "../office/embedded-object.ts";
import { prepareCharts } from "../office/chart-formats.ts";
import { OfficePackage } from "../office/package.ts";
import { addPageEdges } from "../office/page-edges.ts";
import { addMaster, addSlide, addSlideComments } from "./slide.ts";
import { readXml } from "../../xml/xml.ts";
import { parseLegacyOffice } from "../legacy/legacy-office.ts";
import type { ParserInput } from "../parser.ts";

export async function parsePptx(input: ParserInput): Promise<ParsedDocument> {
  const { bytes } = input;
  // What is encrypted, and what was renamed without being converted.
  if (isCompoundFile(bytes)) return parseLegacyOffice(input, "pptx");
  const file = new OfficePackage(bytes, "ppt/presentation.xml");
  await prepareCharts(file);
  const builder = new ContentBuilder();
  const slides = slidesOf(file);
  const footers: string[] = [];
  slides.forEach((slide, index) => {
    const place = { page: index + 1 };
    builder.section(1, "");
    for (const footer of addSlide(builder, file, slide, place)) footers.push(footer);
    for (const notes of file.related(slide, "notesSlide")) addSlide(builder, file, notes, place);
    addSlideComments(builder, file, slide, place);
  });
  addPageEdges(builder, [edgesOf(file, slides, footers)]);
  const warnings = await addFiles(builder, filesOf(file, slides), input);
  return builder.finish("pptx", { title: file.title, warnings });
}

/** Footers, and the texts of layouts and masters. */
function edgesOf(file: OfficePackage, slides: readonly string[], footers: readonly string[]): ParsedDocument {
  const edges = new ContentBuilder();
  const layouts = new Set(slides.flatMap((slide) => file.related(slide, "slideLayout")));
  const masters = new Set([...layouts].flatMap((layout) => file.related(layout, "slideMaster")));
  for (const footer of footers) edges.add("prose", footer);
  for (const part of [...layouts, ...masters]) addMaster(edges, file, part);
  return edges.finish("pptx");
}

/** Sheets and documents that were put into slides; what several slides show is there once. */
function* filesOf(file: OfficePackage, slides: readonly string[]): Generator<EmbeddedFile | UnreadObject | null> {
  const parts = new Set(slides.flatMap((slide) => [slide, ...file.related(slide, "notesSlide")]));
  const seen = new Set<string>();
  for (const part of parts) {
    const own = [...file.related(part, "package"), ...file.related(part, "oleObject")];
    if (own.every((name) => seen.has(name))) continue;
    own.forEach((name) => seen.add(name));
    yield* filesOfPart(file, part);
  }
}

/** Each once, in the order of the show. */
function slidesOf(file: OfficePackage): string[] {
  const slides = new Set<string>();
  readXml(file.archive.requiredText(file.main), {
    open(name, attributes) {
      const slide = name === "p:sldId" ? file.target(file.main, attributes["r:id"]) : undefined;
      if (slide) slides.add(slide);
    },
  });
  return [...slides];
}
