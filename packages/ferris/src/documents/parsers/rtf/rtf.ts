/**
 * RTF: paragraphs, headings by their styles, lists with their numbers, tables, notes and comments, embedded files, in whatever character sets.
 */
import { ContentBuilder } from "../../content-builder.ts";
import type { ParsedDocument } from "../../document.ts";
import { addFiles } from "../office/embedded-object.ts";
import { htmlIn, holdsHtml } from "./encapsulated-html.ts";
import { fileInRtf } from "./objects.ts";
import { RtfReader } from "./reader.ts";
import { rtfTokens } from "./tokens.ts";
import { readHtml } from "../html/html.ts";
import type { ParserInput } from "../parser.ts";

export async function parseRtf(input: ParserInput): Promise<ParsedDocument> {
  const { bytes } = input;
  const builder = new ContentBuilder();
  const rtf = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
  if (holdsHtml(rtf)) {
    const title = readHtml(htmlIn(rtf), builder);
    return builder.finish("rtf", { title });
  }
  const reader = new RtfReader(builder);
  for (const token of rtfTokens(rtf)) reader.read(token);
  reader.end();
  const warnings = await addFiles(builder, reader.objects.map(fileInRtf), input);
  return builder.finish("rtf", { title: reader.title, warnings });
}
