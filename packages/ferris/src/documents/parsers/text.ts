/**
 * Plain text, without headings: one block, which the chunker cuts at blank lines. Also what every unknown text file is read as.
 */
import { decodeText } from "../decode/decode.ts";
import type { ParsedDocument } from "../document.ts";
import type { ParserInput } from "./parser.ts";

export function parseText({ bytes }: ParserInput): ParsedDocument {
  const { content, encoding, warnings } = decodeText(bytes);
  const blocks = [{ kind: "prose", start: 0, end: content.length, headingPath: [] }] as const;
  return { type: "text", content, encoding, blocks, warnings };
}
