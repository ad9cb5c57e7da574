/**
 * AsciiDoc: headings (= Title, == Section), the document's own attributes as metadata, code and comments apart from prose.
 */
import { decodeText } from "../decode/decode.ts";
import type { ParsedDocument } from "../document.ts";
import type { ParserInput } from "./parser.ts";
import { linesOf, type Mark, sectioned } from "./sections.ts";

/** Blocks in which nothing is a heading, from a line to the same line. */
const verbatim = /^(?:-{4,}|\.{4,}|\/{4,}|\+{4,}|`{3,}\w*)[ \t]*$/;
const table = /^[|,:!]={3,}[ \t]*$/;

export function parseAsciiDoc({ bytes }: ParserInput): ParsedDocument {
  const text = decodeText(bytes);
  const lines = linesOf(text.content);
  const lastAt = new Map<string, number>();
  lines.forEach((line, index) => lastAt.set(line.text.trimEnd(), index));
  const marks: Mark[] = [];
  for (let index = 0; index < lines.length; index++) {
    const line = lines[index]!;
    const delimiter = verbatim.test(line.text) || table.test(line.text) ? line.text.trimEnd() : null;
    const closing = delimiter?.replace(/^(`{3,}).*/, "$1");
    if (closing !== undefined && (lastAt.get(closing) ?? -1) > index) {
      let end = index + 1;
      while (lines[end]!.text.trimEnd() !== closing) end++;
      const kind = table.test(line.text) ? "table" : "code";
      marks.push({ kind, start: line.start, end: lines[end]!.end });
      index = end;
      continue;
    }
    const [, signs, title] = /^(={1,6}|#{1,6})[ \t]+(\S.*)$/.exec(line.text) ?? [];
    if (signs !== undefined) {
      const words = title!
        .trimEnd()
        .replace(/(?<!\s)\s+=+$/, "")
        .replace(/\[\[[^[\]]*\]\]|\[#[^[\]]*\]/g, "");
      marks.push({ kind: "heading", start: line.start, end: line.end, level: signs.length, title: words });
    } else if (/^:!?[\w-]+!?:(?:\s|$)/.test(line.text)) {
      const last = marks.at(-1);
      if (last?.kind === "metadata" && text.content.slice(last.end, line.start).trim() === "")
        marks[marks.length - 1] = { ...last, end: line.end };
      else marks.push({ kind: "metadata", start: line.start, end: line.end });
    }
  }
  return sectioned("asciidoc", text, marks);
}
