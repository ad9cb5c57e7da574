/**
 * Source code: top-level declarations with the comments above them, by blank lines and indentation.
 *
 * Knows no grammar. What decides is that people leave a blank line between declarations and indent what is inside them;
 * languages with braces and languages without both read well that way. Minified code is refused.
 */
import { basename } from "node:path";
import { DocumentError } from "../../errors.ts";
import { decodeText } from "../decode.ts";
import type { Block, ParsedDocument } from "../document.ts";
import type { ParserInput } from "./parser.ts";

const longestLine = 5_000;
const longestAverageLine = 250;

export function parseSourceCode({ path, bytes }: ParserInput): ParsedDocument {
  const { content, encoding } = decodeText(bytes);
  refuseMinified(content);
  const blocks: Block[] = [];
  let start = 0;
  const push = (end: number) => {
    if (end > start) blocks.push({ kind: "code", start, end, headingPath: [] });
    start = end;
  };
  // A declaration starts at a line without indentation after a blank one; a closing brace belongs to what is above it.
  const declaration = /\n[ \t\r]*\n(?=[^\s)\]}])/g;
  while (declaration.exec(content)) push(declaration.lastIndex);
  push(content.length);
  return { type: "source-code", title: basename(path), content, encoding, blocks, warnings: [] };
}

function refuseMinified(content: string): void {
  let lines = 0;
  let longest = 0;
  for (let start = 0; start < content.length; lines++) {
    const end = content.indexOf("\n", start);
    const next = end < 0 ? content.length : end + 1;
    longest = Math.max(longest, next - start);
    start = next;
  }
  if (longest > longestLine && content.length / lines > longestAverageLine) {
    throw new DocumentError(
      "minified",
      `a line of ${longest} characters, ${Math.round(content.length / lines)} on average (limits ${longestLine} and ${longestAverageLine})`,
    );
  }
}
