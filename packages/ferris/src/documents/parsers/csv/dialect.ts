/**
 * How a file of separated values is written: its separator, and what stands above its rows (Excel's `sep=` line, comments).
 *
 * Judged by the first lines: the separator under which most of them have equally many cells. Titles, addresses and other lines
 * of their own width above the table do not matter, nor do commas within numbers where another separator agrees better.
 */
import { readRows } from "./rows.ts";

export interface Dialect {
  readonly separator: string;
  /** Lines of comment above the rows, which are not cells. */
  readonly comments: readonly { readonly start: number; readonly end: number }[];
  /** Where the rows begin. */
  readonly start: number;
  /** Whether quotes in cells stand behind backslashes (`\"`), not twice. */
  readonly hasBackslashes: boolean;
}

const separators = [",", ";", "\t", "|"];
const judgedCharacters = 100_000;
const judgedRows = 100;
const mostComments = 1_000;

/** `isTabbed` is what the file's name says. */
export function dialectOf(content: string, isTabbed: boolean): Dialect {
  const head = content.slice(0, judgedCharacters);
  // As RFC 4180 has it, a closing quote is followed by a separator or a line's end.
  const hasBackslashes = /\\"[^,;\t|"\s]/.test(head) && !/[^,;\t|\s"]""[^,;\t|"\s]/.test(head);
  return { ...separatedBy(content, isTabbed, hasBackslashes), hasBackslashes };
}

function separatedBy(content: string, isTabbed: boolean, hasBackslashes: boolean): Omit<Dialect, "hasBackslashes"> {
  // Excel writes and obeys this line; it is not part of the table.
  const said = /^\ufeff?"?sep=(.)"?[ \t,;]*(?:\r\n|\r|\n|$)/i.exec(content.slice(0, 40));
  const { comments, start } = commentsAt(content, said ? said[0].length : 0);
  if (said) return { separator: said[1], comments, start };
  const head = content.slice(start, start + judgedCharacters);
  if (isTabbed && head.includes("\t")) return { separator: "\t", comments, start };
  const separator = separatorOf(head, hasBackslashes);
  // The names may stand in a comment themselves: "#chrom,start,end".
  const last = comments.at(-1);
  if (last && /^#\w/.test(content.slice(last.start, last.start + 2))) {
    const [names, first] = [content.slice(last.start, last.end), head].map(
      (text) => readRows(text, separator).next().value?.cells.length ?? 0,
    );
    if (names > 1 && names === first) return { separator, comments: comments.slice(0, -1), start: last.start + 1 };
  }
  return { separator, comments, start };
}

/** Lines that begin with "#" at the top, and empty ones among them. */
function commentsAt(content: string, from: number): Pick<Dialect, "comments" | "start"> {
  const comments: { start: number; end: number }[] = [];
  let start = from;
  let at = from;
  while (comments.length < mostComments && at < content.length) {
    const newline = content.indexOf("\n", at);
    const end = newline < 0 ? content.length : newline;
    if (content[at] === "#") comments.push({ start: at, end });
    else if (end - at > 1 || (end > at && content[at] !== "\r")) break;
    at = end + 1;
    if (comments.length > 0) start = Math.min(at, content.length);
  }
  // A file of nothing but such lines is a table of its own kind.
  return start >= content.length ? { comments: [], start: from } : { comments, start };
}

/** The separator under which the largest share of the rows has the same number of cells; of equals, the one with more cells. */
function separatorOf(head: string, hasBackslashes: boolean): string {
  let best = { separator: ",", share: 0, width: 0 };
  for (const separator of separators) {
    const widths = new Map<number, number>();
    let rows = 0;
    for (const { cells } of readRows(head, separator, { hasBackslashes })) {
      if (cells.length === 1 && cells[0].length === 0) continue;
      widths.set(cells.length, (widths.get(cells.length) ?? 0) + 1);
      if (++rows === judgedRows) break;
    }
    for (const [width, count] of widths) {
      if (width < 2) continue;
      const share = count / rows;
      if (share > best.share || (share === best.share && width > best.width)) best = { separator, share, width };
    }
  }
  return best.separator;
}
