/**
 * A text whose headings are known, as blocks over it: for formats whose file is its own text (reStructuredText, AsciiDoc, Org, LaTeX).
 */
import { ContentBuilder, oneLine } from "../content-builder.ts";
import type { DecodedText } from "../decode/decode.ts";
import type { Block, BlockKind, ParsedDocument } from "../document.ts";
import { SourcedText } from "../lines/sourced-text.ts";
import { addTable } from "../table/add-table.ts";
import type { TableGrid } from "../table/grid.ts";

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
  /** Of a table that is drawn with characters: it is read row by row. */
  readonly table?: { readonly grid: TableGrid; readonly hasHeader: boolean };
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

/** The document: blocks cover the text, so that none of it is lost. Where a table is drawn, they are taken out of it. */
export function sectioned(type: string, text: DecodedText, marks: readonly Mark[], named?: string): ParsedDocument {
  const covered = covering(type, text, marks, named);
  return marks.some(({ table }) => table) ? takenOut(text, covered, marks) : covered;
}

function takenOut(text: DecodedText, covered: ParsedDocument, marks: readonly Mark[]): ParsedDocument {
  const builder = new ContentBuilder(text);
  const headings = new Map(marks.flatMap((mark) => (mark.kind === "heading" ? [[mark.start, mark] as const] : [])));
  const tables = new Map(marks.flatMap(({ table, start }) => (table ? [[start, table] as const] : [])));
  for (const { kind, start, end } of covered.blocks) {
    const { level = 1, title = "" } = headings.get(start) ?? {};
    if (title !== "") builder.section(level, title);
    const table = tables.get(start);
    if (table) addTable(builder, table.grid, { hasHeader: table.hasHeader });
    else builder.add(kind, SourcedText.of(text.content.slice(start, end), start));
  }
  return builder.finish(covered.type, { title: covered.title, warnings: text.warnings });
}

function covering(
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
