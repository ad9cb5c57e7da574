/**
 * Bytes decoded from pieces of a file, which remember where each piece stood: what SourcedText is for text. A file that is attached in Base64
 * keeps its lines by them.
 */

export interface SourcedPiece {
  readonly bytes: Uint8Array;
  /** Where in the file the piece starts. */
  readonly origin: number;
  /** Whether the bytes stand there as they are; else all of them stand at the origin. */
  readonly isVerbatim?: boolean | undefined;
}

export class SourcedBytes {
  readonly bytes: Buffer;
  readonly pieces: readonly SourcedPiece[];
  /** Of each piece, in `bytes`. */
  readonly #starts: Float64Array;

  constructor(pieces: readonly SourcedPiece[]) {
    this.pieces = pieces;
    this.#starts = new Float64Array(pieces.length);
    let at = 0;
    pieces.forEach(({ bytes }, index) => {
      this.#starts[index] = at;
      at += bytes.length;
    });
    const [only] = pieces;
    this.bytes =
      pieces.length === 1
        ? Buffer.from(only!.bytes.buffer, only!.bytes.byteOffset, only!.bytes.byteLength)
        : Buffer.concat(pieces.map(({ bytes }) => bytes));
  }

  /** Where in the file the byte at `offset` stands. */
  originAt(offset: number): number {
    const index = this.#pieceAt(offset);
    const piece = this.pieces[index];
    if (piece === undefined) return 0;
    return piece.origin + (piece.isVerbatim === true ? offset - this.#starts[index]! : 0);
  }

  /** `views` of `decoded`, whose bytes are the same as these, one after another; null where they are views of something else. */
  within(decoded: Uint8Array, views: readonly Uint8Array[]): SourcedBytes | null {
    const pieces: SourcedPiece[] = [];
    for (const view of views) {
      const start = view.byteOffset - decoded.byteOffset;
      const end = start + view.length;
      if (view.buffer !== decoded.buffer || start < 0 || end > this.bytes.length) return null;
      for (let at = start; at < end;) {
        const index = this.#pieceAt(at);
        const next = Math.min(end, this.#starts[index + 1] ?? end);
        const isVerbatim = this.pieces[index]!.isVerbatim;
        pieces.push({ bytes: this.bytes.subarray(at, next), origin: this.originAt(at), isVerbatim });
        at = next;
      }
    }
    return new SourcedBytes(pieces);
  }

  /** The last piece that starts at or before `offset`; empty pieces start where the next does. */
  #pieceAt(offset: number): number {
    let low = 0;
    let high = this.#starts.length;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (this.#starts[middle]! <= offset) low = middle;
      else high = middle;
    }
    return low;
  }
}
