/**
 * Source code: functions and classes with the comments above them, under their names.
 *
 * A class that is small is one block; of a larger one each method is, with the class above it in the heading path; objects and
 * calls that hold functions are as classes. Languages without a grammar are cut where a line without indentation follows a blank one: people leave a blank line between
 * declarations and indent what is inside. Minified code is refused.
 */
import { basename } from "node:path";
import { DocumentError } from "../../../errors.ts";
import { type Declaration, declarationsOf, wholeUpTo } from "./declarations.ts";
import { decodeText } from "../../decode/decode.ts";
import type { Block, ParsedDocument } from "../../document.ts";
import { extensionOf } from "../../walk/left-out.ts";
import { languageOfScript, languages } from "./languages.ts";
import type { ParserInput } from "../parser.ts";

const longestLine = 5_000;
const longestAverageLine = 250;

/** More than this is not what stands above a declaration, or what closes it, but text of its own. */
const longBeside = 400;

/** Larger files are generated; their grammar would take seconds to tell. */
const parsedUpTo = 2 ** 20;

export async function parseSourceCode({ path, bytes }: ParserInput): Promise<ParsedDocument> {
  const { content, encoding, warnings } = decodeText(bytes);
  refuseMinified(content);
  const language = languages[extensionOf(basename(path))] ?? languageOfScript(content) ?? "";
  const declarations = content.length <= parsedUpTo ? await declarationsOf(content, language) : null;
  const blocks = declarations ? blocksOf(content, declarations) : blocksByBlankLines(content);
  return { type: "source-code", title: basename(path), content, encoding, blocks, warnings };
}

/** The blocks cover the content: what stands before a declaration goes with it, from the last blank line on. */
function blocksOf(content: string, declarations: readonly Declaration[]): Block[] {
  const blocks: Block[] = [];
  let done = 0;
  const push = (end: number, headingPath: readonly string[]) => {
    // Blank lines stay with what follows them.
    if (end <= done || (end < content.length && content.slice(done, end).trim() === "")) return;
    blocks.push({ kind: "code", start: done, end, headingPath });
    done = end;
  };
  const add = (members: readonly Declaration[], path: readonly string[]) => {
    for (const { start, end, name, members: inner } of members) {
      push(startWithComments(content, done, start), path);
      const here = [...path, name];
      if (inner.length > 0 && end - start > wholeUpTo) {
        add(inner, here);
        const last = blocks[blocks.length - 1];
        const after = Math.max(done, afterLine(content, end));
        if (after - done > longBeside) push(after, here);
        else {
          // The brace that closes a class says nothing by itself: it stays with the last method.
          done = after;
          blocks[blocks.length - 1] = { ...last, end: done };
        }
      } else push(afterLine(content, end), here);
    }
  };
  add(declarations, []);
  push(content.length, []);
  return blocks;
}

/** Where the lines above `start` begin that are not parted from it by a blank line, or its comments if those are many. */
function startWithComments(content: string, from: number, start: number): number {
  let begin = from;
  for (const blank of content.slice(from, start).matchAll(/\n[ \t\r]*(?=\n)/g))
    begin = from + blank.index + blank[0].length + 1;
  if (start - begin <= longBeside) return begin;
  let line = content.lastIndexOf("\n", start - 1) + 1;
  // A declaration in the middle of a line stays with what begins the line.
  while (line > begin) {
    const above = content.lastIndexOf("\n", line - 2) + 1;
    if (above < begin || !/^\s*(?:\/[/*]|\*|#|@|--)/.test(content.slice(above, line))) break;
    line = above;
  }
  return Math.max(begin, line);
}

/** After the line of `end`, and after the lines that only close what the declaration stands in. */
function afterLine(content: string, end: number): number {
  const rest = /^[;,)\] \t\r]*(?:(?:\/\/|#)[^\n]*|\/\*[^\n]*\*\/[ \t\r]*)?\n/.exec(content.slice(end, end + 200));
  if (!rest) return end;
  const at = end + rest[0].length;
  const closing = /^(?:[ \t\r]*\n)*(?:[ \t]*(?:[)\]}][)\]};,(\w$. ]*|end|fi|esac|#endif[^\n]*)[ \t\r]*(?:\n|$))+/.exec(
    content.slice(at, at + 400),
  );
  return at + (closing ? closing[0].length : 0);
}

function blocksByBlankLines(content: string): Block[] {
  const blocks: Block[] = [];
  let start = 0;
  const push = (end: number) => {
    if (end > start) blocks.push({ kind: "code", start, end, headingPath: [] });
    start = end;
  };
  // A closing brace belongs to what is above it.
  const declaration = /\n[ \t\r]*\n(?=[^\s)\]}])/g;
  while (declaration.exec(content)) push(declaration.lastIndex);
  push(content.length);
  return blocks;
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
    const average = Math.round(content.length / lines);
    throw new DocumentError(
      "minified",
      `a line of ${longest} characters, ${average} on average (limits ${longestLine} and ${longestAverageLine})`,
    );
  }
}
