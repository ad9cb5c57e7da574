/**
 * AsciiDoc: headings (= Title, == Section, and titles with a line under them), the document's own attributes as metadata, code and comments apart from prose.
 */
import { decodeText } from "../decode/decode.ts";
import type { ParsedDocument } from "../document.ts";
import type { ParserInput } from "./parser.ts";
import { linesOf, type Mark, sectioned, type TextLine } from "./sections.ts";

/** Blocks in which nothing is a heading, from a line to the same line. */
const verbatim = /^(?:-{4,}|\.{4,}|\/{4,}|\+{4,}|`{3,}\w*)[ \t]*$/;
const table = /^[|,:!]={3,}[ \t]*$/;

/** The signs of lines under titles, by level. */
const underlines = "=-~^+";

export function parseAsciiDoc({ bytes }: ParserInput): ParsedDocument {
  const text = decodeText(bytes);
  const lines = linesOf(text.content);
  const lastAt = new Map<string, number>();
  lines.forEach((line, index) => lastAt.set(line.text.trimEnd(), index));
  const marks: Mark[] = [];
  for (let index = 0; index < lines.length; index++) {
    const line = lines[index]!;
    const under = lines[index + 1];
    const level = under === undefined || !isFree(lines[index - 1]) ? 0 : underlined(line.text, under.text);
    if (level > 0) {
      marks.push({ kind: "heading", start: line.start, end: under!.end, level, title: line.text.trimEnd() });
      index++;
      continue;
    }
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

/** Whether a title may follow a line: an empty one, a comment, an anchor or attributes of the block. */
function isFree(before: TextLine | undefined): boolean {
  return before === undefined || /^\s*$|^\/\/(?!\/\/)|^\[[^\]]*\]\s*$/.test(before.text);
}

/** The level of a title with a line as long as it is under it, within a character or two; 0 where it is none. */
function underlined(title: string, under: string): number {
  const sign = /^([=~^+-])\1+\s*$/.exec(under)?.[1];
  if (sign === undefined || !/^\S.*$/.test(title) || !/[\p{L}\p{N}]/u.test(title) || /^[.[]/.test(title)) return 0;
  // Letters of East Asia are as wide as two signs.
  const wide =
    title.match(/[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60]/g)?.length ?? 0;
  const { length } = title.trimEnd();
  const signs = under.trimEnd().length;
  const fits = Math.abs(signs - length) <= 2 || (wide > 0 && Math.abs(signs - length - wide) <= 2);
  return fits && signs > 2 ? underlines.indexOf(sign) + 1 : 0;
}
