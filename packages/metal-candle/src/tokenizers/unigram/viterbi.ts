/**
 * The best segmentation of one word under a Unigram model: the path of pieces with the highest sum of scores (Kudo 2018), as
 * `encode_optimized` of the Rust tokenizers finds it, sums taken in the same order so that ties fall alike.
 *
 * A character that is not a piece counts as unknown, ten below the lowest score. Neighbouring unknowns become one token: the piece that
 * they are together, if they are one; else their bytes, where the model falls back to bytes; else the unknown token.
 */
import type { PieceTrie } from "./piece-trie.ts";
import { textOf } from "./unit-buffer.ts";

const unknownPenalty = 10;

const encoder = new TextEncoder();

export class Viterbi {
  /** Ids of the last word, in reverse: ids[count − 1] … ids[0]. */
  ids = new Int32Array(0);
  readonly #trie: PieceTrie;
  /** By id. */
  readonly #scores: Float64Array;
  readonly #unknownId: number;
  readonly #unknownScore: number;
  /** By byte its token, or −1; null where the model does not fall back to bytes. */
  readonly #byteTokens: Int32Array | null;
  /** By end of a path: its score, where its last piece begins (−1: no path yet), and that piece's id. */
  #best = new Float64Array(0);
  #begins = new Int32Array(0);
  #pieces = new Int32Array(0);

  constructor(trie: PieceTrie, scores: Float64Array, unknownId: number, byteTokens: Int32Array | null = null) {
    this.#byteTokens = byteTokens;
    this.#trie = trie;
    this.#scores = scores;
    this.#unknownId = unknownId;
    this.#unknownScore = scores.reduce((least, score) => Math.min(least, score), Infinity) - unknownPenalty;
    this.#makeRoom(256);
  }

  /** Segments units[start … start + length − 1]; returns how many ids there are. `ends` receives where each one's text ends, as they are in reverse. */
  segment(units: Uint16Array, start: number, length: number, ends?: number[]): number {
    if (length >= this.#best.length) this.#makeRoom(length * 2);
    const trie = this.#trie;
    const scores = this.#scores;
    const best = this.#best;
    const begins = this.#begins;
    const pieces = this.#pieces;
    const unknownId = this.#unknownId;
    const { ids: idOfNode } = trie.arrays;
    begins.fill(-1, 0, length + 1);
    best[0] = 0;
    for (let at = 0; at < length;) {
      const here = best[at]!;
      const unit = units[start + at]!;
      const single = at + ((unit & 0xfc00) === 0xd800 ? 2 : 1);
      let singleIsPiece = false;
      let end = at + 1;
      let node = trie.first(unit);
      while (node >= 0) {
        const id = idOfNode[node]!;
        if (id >= 0) {
          const score = scores[id]! + here;
          if (begins[end]! < 0 || score > best[end]!) {
            best[end] = score;
            begins[end] = at;
            pieces[end] = id;
          }
          if (end === single) singleIsPiece = true;
        }
        if (end === length) break;
        node = trie.next(node, units[start + end]!);
        end++;
      }
      if (!singleIsPiece) {
        const score = this.#unknownScore + here;
        if (begins[single]! < 0 || score > best[single]!) {
          best[single] = score;
          begins[single] = at;
          pieces[single] = unknownId;
        }
      }
      at = single;
    }
    return this.#traceBack(units, start, length, ends);
  }

  #traceBack(units: Uint16Array, start: number, length: number, ends: number[] | undefined): number {
    const { ids } = this;
    const begins = this.#begins;
    const pieces = this.#pieces;
    const unknownId = this.#unknownId;
    let count = 0;
    for (let end = length; end > 0;) {
      let begin = begins[end]!;
      if (pieces[end] !== unknownId) {
        ids[count++] = pieces[end]!;
      } else {
        while (begin > 0 && pieces[begin] === unknownId) begin = begins[begin]!;
        count = this.#writeUnknown(units.subarray(start + begin, start + end), count);
      }
      if (ends !== undefined) while (ends.length < count) ends.push(end);
      end = begin;
    }
    return count;
  }

  /** Writes what stands for a run of unknown characters, last id first. */
  #writeUnknown(run: Uint16Array, already: number): number {
    const { ids } = this;
    const trie = this.#trie;
    const byteTokens = this.#byteTokens;
    const unknownId = this.#unknownId;
    let node = run.length === 0 ? -1 : trie.first(run[0]!);
    for (let i = 1; i < run.length && node >= 0; i++) node = trie.next(node, run[i]!);
    const piece = node < 0 ? -1 : trie.arrays.ids[node]!;
    let count = already;
    if (piece < 0 && byteTokens !== null) {
      const bytes = encoder.encode(textOf(run, 0, run.length));
      if (bytes.every((byte) => byteTokens[byte]! >= 0)) {
        for (let i = bytes.length - 1; i >= 0; i--) ids[count++] = byteTokens[bytes[i]!]!;
        return count;
      }
    }
    ids[count++] = piece < 0 ? unknownId : piece;
    return count;
  }

  #makeRoom(length: number): void {
    this.#best = new Float64Array(length + 1);
    this.#begins = new Int32Array(length + 1);
    this.#pieces = new Int32Array(length + 1);
    // Of at most three bytes a unit.
    this.ids = new Int32Array((this.#byteTokens === null ? 1 : 3) * (length + 1));
  }
}
