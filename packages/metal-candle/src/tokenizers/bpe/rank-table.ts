/** From a pair of ids to the rank of its merge: an open-addressing hash table in one typed array, since a Map of half a million pairs is slow. */
import type { Merges } from "./merges.ts";

/** Left id, right id, rank + 1 (0: the slot is free). */
const slotSize = 3;

export class RankTable {
  readonly #slots: Int32Array;
  readonly #mask: number;

  /** Of equal pairs the last one counts, as in the Rust tokenizers. */
  constructor(merges: Merges) {
    const count = merges.length / 3;
    let slots = 16;
    while (slots < 2 * count) slots *= 2;
    this.#slots = new Int32Array(slots * slotSize);
    this.#mask = slots - 1;
    for (let rank = 0; rank < count; rank++) this.#add(merges[3 * rank]!, merges[3 * rank + 1]!, rank);
  }

  /** The rank of the merge of two ids, or −1. */
  rankOf(left: number, right: number): number {
    const slots = this.#slots;
    for (let index = hashOf(left, right) & this.#mask; ; index = (index + 1) & this.#mask) {
      const slot = index * slotSize;
      const rank = slots[slot + 2]!;
      if (rank === 0 || (slots[slot] === left && slots[slot + 1] === right)) return rank - 1;
    }
  }

  #add(left: number, right: number, rank: number): void {
    const slots = this.#slots;
    let slot = (hashOf(left, right) & this.#mask) * slotSize;
    while (slots[slot + 2] !== 0 && (slots[slot] !== left || slots[slot + 1] !== right)) {
      slot = (slot + slotSize) % slots.length;
    }
    slots[slot] = left;
    slots[slot + 1] = right;
    slots[slot + 2] = rank + 1;
  }
}

function hashOf(left: number, right: number): number {
  const hash = Math.imul(left, 0x9e3779b1) ^ Math.imul(right, 0x85ebca6b);
  return hash ^ (hash >>> 15);
}
