/**
 * Plain text: paragraphs between blank lines, no headings. Also what every unknown text file is read as.
 */
import { decodeText } from "../decode.ts";
import type { Block, ParsedDocument } from "../document.ts";
import type { ParserInput } from "./parser.ts";

export function parseText({ bytes }: ParserInput): ParsedDocument {
  const { content, encoding } = decodeText(bytes);
  return { type: "text", content, encoding, blocks: paragraphs(content), warnings: [] };
}

/** Blocks of `content` from `from` to `to`, cut after blank lines; together they cover all of it. */
export function paragraphs(
  content: string,
  from = 0,
  to = content.length,
  headingPath: readonly string[] = [],
): Block[] {
  const blocks: Block[] = [];
  const blankLines = /\n[ \t\r]*\n\s*/g;
  blankLines.lastIndex = from;
  let start = from;
  while (start < to) {
    const gap = blankLines.exec(content);
    const end = gap && blankLines.lastIndex < to ? blankLines.lastIndex : to;
    blocks.push({ kind: "prose", start, end, headingPath });
    start = end;
  }
  return blocks;
}
