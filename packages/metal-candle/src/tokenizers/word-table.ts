/**
 * Remembers the ids of words: an open-addressing hash table from UTF-16 units to a few token ids, in typed arrays.
 *
 * A hit makes no string and allocates nothing. The table never grows: when it is 60 % full, or its pools are, it forgets
 * everything and begins again, so that its memory is fixed whatever the texts.
 */
const SLOTS = 1 << 17;
const MASK = SLOTS - 1;
const MOST_WORDS = Math.floor(SLOTS * 0.6);
const KEY_UNITS = 1 << 21;
const POOL_IDS = 1 << 19;

/** Start of `hash`; each unit is mixed in by `Math.imul(hash ^ unit, HASH_PRIME)` (FNV-1a). */
export const HASH_SEED = 0x811c9dc5 | 0;
export const HASH_PRIME = 0x01000193;

/** Longest word, in units, and most ids that one word may have. */
export const LONGEST_WORD = 255;

export class WordTable {
  /** Ids of a slot: ids[first[slot] … first[slot] + counts[slot] − 1]. */
  readonly ids = new Int32Array(POOL_IDS);
  readonly first = new Int32Array(SLOTS);
  readonly counts = new Uint8Array(SLOTS);
  private readonly hashes = new Int32Array(SLOTS);
  /** 0: the slot is free. */
  private readonly lengths = new Uint8Array(SLOTS);
  private readonly offsets = new Int32Array(SLOTS);
  private readonly keys = new Uint16Array(KEY_UNITS);
  private words = 0;
  private usedUnits = 0;
  private usedIds = 0;

  /** The slot of the word units[start … start + length − 1] (1 to LONGEST_WORD units) with its `hash`, or −1. */
  find(units: Uint16Array, start: number, length: number, hash: number): number {
    const { hashes, lengths, offsets, keys } = this;
    for (let slot = (hash ^ (hash >>> 15)) & MASK; ; slot = (slot + 1) & MASK) {
      const found = lengths[slot]!;
      if (found === 0) return -1;
      if (hashes[slot] === hash && found === length) {
        const offset = offsets[slot]!;
        let i = 0;
        while (i < length && keys[offset + i] === units[start + i]) i++;
        if (i === length) return slot;
      }
    }
  }

  /** Adds a word that is not in the table, with at most LONGEST_WORD ids; returns its slot. */
  add(units: Uint16Array, start: number, length: number, hash: number, ids: readonly number[]): number {
    if (this.words >= MOST_WORDS || this.usedUnits + length > KEY_UNITS || this.usedIds + ids.length > POOL_IDS) {
      this.clear();
    }
    let slot = (hash ^ (hash >>> 15)) & MASK;
    while (this.lengths[slot] !== 0) slot = (slot + 1) & MASK;
    this.hashes[slot] = hash;
    this.lengths[slot] = length;
    this.offsets[slot] = this.usedUnits;
    for (let i = 0; i < length; i++) this.keys[this.usedUnits++] = units[start + i]!;
    this.first[slot] = this.usedIds;
    this.counts[slot] = ids.length;
    for (const id of ids) this.ids[this.usedIds++] = id;
    this.words++;
    return slot;
  }

  private clear(): void {
    this.lengths.fill(0);
    this.words = 0;
    this.usedUnits = 0;
    this.usedIds = 0;
  }
}
