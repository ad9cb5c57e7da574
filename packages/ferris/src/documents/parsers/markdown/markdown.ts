/**
 * Markdown: front matter, headings, paragraphs, code fences, lists, tables, with their places in the file.
 *
 * markdown-it finds the blocks (its inline rules are off: they would cost ten times as much, and only headings need them).
 * A block reaches to the next one's start, so the blocks cover the file and no text is lost whatever the grammar ignores.
 */
import MarkdownIt from "markdown-it";
import { oneLine } from "../../content-builder.ts";
import { decodeText } from "../../decode/decode.ts";
import type { Block, BlockKind, ParsedDocument } from "../../document.ts";
import { frontMatterOf } from "./front-matter.ts";
import { joplinNote } from "./joplin.ts";
import { fencedByPairs } from "./pairs.ts";
import type { ParserInput } from "../parser.ts";

const blockParser = new MarkdownIt("default", { html: true });
blockParser.core.ruler.enableOnly(["normalize", "block"]);
blockParser.use(fencedByPairs);
const inlineParser = new MarkdownIt("default", { html: true });

const kinds: Readonly<Record<string, BlockKind>> = {
  heading_open: "heading",
  fence: "code",
  code_block: "code",
  table_open: "table",
  bullet_list_open: "list",
  ordered_list_open: "list",
};

/** Most headings: nothing in them means anything to Markdown. */
const withoutMarks = /^[\p{L}\p{N} ,.;:?%'()+-]*$/u;

/** Of a heading's tag, and of the words in it. */
const longestTag = 2_000;
const longestHeading = 10_000;

/** A block of Markdown text; a heading's level and words beside it. */
export interface MarkdownBlock {
  readonly kind: BlockKind;
  /** UTF-16 offsets; `end` is exclusive. */
  readonly start: number;
  readonly end: number;
  readonly heading: { readonly level: number; readonly text: string } | null;
  /** Of a code fence: what stands between its marks. */
  readonly code: string | null;
}

export function parseMarkdown({ bytes }: Pick<ParserInput, "path" | "bytes">): ParsedDocument {
  const { content, encoding, warnings } = decodeText(bytes);
  const note = joplinNote(content);
  const frontMatter = note
    ? { title: note.title || undefined, end: note.bodyStart, fields: {} }
    : frontMatterOf(content);
  let { title } = frontMatter;
  const blocks: Block[] = [];
  if (note && title !== undefined)
    blocks.push({ kind: "heading", start: 0, end: note.bodyStart, headingPath: [title] });
  else if (frontMatter.end > 0) blocks.push({ kind: "metadata", start: 0, end: frontMatter.end, headingPath: [] });
  // Titles by level, from 1; a level that was skipped is left empty.
  let headings: string[] = title === undefined ? [] : [title];
  let headingPath: readonly string[] = headings;
  const body = note ? content.slice(0, note.bodyEnd) : content;
  for (const { kind, start, end, heading } of markdownBlocks(body, frontMatter.end)) {
    if (heading) {
      headings = headings.slice(0, heading.level - 1);
      while (headings.length < heading.level - 1) headings.push("");
      headings.push(heading.text);
      headingPath = headings.filter((text) => text !== "");
      title ??= heading.text;
    }
    for (const part of withoutPacked(content, start, end)) blocks.push({ kind, ...part, headingPath });
  }
  for (const field of note?.fields ?? []) blocks.push({ kind: "metadata", ...field, headingPath });
  return { type: "markdown", title, fields: frontMatter.fields, content, encoding, blocks, warnings };
}

/** Obsidian's drawings have their words in the note, and the drawing itself, packed, in a fence of its own. */
const packedDrawing = /^```compressed-json[ \t]*\r?\n[A-Za-z\d+/=\s]*```[ \t]*$/gm;

/** A block, or what stands in it around what is packed. */
function withoutPacked(content: string, start: number, end: number): { start: number; end: number }[] {
  const block = content.slice(start, end);
  if (!block.includes("```compressed-json")) return [{ start, end }];
  const parts: { start: number; end: number }[] = [];
  let from = start;
  for (const { 0: packed, index } of block.matchAll(packedDrawing)) {
    parts.push({ start: from, end: start + index });
    from = start + index + packed.length;
  }
  parts.push({ start: from, end });
  return parts.filter((part) => content.slice(part.start, part.end).replace(/%%/g, "").trim() !== "");
}

/** The blocks of `content` from `from` on; they cover it. */
export function markdownBlocks(content: string, from = 0): MarkdownBlock[] {
  const lineStarts = startsOfLines(content, from);
  const tokens = blockParser.parse(content.slice(from), {});
  // The end is known when the next one starts.
  const found: (Omit<MarkdownBlock, "end"> & { end: number })[] = [];
  tokens.forEach((token, index) => {
    if (token.level !== 0 || !token.map) return;
    let kind = kinds[token.type] ?? "prose";
    let heading: MarkdownBlock["heading"] = null;
    if (kind === "heading")
      heading = { level: Number(token.tag.slice(1)), text: plainText(tokens[index + 1]!.content) };
    else if (token.type === "html_block") heading = htmlHeading(token.content);
    if (heading?.text === "") heading = null;
    if (heading) kind = "heading";
    const start = found.length === 0 ? from : lineStarts[token.map[0]]!;
    if (found.length > 0) found[found.length - 1]!.end = start;
    found.push({ kind, start, end: content.length, heading, code: kind === "code" ? token.content : null });
  });
  if (found.length === 0 && content.length > from)
    found.push({ kind: "prose", start: from, end: content.length, heading: null, code: null });
  return found;
}

/** Offsets where lines start from `from` on, by the line ends that markdown-it knows. */
function startsOfLines(content: string, from: number): number[] {
  const starts = [from];
  const lineEnd = /\r\n?|\n/g;
  lineEnd.lastIndex = from;
  while (lineEnd.exec(content)) starts.push(lineEnd.lastIndex);
  return starts;
}

/**
 * A heading's words: no emphasis marks, no link targets, an image's alternative text; of `[[Page#Part|words]]` the words, and without
 * what tools hang on to it (`{#anchor}`, `^block`).
 */
function plainText(markdown: string): string {
  if (markdown.length <= longestHeading && withoutMarks.test(markdown)) return oneLine(markdown);
  const written = markdown
    .slice(0, longestHeading)
    .replace(/\s*\{[#.:][^{}]*\}\s*$/, "")
    .replace(/\s\^[\w-]+\s*$/, "")
    .replace(/!?\[\[([^[\]|]+)(?:\|([^[\]]*))?\]\]/g, (_, page: string, words?: string) => words ?? page);
  const words = (inlineParser.parseInline(written, {})[0]?.children ?? []).map((token) =>
    token.type === "softbreak" || token.type === "hardbreak"
      ? " "
      : token.type === "html_inline"
        ? breakOf(token.content)
        : token.content,
  );
  return oneLine(words.join("").replaceAll("\u00ad", ""));
}

function breakOf(tag: string): string {
  return /^<br\b/i.test(tag) ? " " : "";
}

/** READMEs often open with <h1 align="center">…</h1>. Looks at the first heading only, and not far: what is unclosed is not a heading. */
function htmlHeading(html: string): MarkdownBlock["heading"] {
  const opening = /<h([1-6])(?=[\s>])/i.exec(html);
  if (!opening) return null;
  const tagEnd = html.slice(opening.index, opening.index + longestTag).indexOf(">");
  if (tagEnd < 0) return null;
  const inside = html.slice(opening.index + tagEnd + 1, opening.index + tagEnd + 1 + longestHeading);
  const close = inside.toLowerCase().indexOf(`</h${opening[1]}>`);
  if (close < 0) return null;
  return { level: Number(opening[1]), text: oneLine(inside.slice(0, close).replace(/<[^<>]*>/g, " ")) };
}
