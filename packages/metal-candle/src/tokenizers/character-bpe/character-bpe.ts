/**
 * Our own BPE over characters (Gemma's kind). For the model a text is one word; it is cut here where no token can join two characters
 * (seams.ts), which changes nothing, so that what was seen before comes from the word table.
 */
import { Merger } from "../bpe/merger.ts";
import { SegmentedSource } from "../segmented-source.ts";
import { hashPrime, hashSeed } from "../unit-hash.ts";
import { WordTable } from "../word-table.ts";
import { CharacterIds } from "./character-ids.ts";
import { mayJoin } from "./seams.ts";
import type { CharacterSettings } from "./settings.ts";

/** Pieces of at most this many UTF-16 units are remembered: addresses of web pages have a hundred. */
const longestRemembered = 160;
/** The word table's limit for one word. */
const mostRememberedTokens = 255;

export class CharacterBpe extends SegmentedSource {
  readonly path = "character-bpe";
  readonly #settings: CharacterSettings;
  readonly #merger: Merger;
  readonly #characters: CharacterIds;
  readonly #wholeWords: ReadonlyMap<string, number>;
  readonly #longestWhole: number;
  /** Nothing looks at normalised text but this, so that it need not be made. */
  readonly #replacesHere: boolean;
  readonly #words = new WordTable();
  readonly #units = new Uint16Array(longestRemembered);

  constructor(settings: CharacterSettings) {
    const { vocabulary, normalizedTokens } = settings;
    super(settings, vocabulary.largestId);
    this.#settings = settings;
    this.#merger = new Merger(vocabulary.merges);
    this.#characters = new CharacterIds(vocabulary.characters, vocabulary.byteTokens);
    this.#wholeWords = new Map(Object.entries(vocabulary.wholeWords));
    this.#longestWhole = [...this.#wholeWords.keys()].reduce((longest, { length }) => Math.max(longest, length), 0);
    this.#replacesHere = normalizedTokens.length === 0;
  }

  protected normalize(segment: string): string {
    return this.#replacesHere ? segment : this.#replaced(segment);
  }

  #replaced(text: string): string {
    const { replaced, replacement } = this.#settings;
    return replaced < 0 ? text : text.replaceAll(String.fromCharCode(replaced), String.fromCharCode(replacement));
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
    if (end - start <= this.#longestWhole) {
      const whole = this.#wholeWords.get(this.#replaced(text.slice(start, end)));
      if (whole !== undefined) {
        if (already >= limit) return limit + 1;
        ids[offset + already] = whole;
        return already + 1;
      }
    }
    const { replaced, replacement, vocabulary } = this.#settings;
    const { joined } = vocabulary;
    const units = this.#units;
    const words = this.#words;
    let written = already;
    let first = text.charCodeAt(start);
    if (first === replaced) first = replacement;
    for (let at = start; at < end;) {
      let unit = first;
      let hash = Math.imul(hashSeed ^ unit, hashPrime);
      units[0] = unit;
      let stop = at + 1;
      for (; stop < end; stop++) {
        let next = text.charCodeAt(stop);
        if (next === replaced) next = replacement;
        if (!mayJoin(joined, unit, next) && (next & 0xfc00) !== 0xdc00) {
          first = next;
          break;
        }
        unit = next;
        hash = Math.imul(hash ^ unit, hashPrime);
        if (stop - at < longestRemembered) units[stop - at] = unit;
      }
      const length = stop - at;
      const place = length <= longestRemembered ? words.find(units, 0, length, hash) : -1;
      let from = 0;
      let last = 0;
      let source = words.ids;
      if (place >= 0) {
        from = place >>> 8;
        last = from + (place & 0xff);
      } else {
        last = this.#cut(text, at, stop);
        source = this.#merger.ids;
        if (length <= longestRemembered && last <= mostRememberedTokens) {
          words.add(units, 0, length, hash, source, last);
        }
      }
      while (from < last) {
        if (written >= limit) return limit + 1;
        ids[offset + written++] = source[from++]!;
      }
      at = stop;
    }
    return written;
  }

  /** Leaves the ids of text[start … end − 1] in merger.ids; returns how many. */
  #cut(text: string, start: number, end: number): number {
    const { replaced, replacement } = this.#settings;
    const merger = this.#merger;
    merger.makeRoom(3 * (end - start));
    const { ids } = merger;
    let count = 0;
    for (let at = start; at < end; at++) {
      const codePoint = text.codePointAt(at)!;
      count = this.#characters.write(codePoint === replaced ? replacement : codePoint, ids, count);
      if (codePoint > 0xffff) at++;
    }
    return merger.merge(count);
  }
}
