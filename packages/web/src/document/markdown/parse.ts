/** Markdown to markdown-it's tokens. HTML in it stays text: none is ever made of a document. */
import MarkdownIt, { type Token } from "markdown-it";
import footnotes from "markdown-it-footnote";
import { taskLists } from "./tasks.ts";

export type { Token };

const parser = new MarkdownIt({ html: false, linkify: false, typographer: false }).use(footnotes).use(taskLists);

export interface ParsedMarkdown {
  readonly tokens: readonly Token[];
  /** What stands above the text between two lines of dashes, as it is; null where there is nothing. */
  readonly frontMatter: string | null;
}

/** Lines of the tokens are the file's. */
export function parseMarkdown(text: string): ParsedMarkdown {
  const front = /^\ufeff?---[ \t]*\r?\n([\s\S]*?)\r?\n(?:---|\.\.\.)[ \t]*(?:\r?\n|$)/.exec(text);
  if (front === null) return { tokens: parser.parse(text, {}), frontMatter: null };
  // In its place as many empty lines, so that the others keep their numbers.
  const lines = front[0].split("\n").length - 1;
  return { tokens: parser.parse("\n".repeat(lines) + text.slice(front[0].length), {}), frontMatter: front[1]! };
}
