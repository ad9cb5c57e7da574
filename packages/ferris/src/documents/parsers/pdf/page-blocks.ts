/**
 * A page's lines as blocks: headings by size, paragraphs by place, tables by columns, programs and contents line by line.
 */
import { joined } from "./hyphens.ts";
import type { Line } from "./lines.ts";
import { partsOf, type Table } from "./tables.ts";

export type PageBlock =
  | { readonly kind: "heading"; readonly level: number; readonly text: string }
  | { readonly kind: "prose" | "code" | "list"; readonly text: string }
  | { readonly kind: "table"; readonly table: Table };

/** The level of a line by its height: 1 for the largest of up to three sizes above the body text's; null for body text. */
export type HeadingLevels = (height: number) => number | null;

/** Baselines further apart than this many line heights end a paragraph … */
const paragraphGap = 1.8;
/** … and a stretch of a program's lines. */
const codeGap = 3.2;
/** Larger than the body text by this factor: a heading. */
const headingFactor = 1.12;
const longestHeading = 150;
/** Between entries of a table of contents there are at most this many lines without dots. */
const undottedLines = 3;
/** A program has marks like these on more than a few of its lines. */
const programMarks = /[;{}=<>|\\$#]|\(\)|\w\(|^\s*(?:%|--|\/\/|\*)/;
const fewestMarked = 0.2;

export function blocksOf(lines: readonly Line[], levels: HeadingLevels, isAll: boolean): PageBlock[] {
  const blocks: PageBlock[] = [];
  let rest: Line[] = [];
  const flush = () => {
    if (rest.length > 0) blocks.push(...textBlocks(rest, levels));
    rest = [];
  };
  for (let from = 0; from < lines.length;) {
    const contents = contentsEnd(lines, from, levels);
    const code = contents > from ? from : codeEnd(lines, from, levels);
    if (contents > from) {
      flush();
      blocks.push({ kind: "list", text: contentsText(lines.slice(from, contents)) });
    } else if (code > from && isProgram(lines.slice(from, code), isAll)) {
      flush();
      blocks.push({ kind: "code", text: codeText(lines.slice(from, code)) });
    } else rest.push(...lines.slice(from, Math.max(code, from + 1)));
    from = Math.max(contents, code, from + 1);
  }
  flush();
  return blocks;
}

function textBlocks(lines: readonly Line[], levels: HeadingLevels): PageBlock[] {
  return partsOf(lines).flatMap((part): PageBlock[] => {
    if ("table" in part) return [{ kind: "table", table: part.table }];
    return paragraphsOf(part.lines).map((paragraph): PageBlock => {
      const [first] = paragraph as [Line];
      const level = first.isHead ? null : levels(first.height);
      const text = joined(paragraph);
      return level !== null && text.length <= longestHeading && /\p{L}/u.test(text)
        ? { kind: "heading", level, text }
        : { kind: "prose", text };
    });
  });
}

function paragraphsOf(lines: readonly Line[]): Line[][] {
  const paragraphs: Line[][] = [];
  for (const line of lines) {
    const previous = paragraphs.at(-1)?.at(-1);
    if (previous && continues(previous, line)) paragraphs.at(-1)!.push(line);
    else paragraphs.push([line]);
  }
  return paragraphs;
}

function continues(previous: Line, line: Line): boolean {
  if (Math.abs(previous.height - line.height) > 0.15 * line.height || previous.isHead || line.isHead) return false;
  // A line of bold type above a text is its heading, even in the text's size.
  if (previous.font !== line.font && previous.font !== null && line.font !== null) return false;
  const drop = previous.y - line.y;
  // In the next column a sentence goes on where it had not ended.
  if (drop < -2 * line.height) return /[\p{L},\-\u00ad\u2010]$/u.test(previous.text) && /^\p{Ll}/u.test(line.text);
  return drop >= 0 && drop <= paragraphGap * Math.max(previous.height, line.height);
}

/** The end of the table of contents that begins at `from`; `from` where none does. */
function contentsEnd(lines: readonly Line[], from: number, levels: HeadingLevels): number {
  if (!lines[from]!.hasLeader) return from;
  let to = from + 1;
  for (let at = to; at < lines.length && at - to < undottedLines; at++) {
    const line = lines[at]!;
    if (line.hasLeader) to = at + 1;
    else if (levels(line.height) !== null) break;
  }
  return to;
}

/** One entry per line; one that is longer than its line is put together. */
function contentsText(lines: readonly Line[]): string {
  const entries: string[] = [];
  let open: Line[] = [];
  for (const line of lines) {
    open.push(line);
    if (line.hasLeader || /(?:^|\s)(?:\d+|[ivxlc]+)$/i.test(line.text)) {
      entries.push(joined(open));
      open = [];
    }
  }
  if (open.length > 0) entries.push(joined(open));
  return entries.join("\n");
}

function codeEnd(lines: readonly Line[], from: number, levels: HeadingLevels): number {
  let to = from;
  for (; to < lines.length; to++) {
    const line = lines[to]!;
    if (!line.code || levels(line.height) !== null) break;
    if (to === from) {
      if (line.code.sign === "none") break;
      continue;
    }
    const drop = (lines[to - 1]!.y - line.y) / line.height;
    // A line of a bracket alone tells nothing; neither does its font, where lines have several.
    const isLike = line.font === lines[from]!.font || (lines[from]!.font === null && drop < paragraphGap);
    if (line.code.sign === "none" && !(isLike && lines[from]!.code!.sign === "cells")) break;
    if (drop <= 0 || drop > codeGap) break;
  }
  return to;
}

/** One line of letters set apart is not a program, and neither is a row of a table, nor a letter from a typewriter. */
function isProgram(lines: readonly Line[], isAll: boolean): boolean {
  if (lines.length === 1 && (lines[0]!.code!.sign !== "width" || lines[0]!.fragments.length > 1)) return false;
  return !isAll || lines.filter(({ text }) => programMarks.test(text)).length >= fewestMarked * lines.length;
}

function codeText(lines: readonly Line[]): string {
  const margin = Math.min(...lines.map(({ fragments }) => fragments[0]!.left));
  return lines
    .map(({ code, fragments, y, height }, i) => {
      const indent = Math.min(60, Math.max(0, Math.round((fragments[0]!.left - margin) / code!.cell)));
      const isApart = i > 0 && lines[i - 1]!.y - y > paragraphGap * height;
      return `${isApart ? "\n" : ""}${" ".repeat(indent)}${code!.text}`;
    })
    .join("\n");
}

export function headingLevels(pages: readonly (readonly Line[])[]): HeadingLevels {
  const size = (height: number) => Math.round(height * 2) / 2;
  const lines = pages.flat();
  // Programs are set smaller than the text around them, and may be longer than it.
  const prose = lines.filter(({ code }) => code?.sign !== "width");
  const characters = new Map<number, number>();
  for (const { text, height } of prose.length > 1 ? prose : lines) {
    characters.set(size(height), (characters.get(size(height)) ?? 0) + text.length);
  }
  const body = [...characters].toSorted((a, b) => b[1] - a[1])[0]?.[0] ?? 0;
  const larger = [...characters.keys()].filter((height) => height > body * headingFactor).toSorted((a, b) => b - a);
  return (height) => {
    const rank = larger.indexOf(size(height));
    return rank < 0 ? null : Math.min(rank, 2) + 1;
  };
}

/** Whether most of a document is in letters of one width, as from a typewriter: those then do not tell programs from text. */
export function isTypewritten(pages: readonly (readonly Line[])[]): boolean {
  let [all, code] = [0, 0];
  for (const line of pages.flat()) {
    all += line.text.length;
    if (line.code?.sign === "width") code += line.text.length;
  }
  return code > 0.6 * all;
}

/** So near to a page's end and start a word may be cut: notes may follow, or a picture's words come first. */
const nearEdge = 3;

/** A word that a page's end cuts is put together on the page where it begins. */
export function joinOverPages(pages: readonly PageBlock[][]): void {
  for (let page = 0; page + 1 < pages.length; page++) {
    const [here, next] = [pages[page]!, pages[page + 1]!];
    for (let from = here.length - 1; from >= Math.max(0, here.length - nearEdge); from--) {
      const block = here[from]!;
      if (block.kind !== "prose" || !/\p{L}[-\u00ad\u2010]$/u.test(block.text)) continue;
      const to = next.findIndex((other, at) => at < nearEdge && other.kind === "prose" && /^\p{Ll}/u.test(other.text));
      if (to < 0) break;
      const other = next[to] as { kind: "prose"; text: string };
      const [word] = /^\S+/.exec(other.text)!;
      here[from] = { kind: "prose", text: joined([block, { text: word }]) };
      next[to] = { kind: "prose", text: other.text.slice(word.length).trimStart() };
      break;
    }
  }
}
