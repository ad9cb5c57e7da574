/**
 * The fast WordPiece: one pass over the UTF-16 units of a text, no string and no allocation for words seen before.
 *
 * Each unit's kind and lower case come from a table; a word is normalised into a small buffer while its hash runs, then found in
 * the word table. New words are cut into pieces once (vocabulary.ts). A word that the tables do not describe goes to the exact path
 * (exact-runs.ts). It stops as soon as `limit` ids are known to be exceeded.
 */
import { AddedTokens } from "../added-tokens.ts";
import type { TokenSource } from "../token-source.ts";
import { hashPrime, hashSeed, longestKey } from "../unit-hash.ts";
import { WordTable } from "../word-table.ts";
import { ExactPath } from "./exact-path.ts";
import { ExactRuns } from "./exact-runs.ts";
import type { WordPieceSettings } from "./settings.ts";
import {
  aloneUnit,
  complexUnit,
  removedUnit,
  severalUnit,
  spaceUnit,
  unknownUnit,
  UnitTable,
  wordUnit,
} from "./unit-table.ts";
import { Vocabulary } from "./vocabulary.ts";

export class WordPiece implements TokenSource {
  readonly path = "wordpiece";
  readonly vocabularySize: number;
  readonly specialIds: ReadonlySet<number>;
  readonly #vocabulary: Vocabulary;
  readonly #table: UnitTable;
  readonly #words = new WordTable();
  readonly #exact: ExactPath;
  readonly #runs: ExactRuns;
  readonly #rawTokens: AddedTokens;
  /** Ids of ASCII punctuation. */
  readonly #punctuationIds: Int32Array;
  /** Patterns of the tokens that are searched in normalised text, by their first unit. */
  readonly #patterns: readonly string[];
  /** The word at hand, normalised, and its pieces. */
  readonly #word = new Uint16Array(longestKey);
  readonly #pieces = new Int32Array(longestKey);

  constructor(settings: WordPieceSettings) {
    this.specialIds = settings.specialIds;
    this.#vocabulary = new Vocabulary(settings.model);
    this.#table = new UnitTable(settings.normalization);
    this.#exact = new ExactPath(settings, this.#vocabulary);
    this.#runs = new ExactRuns(settings, this.#table);
    this.#rawTokens = new AddedTokens(settings.rawTokens);
    this.#patterns = settings.normalizedTokens.map((token) => token.pattern);
    this.#punctuationIds = new Int32Array(0x80);
    for (let unit = 0; unit < 0x80; unit++) {
      this.#word[0] = unit;
      this.#vocabulary.cut(this.#word, 1, this.#pieces);
      this.#punctuationIds[unit] = this.#pieces[0]!;
    }
    const added = [...settings.rawTokens, ...settings.normalizedTokens];
    this.vocabularySize = 1 + added.reduce((largest, { id }) => Math.max(largest, id), this.#vocabulary.largestId);
  }

  write(text: string, ids: Int32Array, offset: number, limit: number): number {
    return this.#rawTokens.writeAround(text, ids, offset, limit, 0, (start, end, written) =>
      this.#scan(text, start, end, ids, offset, limit, written),
    );
  }

  /** Writes the ids of text[start … end − 1]; returns how many are written, or limit + 1 when there are more. */
  #scan(
    text: string,
    start: number,
    end: number,
    ids: Int32Array,
    offset: number,
    limit: number,
    already: number,
  ): number {
    const words = this.#words;
    const word = this.#word;
    const punctuationIds = this.#punctuationIds;
    const { kinds, becomes, expansions } = this.#table;
    const { longestWord } = this.#vocabulary;
    let written = already;
    let i = start;
    while (i < end) {
      const wordStart = i;
      let unit = text.charCodeAt(i);
      let kind = kinds[unit]!;
      if (kind === unknownUnit) kind = this.#table.kindOf(unit);
      if (kind === spaceUnit || kind === removedUnit) {
        i++;
        continue;
      }
      let length = 0;
      let hash = hashSeed;
      if (kind === aloneUnit) {
        const single = becomes[unit]!;
        if (this.#patterns.length === 0 || !this.#mayBeginToken(single, text, i, end)) {
          i++;
          if (single < 0x80) {
            if (written >= limit) return limit + 1;
            ids[offset + written++] = punctuationIds[single]!;
            continue;
          }
          word[0] = single;
          length = 1;
          hash = Math.imul(hash ^ single, hashPrime);
        } else {
          kind = complexUnit;
        }
      } else {
        for (;;) {
          if (kind === wordUnit) {
            const small = becomes[unit]!;
            if (length < longestKey) word[length] = small;
            hash = Math.imul(hash ^ small, hashPrime);
            length++;
          } else if (kind === severalUnit) {
            for (const part of expansions[becomes[unit]!]!) {
              if (length < longestKey) word[length] = part;
              hash = Math.imul(hash ^ part, hashPrime);
              length++;
            }
          } else if (kind !== removedUnit) {
            break;
          }
          if (++i >= end) break;
          unit = text.charCodeAt(i);
          kind = kinds[unit]!;
          if (kind === unknownUnit) kind = this.#table.kindOf(unit);
        }
      }
      if (kind === complexUnit || (length > longestKey && length <= longestWord)) {
        written = this.#writeExact(text, wordStart, end, ids, offset, limit, written);
        if (written > limit) return written;
        i = this.#runs.end;
        continue;
      }
      if (length > longestWord) {
        if (written >= limit) return limit + 1;
        ids[offset + written++] = this.#vocabulary.unknownId;
        continue;
      }
      let place = words.find(word, 0, length, hash);
      if (place < 0) place = this.#learn(length, hash);
      let from = place >>> 8;
      const last = from + (place & 0xff);
      while (from < last) {
        if (written >= limit) return limit + 1;
        ids[offset + written++] = words.ids[from++]!;
      }
    }
    return written;
  }

  /** Cuts the word at hand into pieces and remembers them; returns the place of its ids. */
  #learn(length: number, hash: number): number {
    const count = this.#vocabulary.cut(this.#word, length, this.#pieces);
    return this.#words.add(this.#word, 0, length, hash, this.#pieces, count);
  }

  /** Hands the run that begins at text[start] to the exact path; `runs.end` is where the scan goes on. */
  #writeExact(
    text: string,
    start: number,
    end: number,
    ids: Int32Array,
    offset: number,
    limit: number,
    already: number,
  ): number {
    let written = already;
    for (const id of this.#exact.ids(this.#runs.take(text, start, end))) {
      if (written >= limit) return limit + 1;
      ids[offset + written++] = id;
    }
    return written;
  }

  /** False when plain characters that follow show that no token of normalised text begins at text[i], which becomes `first`. */
  #mayBeginToken(first: number, text: string, i: number, end: number): boolean {
    const { kinds, becomes } = this.#table;
    for (const pattern of this.#patterns) {
      if (pattern.charCodeAt(0) !== first) continue;
      let at = 1;
      while (at < pattern.length && i + at < end) {
        const unit = text.charCodeAt(i + at);
        if (unit >= 0x80 || kinds[unit] === removedUnit) return true;
        if (kinds[unit] === spaceUnit || becomes[unit] !== pattern.charCodeAt(at)) break;
        at++;
      }
      if (at === pattern.length) return true;
    }
    return false;
  }
}
