/**
 * Byte-pair encoding of one word: its symbols' ids, merged pair by pair, the lowest rank first and of equal ranks the leftmost
 * (Sennrich 2016; the order of `merge_all` in the Rust tokenizers). Short words are searched for their best pair again and again;
 * for long ones a heap keeps the cost at n log n.
 */
import type { Merges } from "./merges.ts";
import { RankTable } from "./rank-table.ts";

/** Heap entries have the rank above the position, which may take 32 bits. */
const positions = 2 ** 32;

/** Up to this many symbols, looking at all of them for each merge is faster than a heap. */
const shortWord = 128;

const noRank = 0x7fffffff;

export class Merger {
  /** The word that `merge` works on, and its result. */
  ids = new Int32Array(256);
  readonly #merges: Merges;
  readonly #ranks: RankTable;
  /** By position: the rank of the pair that begins there, in short words. */
  readonly #pairRanks = new Int32Array(shortWord);
  /** By position: the neighbours' positions (−1: none). */
  #previous = new Int32Array(256);
  #next = new Int32Array(256);
  /** Symbols that were merged into the one before them. */
  #gone = new Uint8Array(256);
  readonly #heap: number[] = [];

  constructor(merges: Merges) {
    this.#merges = merges;
    this.#ranks = new RankTable(merges);
  }

  /** Makes `ids` at least `length` long. */
  makeRoom(length: number): void {
    if (length <= this.ids.length) return;
    this.ids = new Int32Array(length * 2);
    this.#previous = new Int32Array(length * 2);
    this.#next = new Int32Array(length * 2);
    this.#gone = new Uint8Array(length * 2);
  }

  /** Merges ids[0 … length − 1] in place; returns how many are left. */
  merge(length: number): number {
    return length <= shortWord ? this.#mergeShort(length) : this.#mergeLong(length);
  }

  #mergeShort(length: number): number {
    const { ids } = this;
    const merges = this.#merges;
    const pairRanks = this.#pairRanks;
    let count = length;
    for (let at = 0; at + 1 < count; at++) pairRanks[at] = this.#rankAt(at, at + 1);
    for (;;) {
      let best = noRank;
      let place = -1;
      for (let at = 0; at + 1 < count; at++) {
        if (pairRanks[at]! < best) {
          best = pairRanks[at]!;
          place = at;
        }
      }
      if (place < 0) return count;
      ids[place] = merges[3 * best + 2]!;
      count--;
      for (let at = place + 1; at < count; at++) {
        ids[at] = ids[at + 1]!;
        pairRanks[at] = pairRanks[at + 1]!;
      }
      if (place > 0) pairRanks[place - 1] = this.#rankAt(place - 1, place);
      if (place + 1 < count) pairRanks[place] = this.#rankAt(place, place + 1);
    }
  }

  #rankAt(left: number, right: number): number {
    const rank = this.#ranks.rankOf(this.ids[left]!, this.ids[right]!);
    return rank < 0 ? noRank : rank;
  }

  #mergeLong(length: number): number {
    const { ids } = this;
    const previous = this.#previous;
    const next = this.#next;
    const gone = this.#gone;
    const heap = this.#heap;
    const merges = this.#merges;
    for (let at = 0; at < length; at++) {
      previous[at] = at - 1;
      next[at] = at + 1 < length ? at + 1 : -1;
      gone[at] = 0;
      this.#offer(at);
    }
    while (heap.length > 0) {
      const top = popLeast(heap);
      const rank = Math.floor(top / positions);
      const at = top % positions;
      const right = next[at]!;
      if (gone[at] === 1 || right < 0) continue;
      const now = this.#ranks.rankOf(ids[at]!, ids[right]!);
      if (now < 0 || merges[3 * now + 2] !== merges[3 * rank + 2]) continue;
      ids[at] = merges[3 * rank + 2]!;
      gone[right] = 1;
      next[at] = next[right]!;
      if (next[at]! >= 0) previous[next[at]!] = at;
      if (previous[at]! >= 0) this.#offer(previous[at]!);
      this.#offer(at);
    }
    let count = 0;
    for (let at = 0; at < length; at++) if (gone[at] === 0) ids[count++] = ids[at]!;
    return count;
  }

  /** Puts the pair that begins at a position into the heap, if it can be merged. */
  #offer(at: number): void {
    const right = this.#next[at]!;
    const rank = right < 0 ? -1 : this.#ranks.rankOf(this.ids[at]!, this.ids[right]!);
    if (rank >= 0) push(this.#heap, rank * positions + at);
  }
}

function push(heap: number[], entry: number): void {
  let at = heap.length;
  while (at > 0) {
    const parent = (at - 1) >> 1;
    if (heap[parent]! <= entry) break;
    heap[at] = heap[parent]!;
    at = parent;
  }
  heap[at] = entry;
}

function popLeast(heap: number[]): number {
  const least = heap[0]!;
  const entry = heap.pop()!;
  const size = heap.length;
  if (size === 0) return least;
  let at = 0;
  for (;;) {
    let child = 2 * at + 1;
    if (child >= size) break;
    if (child + 1 < size && heap[child + 1]! < heap[child]!) child++;
    if (heap[child]! >= entry) break;
    heap[at] = heap[child]!;
    at = child;
  }
  heap[at] = entry;
  return least;
}
