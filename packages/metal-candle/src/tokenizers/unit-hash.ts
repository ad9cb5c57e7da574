/**
 * A hash table from strings of UTF-16 units to numbers, in typed arrays (open addressing, FNV-1a): the ground of both the
 * vocabulary and the word table. Looking up makes no string, and touches two places in memory: the slot and the key.
 */

/** Start of a hash; each unit is mixed in by `Math.imul(hash ^ unit, hashPrime)`. */
export const hashSeed = 0x811c9dc5 | 0;
export const hashPrime = 0x01000193;

/** Longest key, in units. */
export const longestKey = 255;

/** A slot: the hash, where the key lies, how long it is (0: the slot is free), and the value. */
const slotWords = 4;
const keyOffset = 1;
const keyLength = 2;
const keyValue = 3;

export class UnitHash {
  readonly #slots: Int32Array;
  readonly #mask: number;
  readonly #mostKeys: number;
  readonly #units: Uint16Array;
  #usedUnits = 0;
  #keys = 0;

  /** Room for 0.6 × `slots` keys (a power of two) of `unitsOfKeys` units in all. */
  constructor(slots: number, unitsOfKeys: number) {
    this.#slots = new Int32Array(slots * slotWords);
    this.#mask = slots - 1;
    this.#mostKeys = Math.floor(slots * 0.6);
    this.#units = new Uint16Array(unitsOfKeys);
  }

  /** The value of from[start … start + length − 1] (1 to longestKey units) with its `hash`, or −1. */
  find(from: Uint16Array, start: number, length: number, hash: number): number {
    const slots = this.#slots;
    const units = this.#units;
    const mask = this.#mask;
    for (let index = (hash ^ (hash >>> 15)) & mask; ; index = (index + 1) & mask) {
      const slot = index * slotWords;
      const found = slots[slot + keyLength]!;
      if (found === 0) return -1;
      if (slots[slot] === hash && found === length) {
        const offset = slots[slot + keyOffset]!;
        let i = 0;
        while (i < length && units[offset + i] === from[start + i]) i++;
        if (i === length) return slots[slot + keyValue]!;
      }
    }
  }

  hasRoomFor(length: number): boolean {
    return this.#keys < this.#mostKeys && this.#usedUnits + length <= this.#units.length;
  }

  /** Adds a key that is not there yet and for which there is room, with its value (0 or more). */
  add(from: Uint16Array, start: number, length: number, hash: number, value: number): void {
    let index = (hash ^ (hash >>> 15)) & this.#mask;
    while (this.#slots[index * slotWords + keyLength] !== 0) index = (index + 1) & this.#mask;
    const slot = index * slotWords;
    this.#slots[slot] = hash;
    this.#slots[slot + keyOffset] = this.#usedUnits;
    this.#slots[slot + keyLength] = length;
    this.#slots[slot + keyValue] = value;
    for (let i = 0; i < length; i++) this.#units[this.#usedUnits++] = from[start + i]!;
    this.#keys++;
  }

  clear(): void {
    this.#slots.fill(0);
    this.#keys = 0;
    this.#usedUnits = 0;
  }
}
