/**
 * A set of strings of UTF-16 units in typed arrays (open addressing, FNV-1a): the ground of both the vocabulary and the word
 * table. Looking up makes no string. What belongs to a key lies in its owner's arrays, at the slot that is returned here.
 */

/** Start of a hash; each unit is mixed in by `Math.imul(hash ^ unit, HASH_PRIME)`. */
export const HASH_SEED = 0x811c9dc5 | 0;
export const HASH_PRIME = 0x01000193;

/** Longest key, in units. */
export const LONGEST_KEY = 255;

export class UnitHash {
  readonly slots: number;
  private readonly mask: number;
  private readonly mostKeys: number;
  private readonly hashes: Int32Array;
  /** 0: the slot is free. */
  private readonly lengths: Uint8Array;
  private readonly offsets: Int32Array;
  private readonly units: Uint16Array;
  private usedUnits = 0;
  private keys = 0;

  /** Room for 0.6 × `slots` keys (a power of two) of `unitsOfKeys` units in all. */
  constructor(slots: number, unitsOfKeys: number) {
    this.slots = slots;
    this.mask = slots - 1;
    this.mostKeys = Math.floor(slots * 0.6);
    this.hashes = new Int32Array(slots);
    this.lengths = new Uint8Array(slots);
    this.offsets = new Int32Array(slots);
    this.units = new Uint16Array(unitsOfKeys);
  }

  /** The slot of from[start … start + length − 1] (1 to LONGEST_KEY units) with its `hash`, or −1. */
  find(from: Uint16Array, start: number, length: number, hash: number): number {
    const { hashes, lengths, offsets, units, mask } = this;
    for (let slot = (hash ^ (hash >>> 15)) & mask; ; slot = (slot + 1) & mask) {
      const found = lengths[slot]!;
      if (found === 0) return -1;
      if (hashes[slot] === hash && found === length) {
        const offset = offsets[slot]!;
        let i = 0;
        while (i < length && units[offset + i] === from[start + i]) i++;
        if (i === length) return slot;
      }
    }
  }

  hasRoomFor(length: number): boolean {
    return this.keys < this.mostKeys && this.usedUnits + length <= this.units.length;
  }

  /** Adds a key that is not there yet and for which there is room; returns its slot. */
  add(from: Uint16Array, start: number, length: number, hash: number): number {
    let slot = (hash ^ (hash >>> 15)) & this.mask;
    while (this.lengths[slot] !== 0) slot = (slot + 1) & this.mask;
    this.hashes[slot] = hash;
    this.lengths[slot] = length;
    this.offsets[slot] = this.usedUnits;
    for (let i = 0; i < length; i++) this.units[this.usedUnits++] = from[start + i]!;
    this.keys++;
    return slot;
  }

  clear(): void {
    this.lengths.fill(0);
    this.keys = 0;
    this.usedUnits = 0;
  }
}
