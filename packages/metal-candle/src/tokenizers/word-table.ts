/**
 * Remembers the ids of words that were seen: from UTF-16 units to a few token ids.
 *
 * A hit makes no string and allocates nothing. The table never grows: when it is 60 % full, or its pools are, it forgets
 * everything and begins again, so that its memory is fixed whatever the texts.
 */
import { UnitHash } from "./unit-hash.ts";

const SLOTS = 1 << 17;
const KEY_UNITS = 1 << 20;
const POOL_IDS = 1 << 19;

export class WordTable {
  /** Ids of a slot: ids[first[slot] … first[slot] + counts[slot] − 1]. */
  readonly ids = new Int32Array(POOL_IDS);
  readonly first = new Int32Array(SLOTS);
  readonly counts = new Uint8Array(SLOTS);
  private readonly words = new UnitHash(SLOTS, KEY_UNITS);
  private usedIds = 0;

  /** The slot of a word (see UnitHash.find), or −1. */
  find(units: Uint16Array, start: number, length: number, hash: number): number {
    return this.words.find(units, start, length, hash);
  }

  /** Adds a word that is not in the table, with `count` ids (at most 255); returns its slot. */
  add(units: Uint16Array, start: number, length: number, hash: number, ids: ArrayLike<number>, count: number): number {
    if (!this.words.hasRoomFor(length) || this.usedIds + count > POOL_IDS) {
      this.words.clear();
      this.usedIds = 0;
    }
    const slot = this.words.add(units, start, length, hash);
    this.first[slot] = this.usedIds;
    this.counts[slot] = count;
    for (let i = 0; i < count; i++) this.ids[this.usedIds++] = ids[i]!;
    return slot;
  }
}
