/**
 * What the interactive search shows: the line that is typed, how it stands, and a window of results with the one that Enter opens.
 *
 * Pure: from a state to lines, none wider than the terminal. What documents say is made harmless.
 */
import { lineRange, shownPath } from "../present/results.ts";
import type { Session } from "../session.ts";
import { cutToWidth, graphemes, plural, printable } from "../terminal/text.ts";
import type { Found, LiveState } from "./live-search.ts";
import { columnsOf } from "../terminal/width.ts";

export interface View {
  readonly input: string;
  /** In UTF-16 units. */
  readonly cursor: number;
  readonly chosen: number;
  readonly columns: number;
  readonly rows: number;
  /** Whether each result says which index it is of. */
  readonly named: boolean;
}

type Colours = Session["colours"];

/** Lines of a result. */
const linesPerResult = 2;

export function frameLines(state: LiveState, view: View, colours: Colours): string[] {
  const { rows, chosen } = view;
  const shown = Math.max(1, Math.floor((rows - 3) / linesPerResult));
  const first = Math.max(0, Math.min(chosen - shown + 1, state.found.length - shown));
  const from = chosen < first ? chosen : first;
  return [
    inputLine(view, colours),
    colours.faint(cutToWidth(statusText(state), view.columns - 1)),
    ...state.found
      .slice(from, from + shown)
      .flatMap((found, i) => resultLines(found, { isChosen: from + i === chosen, view, colours })),
  ];
}

/** The line of the file that a result is opened at: that of its first matching word. */
export function lineToOpen({ result }: Found): number {
  const { snippet, startLine } = result;
  return snippet.lineNumbers[previewOf(result).line] ?? startLine;
}

function inputLine({ input, cursor, columns }: View, colours: Colours): string {
  const prompt = "ferris › ";
  const room = Math.max(10, columns - prompt.length - 2);
  // What is left of the cursor stays in sight, however long the line is.
  let before = printable(input.slice(0, cursor));
  while (columnsOf(before) > room) before = before.slice(Math.max(1, Math.floor(before.length / 10)));
  const [next] = graphemes.segment(input.slice(cursor));
  const at = printable(next?.segment ?? " ");
  const after = cutToWidth(printable(input.slice(cursor + at.length)), Math.max(0, room - columnsOf(before)));
  const mark = colours.enabled ? `\u001b[7m${at}\u001b[27m` : at;
  return `${colours.strong(prompt)}${before}${mark}${after}`;
}

function statusText({ query, found, mode, isSearching, note }: LiveState): string {
  const keys = "↑↓ choose  Enter opens  Tab other mode  Esc leaves";
  if (note !== null) return `${printable(note)}  ${keys}`;
  if (query.trim() === "") return `type what you are looking for  ${keys}`;
  const how = { hybrid: "by meaning and words", vector: "by meaning", text: "by words" }[mode];
  return `${plural(found.length, "result")} ${how}${isSearching ? " …" : ""}  ${keys}`;
}

function resultLines(
  { from, result }: Found,
  { isChosen, view, colours }: { isChosen: boolean; view: View; colours: Colours },
): string[] {
  const { columns } = view;
  const mark = isChosen ? "❯ " : "  ";
  const lines =
    result.lineBasis === "file" ? `:${lineRange(result)}` : result.page === null ? "" : ` page ${result.page}`;
  const place = printable(shownPath(result.path, process.cwd())) + lines;
  let room = columns - 3;
  const take = (text: string, least: number): string => {
    if (text === "" || room - columnsOf(text) - 2 < least) return "";
    room -= columnsOf(text) + 2;
    return text;
  };
  // On a narrow terminal the place is what counts.
  const score = take(result.cosine === null ? "" : result.cosine.toFixed(2), 30);
  const owner = take(view.named ? `[${printable(from.name)}]` : "", 20);
  const path = cutToWidth(place, room);
  const headings = cutToWidth(result.headingPath.map(printable).join(" › "), room - columnsOf(path) - 2);
  const title = [
    isChosen ? colours.strong(colours.path(path)) : colours.path(path),
    colours.faint(owner),
    headings,
    colours.faint(score),
  ];
  const preview = styledPreview(result, Math.max(10, columns - 6), colours);
  return [mark + title.filter((part) => part !== "").join("  "), `    ${preview}`];
}

/** The line of the snippet with its first matching word, else the first that is not blank. */
function previewOf({ snippet: { text, highlights } }: Found["result"]): { line: number; start: number; end: number } {
  const [match] = highlights;
  const at = match?.start ?? Math.max(0, text.search(/\S/));
  const start = text.lastIndexOf("\n", at - 1) + 1;
  const next = text.indexOf("\n", at);
  return { line: text.slice(0, start).split("\n").length - 1, start, end: next < 0 ? text.length : next };
}

function styledPreview(result: Found["result"], width: number, colours: Colours): string {
  const { text, highlights } = result.snippet;
  const { start, end } = previewOf(result);
  const line = text.slice(start, end);
  const indent = line.length - line.trimStart().length;
  // A match far along the line is shown with a little of what is before it.
  const first = (highlights[0]?.start ?? start) - start;
  const skip = first > width * 0.8 ? Math.max(indent, first - Math.floor(width / 4)) : indent;
  let styled = skip > indent ? "…" : "";
  let left = width - styled.length;
  let at = start + skip;
  const put = (to: number, style: (part: string) => string): void => {
    if (to <= at || left <= 0) return;
    const part = cutToWidth(printable(text.slice(at, to)), left);
    styled += style(part);
    left -= columnsOf(part);
    at = to;
  };
  for (const range of highlights) {
    if (range.start < at || range.end > end) continue;
    put(range.start, (part) => part);
    put(range.end, (part) => colours.match(part));
  }
  put(end, (part) => part);
  return styled;
}
