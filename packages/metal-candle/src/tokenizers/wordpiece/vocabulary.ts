/**
 * WordPiece itself: a vocabulary, and one word cut into its longest pieces from left to right, each after the first with the
 * continuing prefix. A word that cannot be covered, or is too long, is one unknown token.
 */
import { hashPrime, hashSeed, longestKey, UnitHash } from "../unit-hash.ts";

/** Pieces of one position in a word (first, or continuing), by their units. */
class Pieces {
  /** Units of the longest piece. */
  longest = 0;
  readonly #hash: UnitHash;

  /** The tokens that begin with `prefix`, without it. */
  constructor(tokens: readonly string[], ids: Int32Array, prefix: string) {
    let count = 0;
    let unitsOfAll = 0;
    for (const token of tokens) {
      if (!token.startsWith(prefix)) continue;
      count++;
      unitsOfAll += token.length - prefix.length;
    }
    this.#hash = new UnitHash(2 ** Math.ceil(Math.log2(count / 0.6 + 2)), unitsOfAll);
    const units = new Uint16Array(longestKey);
    for (let i = 0; i < tokens.length; i++) {
      const token = tokens[i]!;
      const length = token.length - prefix.length;
      if (length === 0 || !token.startsWith(prefix)) continue;
      let hash = hashSeed;
      for (let at = 0; at < length; at++) {
        units[at] = token.charCodeAt(prefix.length + at);
        hash = Math.imul(hash ^ units[at]!, hashPrime);
      }
      this.longest = Math.max(this.longest, length);
      this.#hash.add(units, 0, length, hash, ids[i]!);
    }
  }

  /** The id of units[start … start + length − 1], or −1. */
  find(units: Uint16Array, start: number, length: number, hash: number): number {
    return this.#hash.find(units, start, length, hash);
  }
}

export interface WordPieceModel {
  /** Each at most longestKey units long, and their ids. */
  readonly tokens: readonly string[];
  readonly ids: Int32Array;
  readonly unknownId: number;
  readonly continuingPrefix: string;
  /** Longer words, in characters, are unknown. */
  readonly longestWord: number;
}

export class Vocabulary {
  readonly unknownId: number;
  readonly longestWord: number;
  readonly largestId: number;
  readonly #first: Pieces;
  readonly #continuing: Pieces;
  /** Hashes of the prefixes of what is left of a word. */
  readonly #prefixHashes = new Int32Array(longestKey + 1);

  constructor(model: WordPieceModel) {
    const { tokens, ids, continuingPrefix } = model;
    this.unknownId = model.unknownId;
    this.longestWord = model.longestWord;
    this.#first = new Pieces(tokens, ids, "");
    this.#continuing = new Pieces(tokens, ids, continuingPrefix);
    this.largestId = ids.reduce((largest, id) => Math.max(largest, id), 0);
  }

  /**
   * Writes the ids of the word units[0 … length − 1] to `ids` (room for max(length, 1)), and returns how many.
   */
  cut(units: Uint16Array, length: number, ids: Int32Array): number {
    if (length > this.longestWord && countCharacters(units, length) > this.longestWord) return this.#unknown(ids);
    let count = 0;
    for (let start = 0; start < length; count++) {
      const pieces = start === 0 ? this.#first : this.#continuing;
      const most = Math.min(length - start, pieces.longest);
      let hash = hashSeed;
      for (let i = 0; i < most; i++) {
        hash = Math.imul(hash ^ units[start + i]!, hashPrime);
        this.#prefixHashes[i + 1] = hash;
      }
      let taken = most;
      let id = -1;
      for (; taken > 0; taken--) {
        id = pieces.find(units, start, taken, this.#prefixHashes[taken]!);
        if (id >= 0) break;
      }
      if (id < 0) return this.#unknown(ids);
      ids[count] = id;
      start += taken;
    }
    return count;
  }

  #unknown(ids: Int32Array): number {
    ids[0] = this.unknownId;
    return 1;
  }
}

function countCharacters(units: Uint16Array, length: number): number {
  let count = length;
  for (let i = 0; i < length; i++) if ((units[i]! & 0xfc00) === 0xdc00) count--;
  return count;
}
