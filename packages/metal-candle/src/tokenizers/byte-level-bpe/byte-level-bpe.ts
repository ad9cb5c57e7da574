/**
 * Our own byte-level BPE (RoBERTa): text to words, a word to its UTF-8 bytes, the bytes' ids merged. Words that were seen before
 * come from the word table.
 */
import { AddedTokens } from "../added-tokens.ts";
import type { TokenSource } from "../token-source.ts";
import { wellFormed } from "../unicode/code-points.ts";
import { hashPrime, hashSeed } from "../unit-hash.ts";
import { WordTable } from "../word-table.ts";
import { Merger } from "./merger.ts";
import type { ByteLevelSettings } from "./settings.ts";
import { wordEnd } from "./words.ts";

/** Words of at most so many UTF-16 units (at most three bytes each) are remembered. */
const longestRemembered = 64;

export class ByteLevelBpe implements TokenSource {
  readonly path = "byte-level-bpe";
  readonly vocabularySize: number;
  readonly specialIds: ReadonlySet<number>;
  readonly #settings: ByteLevelSettings;
  readonly #rawTokens: AddedTokens;
  readonly #normalizedTokens: AddedTokens;
  readonly #merger: Merger;
  readonly #words = new WordTable();
  readonly #units = new Uint16Array(longestRemembered);
  readonly #encoder = new TextEncoder();

  constructor(settings: ByteLevelSettings) {
    this.specialIds = settings.specialIds;
    this.#settings = settings;
    this.#rawTokens = new AddedTokens(settings.rawTokens);
    this.#normalizedTokens = new AddedTokens(settings.normalizedTokens);
    this.#merger = new Merger(settings.merges);
    this.vocabularySize =
      1 +
      [...settings.rawTokens, ...settings.normalizedTokens].reduce(
        (largest, { id }) => Math.max(largest, id),
        settings.largestId,
      );
  }

  write(text: string, ids: Int32Array, offset: number, limit: number): number {
    const sound = wellFormed(text);
    const tokens = this.#rawTokens;
    tokens.search(sound);
    let written = 0;
    let start = 0;
    while (tokens.next()) {
      written = this.#writeSegment(sound.slice(start, tokens.start), ids, offset, limit, written);
      if (written >= limit) return limit + 1;
      ids[offset + written++] = tokens.id;
      start = tokens.end;
    }
    return this.#writeSegment(start === 0 ? sound : sound.slice(start), ids, offset, limit, written);
  }

  /** A text without raw tokens in it. Returns how many ids are written, or more than `limit`. */
  #writeSegment(text: string, ids: Int32Array, offset: number, limit: number, already: number): number {
    const tokens = this.#normalizedTokens;
    tokens.search(text);
    let written = already;
    let start = 0;
    while (tokens.next()) {
      written = this.#writeWords(text, start, tokens.start, ids, offset, limit, written);
      if (written >= limit) return limit + 1;
      ids[offset + written++] = tokens.id;
      start = tokens.end;
    }
    return this.#writeWords(text, start, text.length, ids, offset, limit, written);
  }

  #writeWords(
    text: string,
    start: number,
    end: number,
    ids: Int32Array,
    offset: number,
    limit: number,
    already: number,
  ): number {
    if (start >= end) return already;
    if (this.#settings.addsPrefixSpace && text.charCodeAt(start) !== 0x20) {
      const spaced = ` ${text.slice(start, end)}`;
      return this.#writePlain(spaced, 0, spaced.length, ids, offset, limit, already);
    }
    return this.#writePlain(text, start, end, ids, offset, limit, already);
  }

  #writePlain(
    text: string,
    start: number,
    end: number,
    ids: Int32Array,
    offset: number,
    limit: number,
    already: number,
  ): number {
    const words = this.#words;
    const units = this.#units;
    let written = already;
    for (let at = start; at < end;) {
      const stop = wordEnd(text, at, end);
      const length = stop - at;
      let from = 0;
      let last = 0;
      let source = this.#merger.ids;
      if (length <= longestRemembered) {
        let hash = hashSeed;
        for (let i = 0; i < length; i++) {
          const unit = text.charCodeAt(at + i);
          units[i] = unit;
          hash = Math.imul(hash ^ unit, hashPrime);
        }
        let place = words.find(units, 0, length, hash);
        if (place < 0) {
          const count = this.#cut(text.slice(at, stop));
          place = words.add(units, 0, length, hash, this.#merger.ids, count);
        }
        from = place >>> 8;
        last = from + (place & 0xff);
        source = words.ids;
      } else {
        last = this.#cut(text.slice(at, stop));
        source = this.#merger.ids;
      }
      while (from < last) {
        if (written >= limit) return limit + 1;
        ids[offset + written++] = source[from++]!;
      }
      at = stop;
    }
    return written;
  }

  /** Leaves the ids of a word in merger.ids; returns how many. */
  #cut(word: string): number {
    const bytes = this.#encoder.encode(word);
    this.#merger.makeRoom(bytes.length);
    for (let i = 0; i < bytes.length; i++) this.#merger.ids[i] = this.#settings.byteIds[bytes[i]!]!;
    return this.#merger.merge(bytes.length);
  }
}
