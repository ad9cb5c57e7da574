/**
 * reStructuredText: headings by the lines under (and over) them, whose level is the order in which their kinds appear; code apart from prose,
 * tables row by row.
 */
import { decodeText } from "../../decode/decode.ts";
import type { ParsedDocument } from "../../document.ts";
import type { ParserInput } from "../parser.ts";
import { linesOf, type Mark, sectioned } from "../sections.ts";
import { gridTableAt } from "./grid-table.ts";
import { simpleTableAt } from "./simple-table.ts";

const underline = /^([!-/:-@[-`{-~])\1{2,}[ \t]*$/;
const codeDirective =
  /^([ \t]*)\.\. +(?:code-block|code|sourcecode|parsed-literal|literalinclude|math|raw|highlight)::/;

export function parseRestructuredText({ bytes }: ParserInput): ParsedDocument {
  const text = decodeText(bytes);
  const lines = linesOf(text.content);
  const marks: Mark[] = [];
  const kinds: string[] = [];
  for (let index = 0; index < lines.length; index++) {
    const line = lines[index]!;
    const table = gridTableAt(lines, index) ?? simpleTableAt(lines, index);
    if (table) {
      marks.push({ kind: "table", start: line.start, end: lines[table.last]!.end, table });
      index = table.last;
      continue;
    }
    const sign = underline.exec(line.text)?.[1];
    const above = lines[index - 1];
    const below = lines[index + 1];
    const isOver =
      sign !== undefined && below !== undefined && underline.exec(lines[index + 2]?.text ?? "")?.[1] === sign;
    if (isOver && isTitle(below.text) && line.text.trimEnd().length >= below.text.trim().length) {
      heading(`${sign}${sign}`, below.text, line.start, lines[index + 2]!.end);
      index += 2;
    } else if (above && isUnder(sign, above.text, line.text) && isFree(index - 2)) {
      heading(sign!, above.text, above.start, line.end);
    } else index = code(index);
  }
  return sectioned("restructured-text", text, marks);

  /** Whether a heading may follow a line: one that is empty, or the end of another heading. */
  function isFree(index: number): boolean {
    const before = lines[index];
    if (before === undefined || before.text.trim() === "") return true;
    const last = marks.at(-1);
    return last?.kind === "heading" && last.end === before.end;
  }

  function heading(kind: string, title: string, start: number, end: number): void {
    if (!kinds.includes(kind)) kinds.push(kind);
    marks.push({
      kind: "heading",
      start,
      end,
      level: Math.min(6, kinds.indexOf(kind) + 1),
      title: withoutRoles(title),
    });
  }

  /** What is indented after `::` or a directive for code, if it begins here. Returns its last line. */
  function code(index: number): number {
    const { text: written } = lines[index]!;
    const directive = codeDirective.exec(written);
    if (!directive && !(written.trimEnd().endsWith("::") && !/^\s*\.\. /.test(written))) return index;
    const outer = /^[ \t]*/.exec(written)![0].length;
    let first = index + 1;
    while (first < lines.length && lines[first]!.text.trim() === "") first++;
    let last = first - 1;
    for (let at = first; at < lines.length; at++) {
      const isBlank = lines[at]!.text.trim() === "";
      if (!isBlank && /^[ \t]*/.exec(lines[at]!.text)![0].length <= outer) break;
      if (!isBlank) last = at;
    }
    if (last < first) return index;
    marks.push({ kind: "code", start: lines[first]!.start, end: lines[last]!.end });
    return last;
  }
}

function isUnder(sign: string | undefined, title: string, line: string): boolean {
  return (
    sign !== undefined &&
    isTitle(title) &&
    !/^\s/.test(title) &&
    line.trimEnd().length >= Math.min(4, title.trim().length)
  );
}

function isTitle(text: string): boolean {
  return text.trim() !== "" && text.length < 400 && !underline.test(text) && !text.startsWith(".. ");
}

/** :ref:`words <target>` and ``code`` as their words. */
function withoutRoles(title: string): string {
  return title
    .replace(/:[\w:+.-]{1,60}:(?=`)/g, "")
    .replace(/`+([^`<]*?)(?:\s*<[^<>`]*>)?`+_{0,2}/g, "$1")
    .replace(/\*{1,2}(\S[^*]*)\*{1,2}/g, "$1");
}
