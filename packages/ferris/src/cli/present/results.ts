/**
 * Search results for people: a card each, with place, headings, score and a snippet whose matching words stand out.
 *
 * Everything from documents goes through `printable`: what a file says must not steer the terminal.
 */
import { relative, sep } from "node:path";
import type { Staleness } from "../../staleness.ts";
import type { PassageLine } from "../../search/lines.ts";
import type { SearchResult } from "../../search/result.ts";
import type { Snippet } from "../../search/snippet.ts";
import type { VectorMethod } from "../../store/store.ts";
import { caller } from "../caller.ts";
import type { Session } from "../session.ts";
import { fileLink, printable, shorten } from "../terminal/text.ts";

type Look = Pick<Session, "colours" | "links" | "columns">;

/** The lines of one result's card; `body` takes the place of its snippet, `index` names the index that it is of. */
export function resultCard(
  result: SearchResult,
  look: Look,
  { body, index }: { readonly body?: readonly string[] | undefined; readonly index?: string | undefined } = {},
): string[] {
  const { colours, links } = look;
  const isFile = result.lineBasis === "file";
  const place = `${printable(shownPath(result.path, caller().folder))}${isFile ? `:${lineRange(result)}` : ""}`;
  const linked = links ? fileLink(colours.path(place), result.path) : colours.path(place);
  const headings = result.headingPath.map(printable).join(" › ");
  const page = result.page === null ? "" : `page ${result.page}`;
  const details = [headings, page, result.isOcr ? "OCR" : "", isFile ? "" : `text lines ${lineRange(result)}`]
    .filter((part) => part !== "")
    .map((part) => colours.strong(part));
  if (result.stale) details.push(colours.warning(staleText(result.stale)));
  const owner = index === undefined ? [] : [colours.faint(`[${printable(index)}]`)];
  const number = `${String(result.rank).padStart(2)}. `;
  const indent = " ".repeat(number.length);
  return [
    [`${number}${linked}`, ...owner, ...details, colours.faint(`${scoreText(result)} #${result.chunkId}`)].join("  "),
    ...(body ?? snippetLines(result.snippet, look).map((line) => indent + line)),
    ...(result.copies.length > 0 ? [indent + colours.faint(copiesText(result.copies))] : []),
  ];
}

const mostCopiesShown = 3;

function copiesText(copies: SearchResult["copies"]): string {
  const shown = copies
    .slice(0, mostCopiesShown)
    .map((copy) => `${printable(shownPath(copy.path, caller().folder))}:${lineRange(copy)}`);
  const more = copies.length - shown.length;
  return `nearly the same in ${shown.join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}

/** What a user should know of a passage that is shown as it was indexed. */
export function staleText(stale: Staleness): string {
  return stale === "gone" ? "(the file is gone)" : "(the file has changed since)";
}

/** How a result came to its place, for --explain. */
export function explanation(result: SearchResult): string {
  const retriever = (name: string, rank: number | null, score: number | null): string =>
    rank === null
      ? `${name}: not among its best${score === null ? "" : ` (${score.toFixed(3)})`}`
      : `${name}: rank ${rank}, ${score!.toFixed(3)}`;
  return [
    ...(result.rerankScore === null
      ? [`fused ${result.score.toFixed(5)}`]
      : [`rerank ${result.rerankScore.toFixed(5)}`]),
    retriever("meaning (cosine)", result.vectorRank, result.cosine),
    retriever("words (BM25)", result.textRank, result.bm25),
    ...(result.textRank === null ? [] : [`has ${Math.round(result.coverage * 100)} % of the words`]),
    `#${result.chunkId}`,
  ].join("; ");
}

/** How vectors were compared, for --explain. */
export const comparisons: Readonly<Record<VectorMethod, string>> = {
  all: "every vector compared",
  codes: "1-bit codes, and the best of them compared exactly",
  gpu: "every vector compared on the GPU, and the best of them exactly",
};

/** Lines of a document with their numbers, the passage's own marked, for --context. */
export function contextLines(
  lines: readonly PassageLine[],
  own: { startLine: number; endLine: number },
  { colours, columns }: Look,
): string[] {
  const width = String(lines.at(-1)?.number ?? 0).length;
  return lines.map(({ number, text }) => {
    const inside = number >= own.startLine && number <= own.endLine;
    const shown = printable(shorten(text.replaceAll("\t", "    "), Math.max(20, columns - width - 8)));
    const label = `${String(number).padStart(width)}${inside ? ":" : "-"}`;
    return `    ${colours.faint(label)} ${inside ? shown : colours.faint(shown)}`.trimEnd();
  });
}

/** `path` as short as it stays unmistakable: relative inside the working folder, else absolute. */
export function shownPath(path: string, from: string): string {
  const inside = relative(from, path);
  return inside === "" || inside.startsWith(`..${sep}`) || inside === ".." || inside.startsWith(sep) ? path : inside;
}

export interface Lines {
  readonly startLine: number;
  readonly endLine: number;
  readonly startColumn?: number | null;
  readonly endColumn?: number | null;
}

/** "12", "12-34", or on one long line "12:4001-4590", its columns. */
export function lineRange({ startLine, endLine, startColumn, endColumn }: Lines): string {
  if (startLine !== endLine) return `${startLine}-${endLine}`;
  return startColumn != null && endColumn != null ? `${startLine}:${startColumn}-${endColumn}` : `${startLine}`;
}

/** The reranker's where there is one, else the cosine, since it means something by itself; else BM25, which only orders. */
function scoreText({ cosine, bm25, rerankScore }: SearchResult): string {
  if (rerankScore !== null) return `rerank ${rerankScore.toFixed(3)}`;
  if (cosine !== null) return cosine.toFixed(3);
  return `bm25 ${bm25!.toFixed(2)}`;
}

const mostLines = 4;

/** The snippet's first lines, without empty ones, each cut at the terminal's width. */
function snippetLines({ text, highlights }: Snippet, { colours, columns }: Look): string[] {
  const width = Math.max(20, columns - 6);
  const lines: string[] = [];
  let lineStart = 0;
  for (const line of text.split("\n")) {
    // A file from Windows has a carriage return there, which is not part of what it says.
    const words = line.replace(/\r$/, "");
    const shown = shorten(words, width);
    // The ellipsis is not a character of the line.
    const kept = shown === words ? words.length : shown.length - 1;
    let styled = "";
    let at = 0;
    for (const { start, end } of highlights) {
      const from = start - lineStart;
      const to = end - lineStart;
      if (from < at || to > kept) continue;
      styled += printable(line.slice(at, from)) + colours.match(printable(line.slice(from, to)));
      at = to;
    }
    styled += printable(shown.slice(at));
    if (line.trim() !== "") lines.push(styled);
    lineStart += line.length + 1;
  }
  return lines.slice(0, mostLines);
}
