/**
 * What the preamble of a LaTeX document says for its title page: title, authors, date.
 */
import { plainLatex } from "./latex-letters.ts";
import { withMacros } from "./macros.ts";

const longest = 2_000;
/** Commands whose argument \maketitle and its like print. */
const printed = /^[^\n%\\]*\\(title|subtitle|author|institute|affiliation|date)(?:\s*\[[^\]]{0,500}\])?\s*\{/gm;

export interface TitleLine {
  readonly text: string;
  readonly isTitle: boolean;
  /** Of its text in the file. */
  readonly offset: number;
}

/** In the order of the file. */
export function titlePageOf(preamble: string, macros: ReadonlyMap<string, string>): TitleLine[] {
  const lines: TitleLine[] = [];
  for (const found of preamble.matchAll(printed)) {
    const offset = found.index + found[0].length;
    const close = closing(preamble, offset);
    if (close < 0) continue;
    const text = plainLatex(
      withMacros(preamble.slice(offset, close), macros)
        .replace(/(?<!\\)%[^\n]*\n\s*/g, "")
        .replace(/\s*\\(?:and|And|AND)(?![A-Za-z])\s*/g, ", ")
        // Thanks of a title are a note; those of an author say where they work.
        .replace(found[1] === "title" ? /\\thanks\{[^{}]*\}/g : /\\thanks/g, " ")
        .replace(/\\\\(?:\[[^\]]{0,20}\])?/g, " "),
    );
    if (text !== "") lines.push({ text, isTitle: found[1] === "title", offset });
  }
  return lines;
}

function closing(text: string, from: number): number {
  let depth = 1;
  for (let at = from; at < Math.min(text.length, from + longest); at++) {
    if (text[at] === "\\") at++;
    else if (text[at] === "{") depth++;
    else if (text[at] === "}" && --depth === 0) return at;
  }
  return -1;
}
