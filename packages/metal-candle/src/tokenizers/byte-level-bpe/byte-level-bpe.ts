/**
 * Our own byte-level BPE (RoBERTa, ModernBERT, Llama 3, Qwen): text to words, a word to its UTF-8 bytes, the bytes' ids merged. Words
 * that were seen before come from the word table.
 */
import { Merger } from "../bpe/merger.ts";
import { writeBytes } from "../bpe/utf8.ts";
import { SegmentedSource } from "../segmented-source.ts";
import { composed } from "../unicode/nfc.ts";
import { hashPrime, hashSeed } from "../unit-hash.ts";
import { WordTable } from "../word-table.ts";
import type { ByteLevelSettings } from "./settings.ts";
import { Splitter } from "./splitter.ts";

/** Words of at most this many UTF-16 units (at most three bytes each) are remembered. */
const longestRemembered = 64;

export class ByteLevelBpe extends SegmentedSource {
  readonly path = "byte-level-bpe";
  readonly #settings: ByteLevelSettings;
  readonly #merger: Merger;
  readonly #splitter: Splitter;
  readonly #wholeWords: ReadonlyMap<string, number>;
  readonly #words = new WordTable();
  readonly #units = new Uint16Array(longestRemembered);

  constructor(settings: ByteLevelSettings) {
    const { vocabulary, pattern, dropsRest } = settings;
    super(settings, vocabulary.largestId);
    this.#settings = settings;
    this.#merger = new Merger(vocabulary.merges);
    this.#splitter = new Splitter(pattern, dropsRest);
    this.#wholeWords = new Map(Object.entries(vocabulary.wholeWords));
  }

  protected normalize(segment: string): string {
    return this.#settings.composes ? composed(segment) : segment;
  }

  protected writePlain(
    text: string,
    start: number,
    end: number,
    ids: Int32Array,
    offset: number,
    limit: number,
    already: number,
  ): number {
    if (this.#settings.addsPrefixSpace && text.charCodeAt(start) !== 0x20) {
      const spaced = ` ${text.slice(start, end)}`;
      return this.#writeWords(spaced, 0, spaced.length, ids, offset, limit, already);
    }
    return this.#writeWords(text, start, end, ids, offset, limit, already);
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
    const words = this.#words;
    const units = this.#units;
    const splitter = this.#splitter;
    let written = already;
    splitter.begin(text, start, end);
    for (let at = splitter.next(); at >= 0; at = splitter.next()) {
      const length = splitter.end - at;
      let from = 0;
      let last = 0;
      let source = words.ids;
      if (length <= longestRemembered) {
        let hash = hashSeed;
        for (let i = 0; i < length; i++) {
          const unit = text.charCodeAt(at + i);
          units[i] = unit;
          hash = Math.imul(hash ^ unit, hashPrime);
        }
        let place = words.find(units, 0, length, hash);
        if (place < 0) {
          const count = this.#cut(text, at, splitter.end);
          place = words.add(units, 0, length, hash, this.#merger.ids, count);
        }
        from = place >>> 8;
        last = from + (place & 0xff);
      } else {
        last = this.#cut(text, at, splitter.end);
        source = this.#merger.ids;
      }
      while (from < last) {
        if (written >= limit) return limit + 1;
        ids[offset + written++] = source[from++]!;
      }
    }
    return written;
  }

  /** Leaves the ids of the word text[start … end − 1] in merger.ids; returns how many. */
  #cut(text: string, start: number, end: number): number {
    const merger = this.#merger;
    merger.makeRoom(3 * (end - start));
    const { ids } = merger;
    const whole = this.#wholeWords.size > 0 ? this.#wholeWords.get(text.slice(start, end)) : undefined;
    if (whole !== undefined) {
      ids[0] = whole;
      return 1;
    }
    const { byteIds } = this.#settings.vocabulary;
    let count = 0;
    for (let at = start; at < end; at++) {
      const codePoint = text.codePointAt(at)!;
      count = writeBytes(codePoint, byteIds, ids, count);
      if (codePoint > 0xffff) at++;
    }
    return merger.merge(count);
  }
}
