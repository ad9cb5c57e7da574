/**
 * Remembers the ids of words that were seen: from UTF-16 units to a few token ids.
 *
 * A hit makes no string and allocates nothing. The table never grows: when it is 60 % full, or its pools are, it forgets
 * everything and begins again, so that its memory (12 MB) is fixed whatever the texts.
 */
import { UnitHash } from "./unit-hash.ts";

/** Room for 157,000 words: 5,000 scientific abstracts have 100,000, each with the punctuation that stands at it. */
const slots = 1 << 18;
const keyUnits = 1 << 20;
const poolIds = 1 << 19;

export class WordTable {
  readonly ids = new Int32Array(poolIds);
  readonly #words = new UnitHash(slots, keyUnits);
  #usedIds = 0;

  /**
   * Where the ids of a word lie (see UnitHash.find): 256 × first + count, for ids[first … first + count − 1]; −1 for a word that
   * is not there.
   */
  find(units: Uint16Array, start: number, length: number, hash: number): number {
    return this.#words.find(units, start, length, hash);
  }

  /** Adds a word that is not there, with `count` ids (at most 255); returns what `find` will. */
  add(units: Uint16Array, start: number, length: number, hash: number, ids: ArrayLike<number>, count: number): number {
    if (!this.#words.hasRoomFor(length) || this.#usedIds + count > poolIds) {
      this.#words.clear();
      this.#usedIds = 0;
    }
    const place = (this.#usedIds << 8) | count;
    this.#words.add(units, start, length, hash, place);
    for (let i = 0; i < count; i++) this.ids[this.#usedIds++] = ids[i]!;
    return place;
  }
}
