/**
 * Cells of files of separated values, with their places. Quotes as in RFC 4180; a quote that is never closed ends with the file.
 */
import { SourcedText } from "../../lines/sourced-text.ts";
import type { Cell } from "../../table/grid.ts";

export interface CsvRow {
  /** Without white space at their ends. */
  readonly cells: Cell[];
  /** Where the row stands; `end` is exclusive and without its line end. */
  readonly start: number;
  readonly end: number;
}

const lineFeed = 10;
const carriageReturn = 13;

export interface RowsOptions {
  /** Where the rows begin. */
  readonly start?: number;
  /** Whether each cell is to know where it stands; else it is a plain string, which costs a fraction. */
  readonly isSourced?: boolean;
  /** Whether a backslash before a quote makes it a letter of the cell, as MySQL and Python write it. */
  readonly hasBackslashes?: boolean;
}

/** The rows of `content`, one by one. */
export function* readRows(
  content: string,
  separator: string,
  { start: first = 0, isSourced = false, hasBackslashes = false }: RowsOptions = {},
): Generator<CsvRow, undefined> {
  const separatorCode = separator.charCodeAt(0);
  let at = first;
  while (at < content.length) {
    const start = at;
    const cells: Cell[] = [];
    for (;;) {
      const cell = new CellPieces(isSourced);
      if (content[at] === '"') {
        let from = at + 1;
        let look = from;
        let quote = content.indexOf('"', look);
        for (; quote >= 0; quote = content.indexOf('"', look)) {
          if (hasBackslashes && isEscaped(content, quote, from)) {
            cell.append(content.slice(from, quote - 1), from);
            from = quote;
            look = quote + 1;
          } else if (content[quote + 1] === '"') {
            cell.append(content.slice(from, quote + 1), from);
            from = look = quote + 2;
          } else break;
        }
        at = quote < 0 ? content.length : quote + 1;
        cell.append(content.slice(from, quote < 0 ? content.length : quote), from);
      }
      let end = at;
      for (; end < content.length; end++) {
        const code = content.charCodeAt(end);
        if (code === separatorCode || code === lineFeed || code === carriageReturn) break;
      }
      cell.append(content.slice(at, end), at);
      cells.push(cell.whole);
      at = end;
      if (content.charCodeAt(at) !== separatorCode) break;
      at++;
    }
    yield { cells, start, end: at };
    at += content[at] === "\r" && content[at + 1] === "\n" ? 2 : 1;
  }
}

/** Whether the quote has a backslash of its own before it; `from`: where to stop looking. */
function isEscaped(content: string, quote: number, from: number): boolean {
  let backslashes = 0;
  while (quote - backslashes > from && content[quote - backslashes - 1] === "\\") backslashes++;
  return backslashes % 2 === 1;
}

/** A cell from its pieces: what stood between doubled quotes. */
class CellPieces {
  readonly #sourced: SourcedText | null;
  #text = "";

  constructor(isSourced: boolean) {
    this.#sourced = isSourced ? new SourcedText() : null;
  }

  append(text: string, origin: number): void {
    if (this.#sourced) this.#sourced.append(text, origin);
    else this.#text = this.#text === "" ? text : this.#text + text;
  }

  get whole(): Cell {
    return this.#sourced ? this.#sourced.trim() : this.#text.trim();
  }
}
