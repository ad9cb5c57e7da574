/**
 * Markdown: front matter, headings, paragraphs, code fences, lists, tables, with their places in the file.
 *
 * markdown-it finds the blocks (its inline rules are off: they would cost ten times as much, and only headings need them).
 * A block reaches to the next one's start, so the blocks cover the file and no text is lost whatever the grammar ignores.
 */
import MarkdownIt from "markdown-it";
import { oneLine } from "../content-builder.ts";
import { decodeText } from "../decode.ts";
import type { Block, BlockKind, ParsedDocument } from "../document.ts";
import type { ParserInput } from "./parser.ts";

const blockParser = new MarkdownIt("default", { html: true });
blockParser.core.ruler.enableOnly(["normalize", "block"]);
const inlineParser = new MarkdownIt("default", { html: true });

const kinds: Readonly<Record<string, BlockKind>> = {
  heading_open: "heading",
  fence: "code",
  code_block: "code",
  table_open: "table",
  bullet_list_open: "list",
  ordered_list_open: "list",
};

export function parseMarkdown({ bytes }: ParserInput): ParsedDocument {
  const { content, encoding, warnings } = decodeText(bytes);
  const blocks: Block[] = [];
  const frontMatter = /^(---|\+\+\+)[ \t]*\r?\n[\s\S]*?\r?\n\1[ \t]*(?:\r?\n|$)/.exec(content)?.[0] ?? "";
  let title = frontMatterTitle(frontMatter);
  if (frontMatter) blocks.push({ kind: "metadata", start: 0, end: frontMatter.length, headingPath: [] });

  const lineStarts = startsOfLines(content, frontMatter.length);
  const tokens = blockParser.parse(content.slice(frontMatter.length), {});
  // Titles by level, from 1; a level that was skipped is left empty.
  let headings: string[] = title === undefined ? [] : [title];
  tokens.forEach((token, index) => {
    if (token.level !== 0 || !token.map) return;
    const start = lineStarts[token.map[0]];
    const previous = blocks.at(-1);
    if (previous) blocks[blocks.length - 1] = { ...previous, end: start };
    let kind = kinds[token.type] ?? "prose";
    let heading: { level: number; text: string } | null = null;
    if (kind === "heading") heading = { level: Number(token.tag.slice(1)), text: plainText(tokens[index + 1].content) };
    else if (token.type === "html_block") heading = htmlHeading(token.content);
    if (heading && heading.text !== "") {
      kind = "heading";
      headings = [
        ...headings.slice(0, heading.level - 1),
        ...emptyLevels(heading.level - 1 - headings.length),
        heading.text,
      ];
      title ??= heading.text;
    }
    const first = blocks.length === 0 ? 0 : start;
    blocks.push({ kind, start: first, end: content.length, headingPath: headings.filter((text) => text !== "") });
  });
  if (blocks.length === 0 && content.length > 0) {
    blocks.push({ kind: "prose", start: 0, end: content.length, headingPath: [] });
  }
  return { type: "markdown", title, content, encoding, blocks, warnings };
}

function emptyLevels(count: number): string[] {
  return Array.from({ length: Math.max(0, count) }, () => "");
}

/** Offsets where lines start from `from` on, by the line ends that markdown-it knows. */
function startsOfLines(content: string, from: number): number[] {
  const starts = [from];
  const lineEnd = /\r\n?|\n/g;
  lineEnd.lastIndex = from;
  while (lineEnd.exec(content)) starts.push(lineEnd.lastIndex);
  return starts;
}

/** A heading's words: no emphasis marks, no link targets, an image's alternative text. */
function plainText(markdown: string): string {
  const words = (inlineParser.parseInline(markdown, {})[0]?.children ?? []).map((token) =>
    token.type === "softbreak" || token.type === "hardbreak" ? " " : token.type === "html_inline" ? "" : token.content,
  );
  return oneLine(words.join(""));
}

/** READMEs often open with <h1 align="center">…</h1>. */
function htmlHeading(html: string): { level: number; text: string } | null {
  const match = /<h([1-6])\b[^>]*>([\s\S]*?)<\/h\1>/i.exec(html);
  return match && { level: Number(match[1]), text: oneLine(match[2].replace(/<[^>]*>/g, " ")) };
}

function frontMatterTitle(frontMatter: string): string | undefined {
  const match = /^title\s*[:=]\s*(.+?)\s*$/m.exec(frontMatter);
  return match ? oneLine(match[1].replace(/^(["'])(.*)\1$/, "$2")) || undefined : undefined;
}
