/**
 * PPTX: slides in the order they are shown, each a page: title, texts, tables, charts and diagrams, the speaker's notes, comments;
 * then sheets and documents that are embedded.
 */
import { posix } from "node:path";
import { isCompoundFile } from "../../archive/compound-file.ts";
import { ContentBuilder } from "../../content-builder.ts";
import type { ParsedDocument } from "../../document.ts";
import { addEmbedded } from "../../embedded.ts";
import { OfficePackage } from "../office/package.ts";
import { addSlide, addSlideComments } from "./slide.ts";
import { readXml } from "../../xml/xml.ts";
import { parseLegacyOffice } from "../legacy/legacy-office.ts";
import type { ParserInput } from "../parser.ts";

/** Documents within one presentation that are read. */
const mostEmbedded = 50;

export async function parsePptx(input: ParserInput): Promise<ParsedDocument> {
  const { bytes } = input;
  // What is encrypted, and what was renamed without being converted.
  if (isCompoundFile(bytes)) return parseLegacyOffice(bytes, "pptx");
  const file = new OfficePackage(bytes, "ppt/presentation.xml");
  const builder = new ContentBuilder();
  const slides = slidesOf(file);
  slides.forEach((slide, index) => {
    const place = { page: index + 1 };
    builder.section(1, "");
    addSlide(builder, file, slide, place);
    for (const notes of file.related(slide, "notesSlide")) addSlide(builder, file, notes, place);
    addSlideComments(builder, file, slide, place);
  });
  const warnings: string[] = [];
  const embedded = new Set(slides.flatMap((slide) => file.related(slide, "package")));
  for (const part of [...embedded].slice(0, mostEmbedded)) {
    const name = posix.basename(part);
    const why = await addEmbedded(builder, name, file.archive.bytes(part)!, input);
    if (why !== null) warnings.push(`${name} in it was not read: ${why}`);
  }
  return builder.finish("pptx", { title: file.title, warnings });
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
