/**
 * Org: headings (stars, without their states and tags), keywords and drawers as metadata, source blocks as code.
 */
import { decodeText } from "../decode/decode.ts";
import type { ParsedDocument } from "../document.ts";
import type { ParserInput } from "./parser.ts";
import { linesOf, type Mark, sectioned } from "./sections.ts";

const states = /^(?:TO[D]O|DONE|NEXT|WAITING|WAIT|HOLD|STARTED|CANCELL?ED|SOMEDAY|PROJ)\s+/;

export function parseOrg({ bytes }: ParserInput): ParsedDocument {
  const text = decodeText(bytes);
  const lines = linesOf(text.content);
  const ends = new Map<string, number>();
  lines.forEach((line, index) => {
    const end = /^\s*(?:#\+end_(\w+)|:(end):)\s*$/i.exec(line.text);
    if (end) ends.set((end[1] ?? end[2]!).toLowerCase(), index);
  });
  const own = ownStates(text.content);
  const marks: Mark[] = [];
  let title: string | undefined;
  for (let index = 0; index < lines.length; index++) {
    const line = lines[index]!;
    const block = /^\s*#\+begin_(\w+)/i.exec(line.text)?.[1]?.toLowerCase();
    const isDrawer = /^\s*:(?!end:)[\w-]+:\s*$/i.test(line.text);
    const closing = block ?? (isDrawer ? "end" : undefined);
    if (closing !== undefined && (ends.get(closing) ?? -1) > index) {
      const isEnd = (written: string) =>
        block === undefined ? /^\s*:end:\s*$/i.test(written) : written.trim().toLowerCase() === `#+end_${block}`;
      let end = index + 1;
      while (!isEnd(lines[end]!.text)) end++;
      const kind = isDrawer ? "metadata" : "code";
      if (isDrawer || /^(?:src|example|export|comment)$/.test(block!))
        marks.push({ kind, start: line.start, end: lines[end]!.end });
      index = end;
      continue;
    }
    const [, stars, words] = /^(\*{1,20})[ \t]+(\S.*)$/.exec(line.text) ?? [];
    const keyword = /^[ \t]*#\+(\w+):[ \t]*(.*)$/.exec(line.text);
    if (stars !== undefined) {
      const state = /^\S+/.exec(words!)![0];
      const said = headingOf(own.has(state) ? words!.slice(state.length).trimStart() : words!);
      marks.push({ kind: "heading", start: line.start, end: line.end, level: stars.length, title: said });
    } else if (keyword) {
      if (keyword[1]!.toLowerCase() === "title") title = title === undefined ? keyword[2] : `${title} ${keyword[2]}`;
      marks.push({ kind: "metadata", start: line.start, end: line.end });
    }
  }
  return sectioned("org", text, marks, title);
}

/** The states that a file has of its own: a keyword, then `TALK WRITE(w) | SENT(s)`. */
function ownStates(content: string): ReadonlySet<string> {
  const own = new Set<string>();
  for (const [, said] of content.matchAll(/^#\+(?:seq_|typ_)?to[d]o:[ \t]*(\S[^\n]{0,500})/gim))
    for (const state of said!.split(/[\s|]+/)) own.add(state.replace(/\([^()]*\)$/, ""));
  own.delete("");
  return own;
}

function headingOf(words: string): string {
  return words
    .replace(states, "")
    .replace(/^\[#[A-Z0-9]\]\s+/, "")
    .trimEnd()
    .replace(/\s:[\w@#%:]+:$/, "")
    .replace(/(?<!\s)\s*\[\d*(?:\/\d*|%)\]/g, "")
    .replace(/\[\[([^[\]]*)\](?:\[([^[\]]*)\])?\]/g, (_, target: string, shown?: string) => shown ?? target);
}
