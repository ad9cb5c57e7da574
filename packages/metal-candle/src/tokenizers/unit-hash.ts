/**
 * A hash table from strings of UTF-16 units to numbers, in typed arrays (open addressing, FNV-1a): the ground of both the
 * vocabulary and the word table. Looking up makes no string, and touches two places in memory: the slot and the key.
 */

/** Start of a hash; each unit is mixed in by `Math.imul(hash ^ unit, HASH_PRIME)`. */
export const HASH_SEED = 0x811c9dc5 | 0;
export const HASH_PRIME = 0x01000193;

/** Longest key, in units. */
export const LONGEST_KEY = 255;

/** A slot: the hash, where the key lies, how long it is (0: the slot is free), and the value. */
const SLOT = 4;
const OFFSET = 1;
const LENGTH = 2;
const VALUE = 3;

export class UnitHash {
  readonly #slots: Int32Array;
  readonly #mask: number;
  readonly #mostKeys: number;
  readonly #units: Uint16Array;
  #usedUnits = 0;
  #keys = 0;

  /** Room for 0.6 × `slots` keys (a power of two) of `unitsOfKeys` units in all. */
  constructor(slots: number, unitsOfKeys: number) {
    this.#slots = new Int32Array(slots * SLOT);
    this.#mask = slots - 1;
    this.#mostKeys = Math.floor(slots * 0.6);
    this.#units = new Uint16Array(unitsOfKeys);
  }

  /** The value of from[start … start + length − 1] (1 to LONGEST_KEY units) with its `hash`, or −1. */
  find(from: Uint16Array, start: number, length: number, hash: number): number {
    const slots = this.#slots;
    const units = this.#units;
    const mask = this.#mask;
    for (let index = (hash ^ (hash >>> 15)) & mask; ; index = (index + 1) & mask) {
      const slot = index * SLOT;
      const found = slots[slot + LENGTH]!;
      if (found === 0) return -1;
      if (slots[slot] === hash && found === length) {
        const offset = slots[slot + OFFSET]!;
        let i = 0;
        while (i < length && units[offset + i] === from[start + i]) i++;
        if (i === length) return slots[slot + VALUE]!;
      }
    }
  }

  hasRoomFor(length: number): boolean {
    return this.#keys < this.#mostKeys && this.#usedUnits + length <= this.#units.length;
  }

  /** Adds a key that is not there yet and for which there is room, with its value (0 or more). */
  add(from: Uint16Array, start: number, length: number, hash: number, value: number): void {
    let index = (hash ^ (hash >>> 15)) & this.#mask;
    while (this.#slots[index * SLOT + LENGTH] !== 0) index = (index + 1) & this.#mask;
    const slot = index * SLOT;
    this.#slots[slot] = hash;
    this.#slots[slot + OFFSET] = this.#usedUnits;
    this.#slots[slot + LENGTH] = length;
    this.#slots[slot + VALUE] = value;
    for (let i = 0; i < length; i++) this.#units[this.#usedUnits++] = from[start + i]!;
    this.#keys++;
  }

  clear(): void {
    this.#slots.fill(0);
    this.#keys = 0;
    this.#usedUnits = 0;
  }
}
