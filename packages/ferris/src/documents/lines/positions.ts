/**
 * From UTF-16 offsets in a document's content to lines of it and bytes of its file.
 */
import { utf8Length } from "#platform/bytes";
import type { ContentEncoding } from "../document.ts";
import { longLine } from "./line-run.ts";

/** Lines end with \n (so \r\n too). Offsets asked for in ascending order are cheap. */
export class Positions {
  readonly #content: string;
  readonly #encoding: ContentEncoding | null;
  readonly #lineStarts: Uint32Array;
  /** Null: not asked yet. */
  #isAscii: boolean | null = null;
  #offset = 0;
  #bytes = 0;
  #lastLine = 1;

  constructor(content: string, encoding: ContentEncoding | null) {
    this.#content = content;
    this.#encoding = encoding;
    let lines = 1;
    for (let at = content.indexOf("\n"); at >= 0; at = content.indexOf("\n", at + 1)) lines++;
    this.#lineStarts = new Uint32Array(lines);
    let line = 1;
    for (let at = content.indexOf("\n"); at >= 0; at = content.indexOf("\n", at + 1)) this.#lineStarts[line++] = at + 1;
  }

  /** The line, from 1, that holds the character at `offset`. */
  lineAt(offset: number): number {
    // Mostly the same as before, or the next.
    for (let line = this.#lastLine; line <= this.#lastLine + 1; line++) {
      if (offset >= this.lineStart(line) && offset < this.lineStart(line + 1)) return (this.#lastLine = line);
    }
    let low = 0;
    let high = this.#lineStarts.length;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (this.#lineStarts[middle]! <= offset) low = middle;
      else high = middle;
    }
    return (this.#lastLine = low + 1);
  }

  /** Where line `line` starts; infinite for one after the last. */
  lineStart(line: number): number {
    return this.#lineStarts[line - 1] ?? Number.POSITIVE_INFINITY;
  }

  /** Whether a line is so long that its number says little. */
  isLong(line: number): boolean {
    return Math.min(this.lineStart(line + 1), this.#content.length) - this.lineStart(line) > longLine;
  }

  /** The column, from 1 in UTF-16 units, of the character at `offset`; null on a line that is not long. */
  columnAt(offset: number): number | null {
    const line = this.lineAt(offset);
    return this.isLong(line) ? offset - this.lineStart(line) + 1 : null;
  }

  /** The byte of the file where the character at `offset` starts; null where the content is not the file's own text, or bytes cannot be told. */
  byteAt(offset: number): number | null {
    if (!this.#encoding || this.#encoding.name === "multi-byte") return null;
    const { name, byteOrderMarkBytes } = this.#encoding;
    if (name === "single-byte") return offset;
    if (name !== "utf-8") return byteOrderMarkBytes + 2 * offset;
    this.#isAscii ??= utf8Length(this.#content) === this.#content.length;
    if (this.#isAscii) return byteOrderMarkBytes + offset;
    if (offset < this.#offset) this.#offset = this.#bytes = 0;
    this.#bytes += utf8Length(this.#content.slice(this.#offset, offset));
    this.#offset = offset;
    return byteOrderMarkBytes + this.#bytes;
  }
}
