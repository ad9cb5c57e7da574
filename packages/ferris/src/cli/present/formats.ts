/**
 * Search results in forms for other programs: CSV, Markdown, one line per result, and paths alone. JSON is the command's own.
 */
import { pathToFileURL } from "node:url";
import type { SearchResult } from "../../search/result.ts";
import { caller } from "../caller.ts";
import { printable } from "../terminal/text.ts";
import { lineRange, shownPath } from "./results.ts";

/**
 * RFC 4180, with a header; every field that needs it is quoted.
 *
 * A program gets the text as it is. A terminal would obey the escape sequences in it, so there it is made harmless.
 */
export function csvLines(results: readonly SearchResult[], forTerminal = caller().stdout.isTTY === true): string[] {
  const rows = results.map(({ rank, path, startLine, endLine, page, headingPath, score, cosine, bm25, text }) => [
    rank,
    path,
    startLine,
    endLine,
    page,
    headingPath.join(" › "),
    score,
    cosine,
    bm25,
    text,
  ]);
  const header = ["rank", "path", "start_line", "end_line", "page", "headings", "score", "cosine", "bm25", "text"];
  return [header, ...rows].map((row) => row.map((value) => csvField(value, forTerminal)).join(","));
}

export function csvField(value: string | number | null, forTerminal: boolean): string {
  if (value === null) return "";
  // Line breaks stand inside quotes and harm nobody; a carriage return alone would overwrite the line.
  const text = forTerminal ? String(value).split(/\r?\n/).map(printable).join("\n") : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** A list with links, each with the passage as a quotation. */
export function markdownLines(results: readonly SearchResult[], from = caller().folder): string[] {
  return results.flatMap(({ path, startLine, endLine, headingPath, text }) => {
    const label = `${shownPath(path, from)}:${lineRange({ startLine, endLine })}`.replace(/[[\]\\]/g, String.raw`\$&`);
    const headings = headingPath.length > 0 ? ` — ${printable(headingPath.join(" › "))}` : "";
    const quoted = text.split(/\r?\n/).map((line) => `> ${printable(line.replaceAll("\t", "    "))}`.trimEnd());
    return [`### [${printable(label)}](${pathToFileURL(path).href}#L${startLine})${headings}`, "", ...quoted, ""];
  });
}

/**
 * `path:line:text`, a line for each result, as `rg --vimgrep` and editors have it: the passage's first line with a matching word, or its
 * first that is not blank.
 */
export function vimgrepLines(results: readonly SearchResult[], from = caller().folder): string[] {
  return results.map(({ path, startLine, text, lineNumbers, snippet }) => {
    const matching = snippet.highlights[0];
    const words = matching === undefined ? null : snippet.text.slice(matching.start, matching.end);
    const lines = text.split(/\r?\n/);
    const found = words === null ? -1 : lines.findIndex((line) => line.includes(words));
    const best =
      found >= 0
        ? found
        : Math.max(
            0,
            lines.findIndex((line) => line.trim() !== ""),
          );
    return `${printable(shownPath(path, from))}:${lineNumbers[best] ?? startLine}:${printable(lines[best]!.trim())}`;
  });
}

/** Each file once, in the order of its best passage. */
export function fileLines(results: readonly SearchResult[], from = caller().folder): string[] {
  return [...new Set(results.map(({ path }) => printable(shownPath(path, from))))];
}
