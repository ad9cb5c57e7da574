/**
 * Byte-pair encoding of one word: its bytes' ids, merged pair by pair, the lowest rank first and of equal ranks the leftmost
 * (Sennrich 2016; the order of `merge_all` in the Rust tokenizers). A heap keeps the cost of long words at n log n.
 */
import type { Merge } from "./settings.ts";

/** Pairs and heap entries are packed into one number each: the high part times this, plus the low part. */
const packFactor = 2 ** 26;

/** Heap entries have the rank above the position, which may take 32 bits. */
const positions = 2 ** 32;

export class Merger {
  /** The word that `merge` works on, and its result. */
  ids = new Int32Array(256);
  readonly #ranks = new Map<number, number>();
  /** By rank. */
  readonly #merged: Int32Array;
  /** By position: the neighbours' positions (−1: none). */
  #previous = new Int32Array(256);
  #next = new Int32Array(256);
  /** Symbols that were merged into the one before them. */
  #gone = new Uint8Array(256);
  readonly #heap: number[] = [];

  constructor(merges: readonly Merge[]) {
    this.#merged = Int32Array.from(merges, (merge) => merge.merged);
    merges.forEach(({ left, right }, rank) => this.#ranks.set(left * packFactor + right, rank));
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
    const { ids } = this;
    const previous = this.#previous;
    const next = this.#next;
    const gone = this.#gone;
    const heap = this.#heap;
    const merged = this.#merged;
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
      const now = this.#ranks.get(ids[at]! * packFactor + ids[right]!);
      if (now === undefined || merged[now] !== merged[rank]) continue;
      ids[at] = merged[rank]!;
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
    const rank = right < 0 ? undefined : this.#ranks.get(this.ids[at]! * packFactor + this.ids[right]!);
    if (rank !== undefined) push(this.#heap, rank * positions + at);
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
