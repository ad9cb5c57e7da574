/**
 * RTF: paragraphs, headings by their styles, lists with their numbers, tables, notes and comments, in whatever character sets.
 */
import { ContentBuilder } from "../../content-builder.ts";
import type { ParsedDocument } from "../../document.ts";
import { RtfReader } from "./reader.ts";
import { rtfTokens } from "./tokens.ts";
import type { ParserInput } from "../parser.ts";

export function parseRtf({ bytes }: ParserInput): ParsedDocument {
  const builder = new ContentBuilder();
  const reader = new RtfReader(builder);
  const rtf = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
  for (const token of rtfTokens(rtf)) reader.read(token);
  reader.end();
  return builder.finish("rtf", { title: reader.title });
}
