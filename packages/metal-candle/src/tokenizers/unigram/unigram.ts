/**
 * Our own Unigram: text to normalised units, to words, to ids found in the word table or by Viterbi over the trie of pieces.
 *
 * Works through a text in blocks, so that a long one costs no more than the ids that are asked for. Nothing is allocated for
 * words that were seen before; words too long to be remembered (text without spaces) are segmented anew each time.
 */
import { AddedTokens } from "../added-tokens.ts";
import type { TokenSource } from "../token-source.ts";
import { hashPrime, hashSeed } from "../unit-hash.ts";
import { WordTable } from "../word-table.ts";
import { isWhiteSpace } from "../unicode/code-points.ts";
import { marker } from "./piece-trie.ts";
import type { UnigramSettings } from "./settings.ts";
import { UnitBuffer } from "./unit-buffer.ts";
import { Viterbi } from "./viterbi.ts";

/** UTF-16 units that are normalised at a time, where a text can be cut. */
const blockUnits = 2048;
/** Words of at most this many units are remembered. */
const longestRemembered = 48;

const space = 0x20;
const lastWhiteSpace = 0x3000;
const markerHash = Math.imul(hashSeed ^ marker, hashPrime);

export class Unigram implements TokenSource {
  readonly path = "unigram";
  readonly vocabularySize: number;
  readonly specialIds: ReadonlySet<number>;
  readonly #settings: UnigramSettings;
  readonly #viterbi: Viterbi;
  readonly #words = new WordTable();
  readonly #buffer = new UnitBuffer();
  readonly #rawTokens: AddedTokens;
  readonly #normalizedTokens: AddedTokens;
  /** First units of the tokens that are searched in normalised text. */
  readonly #normalizedFirsts: readonly number[];
  /** 1 for units that end a word. */
  readonly #ends = new Uint8Array(lastWhiteSpace + 1);
  readonly #reversed = new Int32Array(3 * longestRemembered);

  constructor(settings: UnigramSettings) {
    this.specialIds = settings.specialIds;
    const { vocabulary, rawTokens, normalizedTokens } = settings;
    this.#settings = settings;
    this.#viterbi = new Viterbi(vocabulary.trie, vocabulary.scores, settings.unknownId, settings.byteTokens);
    this.#rawTokens = new AddedTokens(rawTokens);
    this.#normalizedTokens = new AddedTokens(normalizedTokens);
    this.#normalizedFirsts = [...new Set(normalizedTokens.map((token) => token.pattern.charCodeAt(0)))];
    this.vocabularySize = [...rawTokens, ...normalizedTokens].reduce(
      (size, { id }) => Math.max(size, id + 1),
      vocabulary.scores.length,
    );
    for (let unit = 0; unit <= lastWhiteSpace; unit++) {
      const ends = unit === marker || (settings.splitsAtWhiteSpace ? isWhiteSpace(unit) : unit === space);
      this.#ends[unit] = settings.splits && ends ? 1 : 0;
    }
  }

  write(text: string, ids: Int32Array, offset: number, limit: number): number {
    return this.#rawTokens.writeAround(text, ids, offset, limit, 0, (start, end, written) =>
      this.#writeSegment(text, start, end, ids, offset, limit, written),
    );
  }

  /** text[start … end − 1] lies between two added tokens. Returns how many ids are written, or more than `limit`. */
  #writeSegment(
    text: string,
    start: number,
    end: number,
    ids: Int32Array,
    offset: number,
    limit: number,
    already: number,
  ): number {
    const buffer = this.#buffer;
    const { splits } = this.#settings;
    let written = already;
    for (let at = start; at < end && written <= limit;) {
      const stop = splits ? blockEnd(text, at, end) : end;
      this.#settings.normalizer.normalize(text, at, stop, buffer, at === start, stop === end);
      written = this.#holdsNormalizedToken()
        ? this.#writeAroundTokens(at === start, ids, offset, limit, written)
        : this.#writeWords(1, buffer.end, at === start, ids, offset, limit, written);
      at = stop;
    }
    return written;
  }

  #holdsNormalizedToken(): boolean {
    const { units, end } = this.#buffer;
    for (const unit of this.#normalizedFirsts) {
      const at = units.indexOf(unit, 1);
      if (at >= 0 && at < end) return true;
    }
    return false;
  }

  #writeAroundTokens(first: boolean, ids: Int32Array, offset: number, limit: number, already: number): number {
    const buffer = this.#buffer;
    // Units begin behind the buffer's first, and what follows a token begins anew.
    return this.#normalizedTokens.writeAround(buffer.text(), ids, offset, limit, already, (start, end, written) =>
      this.#writeWords(1 + start, 1 + end, first || start > 0, ids, offset, limit, written),
    );
  }

  /** Words of the buffer's units[start … end − 1]; `begins`: nothing before them belongs to the same piece of text. */
  #writeWords(
    start: number,
    end: number,
    begins: boolean,
    ids: Int32Array,
    offset: number,
    limit: number,
    already: number,
  ): number {
    const ends = this.#ends;
    const words = this.#words;
    const { units } = this.#buffer;
    const { splits, splitsAtWhiteSpace, prepends } = this.#settings;
    if (!splits) markSpaces(units, start, end);
    let written = already;
    let at = start;
    while (at < end) {
      let unit = units[at]!;
      if (splitsAtWhiteSpace && unit !== marker && unit <= lastWhiteSpace && ends[unit] === 1) {
        at++;
        continue;
      }
      // A word and its hash. The unit before it is free: white space that was passed, a token that was written, or unit 0.
      let wordStart = at;
      let hash = markerHash;
      if (unit === marker || unit === space) {
        units[at++] = marker;
      } else if (prepends && (splitsAtWhiteSpace || (begins && at === start))) {
        units[--wordStart] = marker;
      } else {
        hash = hashSeed;
      }
      for (; at < end; at++) {
        unit = units[at]!;
        if (unit <= lastWhiteSpace && ends[unit] === 1) break;
        hash = Math.imul(hash ^ unit, hashPrime);
      }
      const length = at - wordStart;
      if (length <= longestRemembered) {
        let place = words.find(units, wordStart, length, hash);
        if (place < 0) place = this.#learn(wordStart, length, hash);
        let from = place >>> 8;
        const last = from + (place & 0xff);
        while (from < last) {
          if (written >= limit) return limit + 1;
          ids[offset + written++] = words.ids[from++]!;
        }
      } else {
        const count = this.#viterbi.segment(units, wordStart, length);
        for (let i = count - 1; i >= 0; i--) {
          if (written >= limit) return limit + 1;
          ids[offset + written++] = this.#viterbi.ids[i]!;
        }
      }
    }
    return written;
  }

  /** Segments a word of the buffer and remembers it; returns the place of its ids. */
  #learn(start: number, length: number, hash: number): number {
    const { units } = this.#buffer;
    const count = this.#viterbi.segment(units, start, length);
    for (let i = 0; i < count; i++) this.#reversed[i] = this.#viterbi.ids[count - 1 - i]!;
    return this.#words.add(units, start, length, hash, this.#reversed, count);
  }
}

/**
 * Where a block that begins at `start` may end: before a space between two ASCII letters or digits, with which no cluster, no
 * run of spaces and no added token can overlap.
 */
function blockEnd(text: string, start: number, end: number): number {
  if (end - start <= blockUnits) return end;
  for (let at = text.indexOf(" ", start + blockUnits); at >= 0 && at + 1 < end; at = text.indexOf(" ", at + 1)) {
    if (isAsciiWord(text.charCodeAt(at - 1)) && isAsciiWord(text.charCodeAt(at + 1))) return at;
  }
  return end;
}

function isAsciiWord(unit: number): boolean {
  return (unit >= 0x30 && unit <= 0x39) || (unit >= 0x41 && unit <= 0x5a) || (unit >= 0x61 && unit <= 0x7a);
}

function markSpaces(units: Uint16Array, start: number, end: number): void {
  for (let at = start; at < end; at++) if (units[at] === space) units[at] = marker;
}
