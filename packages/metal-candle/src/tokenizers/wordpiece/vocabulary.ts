/**
 * WordPiece itself: a vocabulary, and one word cut into its longest pieces from left to right, each after the first with the
 * continuing prefix. A word that cannot be covered, or is too long, is one unknown token.
 */
import { notATokenizer } from "../tokenizer-json.ts";
import { HASH_PRIME, HASH_SEED, LONGEST_KEY, UnitHash } from "../unit-hash.ts";

/** Pieces of one position in a word (first, or continuing), by their units. */
class Pieces {
  /** Units of the longest piece. */
  longest = 0;
  private readonly hash: UnitHash;

  /** `tokens` without their first `prefix` units, each at most LONGEST_KEY long. */
  constructor(tokens: readonly string[], prefix: number, vocabulary: Readonly<Record<string, number>>) {
    const slots = 2 ** Math.ceil(Math.log2(tokens.length / 0.6 + 2));
    this.hash = new UnitHash(
      slots,
      tokens.reduce((sum, token) => sum + token.length - prefix, 0),
    );
    const units = new Uint16Array(LONGEST_KEY);
    for (const token of tokens) {
      const length = token.length - prefix;
      if (length === 0) continue;
      let hash = HASH_SEED;
      for (let i = 0; i < length; i++) {
        units[i] = token.charCodeAt(prefix + i);
        hash = Math.imul(hash ^ units[i]!, HASH_PRIME);
      }
      this.longest = Math.max(this.longest, length);
      this.hash.add(units, 0, length, hash, vocabulary[token]!);
    }
  }

  /** The id of units[start … start + length − 1], or −1. */
  find(units: Uint16Array, start: number, length: number, hash: number): number {
    return this.hash.find(units, start, length, hash);
  }
}

export interface WordPieceModel {
  /** Token → id, as tokenizer.json has it; no token longer than LONGEST_KEY units. */
  readonly vocabulary: Readonly<Record<string, number>>;
  readonly unknownToken: string;
  readonly continuingPrefix: string;
  /** Longer words, in characters, are unknown. */
  readonly longestWord: number;
}

export class Vocabulary {
  readonly unknownId: number;
  readonly longestWord: number;
  readonly largestId: number;
  private readonly first: Pieces;
  private readonly continuing: Pieces;
  /** Hashes of the prefixes of what is left of a word. */
  private readonly prefixHashes = new Int32Array(LONGEST_KEY + 1);

  /**
   * @throws ModelFileError when the unknown token is not in the vocabulary.
   */
  constructor(model: WordPieceModel) {
    const { vocabulary, unknownToken, continuingPrefix, longestWord } = model;
    if (!Object.hasOwn(vocabulary, unknownToken)) {
      throw notATokenizer(`names ${JSON.stringify(unknownToken)} for unknown words, which is not in its vocabulary`);
    }
    this.unknownId = vocabulary[unknownToken]!;
    this.longestWord = longestWord;
    const tokens = Object.keys(vocabulary);
    const continuing = tokens.filter((token) => token.startsWith(continuingPrefix));
    this.first = new Pieces(tokens, 0, vocabulary);
    this.continuing = new Pieces(continuing, continuingPrefix.length, vocabulary);
    this.largestId = tokens.reduce((largest, token) => Math.max(largest, vocabulary[token]!), 0);
  }

  /**
   * Writes the ids of the word units[0 … length − 1] to `ids` (room for max(length, 1)), and returns how many.
   */
  cut(units: Uint16Array, length: number, ids: Int32Array): number {
    if (length > this.longestWord && countCharacters(units, length) > this.longestWord) return this.unknown(ids);
    let count = 0;
    for (let start = 0; start < length; count++) {
      const pieces = start === 0 ? this.first : this.continuing;
      const most = Math.min(length - start, pieces.longest);
      let hash = HASH_SEED;
      for (let i = 0; i < most; i++) {
        hash = Math.imul(hash ^ units[start + i]!, HASH_PRIME);
        this.prefixHashes[i + 1] = hash;
      }
      let taken = most;
      let id = -1;
      for (; taken > 0; taken--) {
        id = pieces.find(units, start, taken, this.prefixHashes[taken]!);
        if (id >= 0) break;
      }
      if (id < 0) return this.unknown(ids);
      ids[count] = id;
      start += taken;
    }
    return count;
  }

  private unknown(ids: Int32Array): number {
    ids[0] = this.unknownId;
    return 1;
  }
}

function countCharacters(units: Uint16Array, length: number): number {
  let count = length;
  for (let i = 0; i < length; i++) if ((units[i]! & 0xfc00) === 0xdc00) count--;
  return count;
}
