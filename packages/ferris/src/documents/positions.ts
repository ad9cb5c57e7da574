/**
 * From UTF-16 offsets in a document's content to lines of it and bytes of its file.
 */
import type { ContentEncoding } from "./document.ts";

/** Lines end with \n (so \r\n too). Offsets asked for in ascending order are cheap. */
export class Positions {
  readonly #content: string;
  readonly #encoding: ContentEncoding | null;
  readonly #lineStarts: Uint32Array;
  #offset = 0;
  #bytes = 0;

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
    let low = 0;
    let high = this.#lineStarts.length;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (this.#lineStarts[middle] <= offset) low = middle;
      else high = middle;
    }
    return low + 1;
  }

  /** The byte of the file where the character at `offset` starts; null where the content is not the file's own text, or bytes cannot be told. */
  byteAt(offset: number): number | null {
    if (!this.#encoding || this.#encoding.name === "multi-byte") return null;
    const { name, byteOrderMarkBytes } = this.#encoding;
    if (name === "single-byte") return offset;
    if (name !== "utf-8") return byteOrderMarkBytes + 2 * offset;
    if (offset < this.#offset) this.#offset = this.#bytes = 0;
    this.#bytes += Buffer.byteLength(this.#content.slice(this.#offset, offset), "utf8");
    this.#offset = offset;
    return byteOrderMarkBytes + this.#bytes;
  }
}
