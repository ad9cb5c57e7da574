/**
 * Abbreviations that a LaTeX document makes for itself: `\newcommand{\ship}{Aurora}`. Those without arguments whose words can be told are
 * said where they are used; others stay commands.
 */
import { letterOf, plainLatex } from "./latex-letters.ts";

const definition =
  /\\(?:(?:re)?newcommand|providecommand)\*?\s*(?:\{\s*\\([A-Za-z@]{1,50})\s*\}|\\([A-Za-z@]{1,50}))\s*\{|\\def\s*\\([A-Za-z@]{1,50})\s*\{/g;
const longest = 300;
const most = 2_000;
/** What is no text: arguments, environments, formulas, lengths, pictures, styles. */
const notText =
  /[#@$^_&]|\\(?:begin|end|def|let|if|else|fi|ifx|expandafter|csname|the|hspace|vspace|hskip|vskip|kern|rule|includegraphics|input|ensuremath|math[a-z]+|operatorname|frac|sqrt|left|right|cite[a-z]*|ref|label|usepackage|color|fontsize|selectfont|setlength|newpage|clearpage|par|item|section|chapter)(?![A-Za-z])/;

/** Words by the names of their commands. */
export function macrosOf(content: string): ReadonlyMap<string, string> {
  const macros = new Map<string, string>();
  for (const found of content.matchAll(definition)) {
    const name = (found[1] ?? found[2] ?? found[3])!;
    const start = found.index + found[0].length;
    const end = closing(content, start);
    if (end < 0 || letterOf(name) !== undefined) continue;
    const body = content.slice(start, end);
    if (notText.test(body)) continue;
    const words = plainLatex(
      body.replace(/\\([A-Za-z@]+)/g, (written, inner: string) => macros.get(inner) ?? written).slice(0, longest),
    );
    if (/\p{L}/u.test(words)) macros.set(name, words);
    if (macros.size >= most) break;
  }
  return macros;
}

/** A short text with the words of its macros in their places. */
export function withMacros(text: string, macros: ReadonlyMap<string, string>): string {
  if (macros.size === 0) return text;
  return text.replace(/\\([A-Za-z@]{1,50})(?:\{\})?/g, (written, name: string) => macros.get(name) ?? written);
}

/** The brace that ends what begins at `start`; -1 where none is near. */
function closing(text: string, start: number): number {
  let depth = 1;
  for (let at = start; at < Math.min(text.length, start + longest); at++) {
    if (text[at] === "\\") at++;
    else if (text[at] === "{") depth++;
    else if (text[at] === "}" && --depth === 0) return at;
  }
  return -1;
}
