/**
 * LaTeX: headings, paragraphs, code and formulas of the document, with letters as they are read, and without comments, commands and the preamble. Of
 * macros those without arguments are expanded.
 */
import { ContentBuilder } from "../../content-builder.ts";
import { decodeText } from "../../decode/decode.ts";
import type { ParsedDocument } from "../../document.ts";
import { SourcedText } from "../../lines/sourced-text.ts";
import { accent, accented, letterOf, plainLatex } from "./latex-letters.ts";
import type { ParserInput } from "../parser.ts";
import { macrosOf, withMacros } from "./macros.ts";
import { titlePageOf } from "./title-page.ts";

const levels: Readonly<Record<string, number>> = {
  part: 1,
  chapter: 1,
  section: 2,
  subsection: 3,
  subsubsection: 4,
  paragraph: 5,
  subparagraph: 6,
  frametitle: 3,
};
const verbatim = new Set([
  "verbatim",
  "verbatim*",
  "Verbatim",
  "lstlisting",
  "minted",
  "alltt",
  "filecontents",
  "comment",
]);
const formulas = /^(?:equation|align|gather|multline|eqnarray|displaymath|math|flalign|alignat)\*?$/;
/** How many arguments of these are not text. */
const dropped = new Map(
  Object.entries({
    1: "label bibitem hypertarget hyperlink href nolinkurl ref eqref pageref autoref cref Cref vref Vref vpageref nameref subref cpageref labelcref cite citep citet citeauthor citeyear citeyearpar citealp citealt citetitle parencite textcite autocite footcite footcitetext smartcite fullcite nocite includegraphics graphicspath bibliography bibliographystyle addbibresource usepackage RequirePackage documentclass geometry input include includeonly includepdf vspace hspace vskip hskip pagestyle thispagestyle pagenumbering enlargethispage color textcolor colorbox pagecolor hypersetup selectlanguage foreignlanguage textlang index glossary parbox raisebox scalebox rotatebox cmidrule cline vphantom hphantom phantom newcounter stepcounter refstepcounter usetikzlibrary tikzset pgfplotsset lstset sisetup setmainfont setsansfont setmonofont setdefaultlanguage setotherlanguage mintinline newacronym texorpdfstring markright theoremstyle bibinfo",
    2: "def let setlength addtolength setcounter addtocounter newcommand renewcommand providecommand DeclareMathOperator newtheorem resizebox fontsize rule fcolorbox addcontentsline multicolumn multirow colorlet markboth",
    3: "newenvironment renewenvironment definecolor",
  }).flatMap(([count, names]) => names.split(" ").map((name) => [name, Number(count)] as const)),
);

const longestLabel = 1_000;
const longestArgument = 2_000;
const longestFormula = 5_000;
/** What macros stand for, all together. */
const mostExpanded = 2 ** 20;

/** What is not text: comments, commands, braces, formulas, breaks. */
const sign =
  /\\(begin|end)\{([^{}\n]{1,60})\}(?:\[[^\]\n]{0,200}\])?|\\([A-Za-z@]+)\*?|\\\\(?:\[[^\]\n]{0,20}\])?|\\([^])|%[^\n]*(?:\n[ \t]*)?|\n[ \t]*\n\s*|\$\$?|[{}~&]|---?|``|''/g;

export function parseLatex({ bytes }: ParserInput): ParsedDocument {
  const text = decodeText(bytes);
  const { content } = text;
  const builder = new ContentBuilder(text);
  const begin = documentBegin(content);
  const isDocument = begin >= 0;
  // Parts of a document define nothing; packages do nothing else.
  const macros = isDocument ? macrosOf(content) : new Map<string, string>();
  const lastEnd = content.lastIndexOf("\\end{document}");
  const title = plainTitle(content, macros);
  const isBeamer = /\\documentclass(?:\[[^\]]{0,500}\])?\{beamer\}/.test(content.slice(0, Math.max(begin, 0)));
  if (isDocument) addTitlePage(builder, content.slice(0, begin), macros);
  const chapters = /\\(?:chapter|part)\*?[[{]/.test(content) ? 0 : 1;
  let expanded = 0;
  let words = new SourcedText();
  let tables = 0;
  /** Of the lists that are open, outermost first: how many items so far; null where they have no numbers. */
  const counts: (number | null)[] = [];
  const unclosed = new Set<string>();
  let at = isDocument ? begin + "\\begin{document}".length : 0;
  sign.lastIndex = at;
  for (let found = sign.exec(content); found; found = sign.exec(content)) {
    words.append(content.slice(at, found.index), at);
    at = sign.lastIndex = step(found);
    // Examples end documents of their own.
    if (isDocument && found.index === lastEnd) break;
  }
  if (at < content.length && !content.slice(0, at).endsWith("\\end{document}")) words.append(content.slice(at), at);
  flush();
  return builder.finish("latex", { title, warnings: text.warnings });

  /** Says what stands at a sign; returns where to read on. */
  function step(found: RegExpExecArray): number {
    const [written, edge, environment, command, symbol] = found;
    const { index } = found;
    const end = afterSlides(index + written.length, edge ?? command);
    if (edge !== undefined) return edge === "begin" ? opened(environment!, end) : closed(environment!, end);
    const letter = accent.exec(content.slice(index, index + 20));
    if (letter?.index === 0) {
      words.appendMade(accented(letter), index);
      return index + letter[0].length;
    }
    if (command !== undefined) return commanded(command, index, end);
    if (written.startsWith("\\\\")) words.appendMade("\n", index);
    else if (symbol === "[" || symbol === "(") return formula(index, end, symbol === "[" ? "\\]" : "\\)");
    else if (symbol !== undefined) words.appendMade(/[&%$#_{}]/.test(symbol) ? symbol : " ", index);
    else if (written.startsWith("$")) return formula(index, end, written);
    else if (written.startsWith("\n")) flush();
    else if (written === "~") words.appendMade(" ", index);
    else if (written === "&") words.appendMade(tables > 0 ? " | " : " ", index);
    else if (written.startsWith("-")) words.appendMade(written.length === 3 ? "—" : "–", index);
    else if (written === "``" || written === "''") words.appendMade(written === "``" ? "“" : "”", index);
    return end;
  }

  function commanded(command: string, index: number, end: number): number {
    const level = levels[command];
    const argument = afterOptions(content, end);
    if (level !== undefined && content[argument] === "{") {
      const close = closingBrace(content, argument);
      flush();
      const heading = plainHeading(
        withMacros(content.slice(argument + 1, close), macros)
          .replace(/(?<!\\)%[^\n]*(?:\n\s*|$)/g, "")
          .replace(/\\label\{[^{}]*\}/g, ""),
      );
      builder.heading(Math.max(1, level - chapters), new SourcedText().appendMade(heading, index));
      return close + 1;
    }
    const letter = letterOf(command);
    if (letter !== undefined) {
      words.appendMade(letter, index);
      return end + (/^(?:\{\}|[ \t]+)/.exec(content.slice(end, end + 20))?.[0].length ?? 0);
    }
    if (command === "item") {
      if (counts.length > 0 && counts.at(-1) !== null) counts[counts.length - 1]!++;
      words.appendMade(`\n${counts.at(-1) ?? "-"}${counts.at(-1) == null ? "" : "."} `, index);
      const close = content[end] === "[" ? closingBracket(content, end) : -1;
      if (close >= 0) {
        // What a list describes: "Keel: …"; a mark of its own has no letters.
        const label = plainLatex(content.slice(end + 1, close)).trim();
        if (/[\p{L}\p{N}]/u.test(label)) words.appendMade(`${label.replace(/:$/, "")}: `, index);
        return afterBlank(close + 1);
      }
      return afterBlank(end);
    } else if (command === "endfirsthead") {
      // The header of a table's later pages says again what its first one said.
      const again = content.slice(end, end + longestFormula).search(/\\endhead(?![A-Za-z])/);
      if (again >= 0) return end + again;
    } else if (command === "par" || command === "maketitle") flush();
    else if (command === "footnote") words.appendMade(" ", index);
    if (command === "verb") {
      const quote = content[end]!;
      const close = content.indexOf(quote, end + 1);
      if (close > end && close - end < 1_000) {
        words.append(content.slice(end + 1, close), end + 1);
        return close + 1;
      }
    }
    const macro = macros.get(command);
    if (macro !== undefined && (expanded += macro.length) < mostExpanded) {
      words.appendMade(macro, index);
      return end + (content.startsWith("{}", end) ? 2 : 0);
    }
    const count = dropped.get(command) ?? 0;
    let next = count > 0 || content[end] === "[" ? argument : end;
    for (let left = count; left > 0; left--) {
      next = afterOptions(content, next);
      if (content[next] === "{") next = closingBrace(content, next) + 1;
      else if (content[next] === "\\") next += /^\\[A-Za-z@]+/.exec(content.slice(next, next + 100))?.[0].length ?? 0;
      else break;
    }
    // A space after a command's name only ends the name.
    return next === end ? end + (/^[ \t]/.test(content[end] ?? "") && words.text.endsWith(" ") ? 1 : 0) : next;
  }

  /** After the numbers of the slides on which something is shown: `\\item<2->`. */
  function afterSlides(from: number, command: string | undefined): number {
    if (!isBeamer || command === undefined || content[from] !== "<") return from;
    return from + (/^<[\w\s,.|+()@:*-]{1,40}>/.exec(content.slice(from, from + 50))?.[0].length ?? 0);
  }

  /** After white space, but not after an empty line. */
  function afterBlank(from: number): number {
    const blank = /^[ \t]*(?:\n[ \t]*(?!\s))?/.exec(content.slice(from, from + longestLabel))!;
    return from + blank[0].length;
  }

  function opened(environment: string, end: number): number {
    if (environment === "Highlighting") {
      const close = content.indexOf("\\end{Highlighting}", end);
      if (close >= 0) return coloured(end, close);
    }
    if (verbatim.has(environment) || formulas.test(environment)) {
      const closing = `\\end{${environment}}`;
      const close = unclosed.has(environment) ? -1 : content.indexOf(closing, end);
      if (close < 0) {
        unclosed.add(environment);
        return end;
      }
      flush();
      if (environment !== "comment") builder.add("code", SourcedText.of(content.slice(end, close), end));
      return close + closing.length;
    }
    flush();
    if (/^(?:itemize|description|enumerate)\*?$/.test(environment)) counts.push(environment.startsWith("e") ? 0 : null);
    if (/^(?:tabular|longtable|tabularx|array)/.test(environment)) {
      tables++;
      const columns = afterOptions(content, end);
      return content[columns] === "{" ? closingBrace(content, columns) + 1 : end;
    }
    if (isBeamer && environment === "frame") {
      const argument = afterOptions(content, end);
      if (content[argument] === "{") return commanded("frametitle", end, argument);
    }
    // A width, or a count of columns.
    if (!/^(?:thebibliography|minipage|multicols|wrapfigure|adjustbox)\*?$/.test(environment)) return end;
    const argument = afterOptions(content, end);
    return content[argument] === "{" ? closingBrace(content, argument) + 1 : end;
  }

  function closed(environment: string, end: number): number {
    if (/^(?:tabular|longtable|tabularx|array)/.test(environment)) tables = Math.max(0, tables - 1);
    if (/^(?:itemize|description|enumerate)\*?$/.test(environment)) counts.pop();
    flush();
    return end;
  }

  /** pandoc's listings: each word of a program in a command that colours it. */
  function coloured(start: number, close: number): number {
    flush();
    const listing = new SourcedText();
    for (let line = start; line < close;) {
      const newline = content.indexOf("\n", line);
      const next = newline < 0 || newline >= close ? close : newline + 1;
      listing.appendMade(uncoloured(content.slice(line, next)), line);
      line = next;
    }
    builder.add("code", listing);
    return close;
  }

  /** A formula stands as it is: what its commands mean is seen by nobody here. */
  function formula(index: number, end: number, closing: string): number {
    const close = content.slice(end, end + longestFormula).indexOf(closing);
    if (close < 0) return end;
    const until = end + close + closing.length;
    words.append(content.slice(index, until), index);
    return until;
  }

  function flush(): void {
    const isList = /^\s*(?:-|\d+\.) /.test(words.text);
    builder.add(isList ? "list" : "prose", words.replace(/[ \t]+/g, " ").replace(/ ?\n\s*/g, "\n"));
    words = new SourcedText();
  }
}

/** Where the document begins, behind its preamble; -1 in a part of one, where such a line is in a comment or an example. */
function documentBegin(content: string): number {
  const begin = /^(?:[^%\n\\]|\\(?!begin\{document\}))*\\begin\{document\}/m.exec(content);
  if (!begin) return -1;
  const at = begin.index + begin[0].length - "\\begin{document}".length;
  const named = /^[^%\n]*\\document(?:class|style)(?![A-Za-z])/m.exec(content.slice(0, at));
  return hasText(content.slice(0, named ? named.index : at)) ? -1 : at;
}

/** Whether there is a heading or a paragraph already. */
function hasText(before: string): boolean {
  const written = before.replace(/(?<!\\)%[^\n]*/g, "");
  return /\\(?:chapter|section|subsection)\*?[[{]|(?:^|\n)[ \t]*[^\s\\{}%&$][^\n\\]{40,}\n/.test(written);
}

function addTitlePage(builder: ContentBuilder, preamble: string, macros: ReadonlyMap<string, string>): void {
  for (const { text, isTitle, offset } of titlePageOf(preamble, macros)) {
    const line = new SourcedText().appendMade(text, offset);
    if (isTitle) builder.heading(1, line);
    else builder.add("metadata", line);
  }
}

/** Of two forms of a heading the second is the plain one. */
function plainHeading(written: string): string {
  let text = written;
  for (let at = text.indexOf("\\texorpdfstring{"); at >= 0; at = text.indexOf("\\texorpdfstring{", at)) {
    const close = closingBrace(text, at + "\\texorpdfstring".length);
    text = text.slice(0, at) + text.slice(close + 1);
    if (close <= at + "\\texorpdfstring".length) break;
  }
  return plainLatex(text);
}

function uncoloured(line: string): string {
  return line
    .replace(/\\[A-Za-z]+Tok\{|(?<!\\)[{}]/g, "")
    .replaceAll("\\textbackslash", "\\")
    .replace(/\\([{}_%#&$])/g, "$1");
}

function plainTitle(content: string, macros: ReadonlyMap<string, string>): string | undefined {
  const found = /\\title\s*(?:\[[^\]]{0,500}\]\s*)?\{/.exec(content);
  if (!found) return undefined;
  const open = found.index + found[0].length - 1;
  return (
    plainLatex(
      withMacros(content.slice(open + 1, closingBrace(content, open)), macros).replace(/\\\\|\\thanks\{[^{}]*\}/g, " "),
    ) || undefined
  );
}

/** After spaces and `[…]`. */
function afterOptions(content: string, at: number): number {
  const near = content.slice(at, at + longestArgument);
  return (
    at +
    (/^(?:[ \t]*(?:\n[ \t]*)?\[[^\]]{0,2000}\])*[ \t]*(?:\n[ \t]*)?(?=\{)|^(?:\[[^\]]{0,2000}\])?/.exec(near)?.[0]
      .length ?? 0)
  );
}

/** The bracket that closes the one at `open`, which those in braces do not; -1 where there is none near. */
function closingBracket(content: string, open: number): number {
  let depth = 0;
  for (let at = open + 1; at < Math.min(content.length, open + longestLabel); at++) {
    const character = content[at];
    if (character === "\\") at++;
    else if (character === "{") depth++;
    else if (character === "}") depth--;
    else if (character === "]" && depth <= 0) return at;
  }
  return -1;
}

/** The brace that closes the one at `open`, or the end of what may be an argument. */
function closingBrace(content: string, open: number): number {
  let depth = 0;
  const last = Math.min(content.length, open + longestArgument);
  for (let at = open; at < last; at++) {
    const character = content[at];
    if (character === "\\") at++;
    else if (character === "{") depth++;
    else if (character === "}" && --depth === 0) return at;
  }
  return open;
}
