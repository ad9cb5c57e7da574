/**
 * A text whose headings are known, as blocks over it: for formats whose file is its own text (reStructuredText, AsciiDoc, Org, LaTeX).
 */
import { oneLine } from "../content-builder.ts";
import type { DecodedText } from "../decode/decode.ts";
import type { Block, BlockKind, ParsedDocument } from "../document.ts";

/** A line of the text; `end` is exclusive and without the line end. */
export interface TextLine {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** A heading, or a stretch that is not prose. Ascending, without overlaps. */
export interface Mark {
  readonly kind: Exclude<BlockKind, "prose">;
  readonly start: number;
  readonly end: number;
  /** Of a heading, from 1. */
  readonly level?: number;
  readonly title?: string;
}

export function linesOf(content: string): TextLine[] {
  const lines: TextLine[] = [];
  for (let start = 0; start < content.length;) {
    const newline = content.indexOf("\n", start);
    const next = newline < 0 ? content.length : newline + 1;
    const text = content.slice(start, next).replace(/\r?\n$/, "");
    lines.push({ start, end: start + text.length, text });
    start = next;
  }
  return lines;
}

/** The document: blocks cover the text, so that none of it is lost. */
export function sectioned(
  type: string,
  { content, encoding, warnings }: DecodedText,
  marks: readonly Mark[],
  named?: string,
): ParsedDocument {
  const blocks: Block[] = [];
  let title = named === undefined ? undefined : oneLine(named) || undefined;
  let headings: string[] = [];
  let done = 0;
  const push = (kind: BlockKind, from: number, end: number) => {
    const last = blocks.at(-1);
    let start = from;
    if (last) {
      // Blank lines go with what stands before them.
      const written = content.slice(from, end);
      const blank = written.length - written.trimStart().length;
      start = blank === written.length ? end : from + written.lastIndexOf("\n", blank - 1) + 1;
      if (start > last.end) blocks[blocks.length - 1] = { ...last, end: start };
    }
    if (end > start) blocks.push({ kind, start, end, headingPath: headings.filter((text) => text !== "") });
  };
  for (const mark of marks) {
    push("prose", done, mark.start);
    const heading = oneLine(mark.title ?? "");
    if (mark.kind === "heading" && heading !== "") {
      const level = mark.level ?? 1;
      headings = headings.slice(0, level - 1);
      while (headings.length < level - 1) headings.push("");
      headings.push(heading);
      title ??= heading;
    }
    push(mark.kind, mark.start, mark.end);
    done = mark.end;
  }
  push("prose", done, content.length);
  return { type, title, content, encoding, blocks, warnings };
}
