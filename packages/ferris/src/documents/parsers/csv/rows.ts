/**
 * Cells of files of separated values, with their places. Quotes as in RFC 4180; one that nothing closes is none.
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
const space = 32;
const quoteCode = 34;
/** Of a quoted cell behind spaces. */
const longestApart = 10_000;

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
      const opening = quoteAt(content, at, separatorCode);
      if (opening >= 0) {
        let from = opening + 1;
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
        if (quote >= 0 && !isWithin(content, opening, quote, separatorCode)) {
          cell.append(content.slice(from, quote), from);
          at = quote + 1;
        } else {
          // Nothing closes it: it quotes nothing, and the rows that follow are rows.
          cell.clear();
          at = opening + 1;
        }
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

/** Where a cell's quote stands, which some programs set apart from the separator by spaces; -1 where it has none. */
function quoteAt(content: string, start: number, separatorCode: number): number {
  const code = content.charCodeAt(start);
  if (code === quoteCode) return start;
  if (code !== space) return -1;
  let opening = start + 1;
  while (content.charCodeAt(opening) === space) opening++;
  if (content.charCodeAt(opening) !== quoteCode) return -1;
  // A quote in words, unless what it begins ends with the cell.
  const quoted = /^"(?:[^"\n]|"")*"/.exec(content.slice(opening, opening + longestApart));
  if (!quoted) return -1;
  return endsCell(content, opening + quoted[0].length - 1, separatorCode) ? opening : -1;
}

/** Whether a quote closes a cell: nothing but spaces stands before the next one. */
function endsCell(content: string, quote: number, separatorCode: number): boolean {
  let at = quote + 1;
  while (content.charCodeAt(at) === space) at++;
  const code = content.charCodeAt(at);
  return at >= content.length || code === separatorCode || code === lineFeed || code === carriageReturn;
}

/** Whether a quote on a later line than its opening one is just another in some words: then that one was never closed. */
function isWithin(content: string, opening: number, quote: number, separatorCode: number): boolean {
  if (endsCell(content, quote, separatorCode)) return false;
  const lineEnd = content.indexOf("\n", opening);
  return lineEnd >= 0 && lineEnd < quote;
}

/** Whether the quote has a backslash of its own before it; `from`: where to stop looking. */
function isEscaped(content: string, quote: number, from: number): boolean {
  let backslashes = 0;
  while (quote - backslashes > from && content[quote - backslashes - 1] === "\\") backslashes++;
  return backslashes % 2 === 1;
}

/** A cell from its pieces: what stood between doubled quotes. */
class CellPieces {
  #sourced: SourcedText | null;
  #text = "";

  constructor(isSourced: boolean) {
    this.#sourced = isSourced ? new SourcedText() : null;
  }

  append(text: string, origin: number): void {
    if (this.#sourced) this.#sourced.append(text, origin);
    else this.#text = this.#text === "" ? text : this.#text + text;
  }

  clear(): void {
    this.#text = "";
    this.#sourced = this.#sourced && new SourcedText();
  }

  get whole(): Cell {
    return this.#sourced ? this.#sourced.trim() : this.#text.trim();
  }
}
