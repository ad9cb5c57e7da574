/**
 * A copy of an index's vectors in GPU memory, kept in step with the index.
 *
 * Chunks keep their vectors, and ids are never used twice: so a copy that knows which ids it has needs only what is new, in whatever order
 * that comes, and lets go of what is gone. It is of one revision of the index or of none, and says which. When to make one, and what to do without, is
 * gpu-retriever.ts's.
 */
import { setTimeout as pause } from "node:timers/promises";
import { takingTurns } from "../../main-thread/give-way.ts";
import type { DocumentFilter, VectorSearcher, VectorSource } from "../../store/store.ts";

/** What the engine keeps on the GPU: metal-candle's GpuVectors, as far as it is used here. */
export interface GpuVectorMemory {
  /** How far a score may be from the exact cosine. */
  readonly scoreError: number;
  /** GPU memory that is held. */
  readonly bytes: number;
  readonly adapter: { readonly name: string };
  reserve(slots: number): Promise<void>;
  write(first: number, rows: Float32Array): Promise<void>;
  clear(slots: ArrayLike<number>): Promise<void>;
  nearest(
    query: Float32Array,
    k: number,
    options: { readonly among?: ArrayLike<number>; readonly within: number },
  ): Promise<readonly { readonly slot: number }[]>;
  close(): Promise<void>;
}

/** Chunks that are read from the index at a time: a few milliseconds. */
const chunksAtOnce = 256;

/** How long to wait, in milliseconds, for somebody who is indexing to get on before looking again. */
const patience = 1000;

/** What a copy is made from. */
export type CopiedVectors = Pick<VectorSource, "revision" | "chunkIds"> & Pick<VectorSearcher, "vectorsOfChunks">;

export class GpuCopy {
  readonly #source: CopiedVectors;
  readonly #memory: GpuVectorMemory;
  /** The chunk of each slot; of empty slots, too. */
  #ids = new Float64Array(0);
  /** Slots that are not empty, by their chunks, ascending. */
  #byId = new Float64Array(0);
  #slots = 0;
  #revision: number | null = null;
  #closed = false;

  constructor(source: CopiedVectors, memory: GpuVectorMemory) {
    this.#source = source;
    this.#memory = memory;
  }

  /** The revision of the index whose vectors these are; null while unknown. */
  get revision(): number | null {
    return this.#revision;
  }

  /** Vectors that it has. */
  get size(): number {
    return this.#byId.length;
  }

  /** For a person. */
  get place(): { readonly adapter: string; readonly bytes: number } {
    return { adapter: this.#memory.adapter.name, bytes: this.#memory.bytes };
  }

  /**
   * Brings the copy to the present revision, however often that changes meanwhile, in small steps. False: what is kept for chunks that
   * are gone has become too much; a new copy has to take this one's place.
   *
   * @throws whatever the index or the GPU throws; the copy is of no revision then
   */
  async follow(): Promise<boolean> {
    this.#revision = null;
    while (!this.#closed) {
      const revision = await this.#source.revision();
      const { gone, added } = this.#compare(await this.#source.chunkIds());
      await this.#memory.clear(gone);
      const lost = new Set(gone);
      this.#byId = this.#byId.filter((slot) => !lost.has(slot));
      if (this.#byId.length < this.#slots / 2) return false;
      await this.#add(added);
      if ((await this.#source.revision()) === revision) {
        this.#revision = revision;
        return true;
      }
      await pause(patience);
    }
    return true;
  }

  /** Ids of chunks among which the `limit` nearest are, for certain: of documents that `filter` keeps, or of all. */
  async candidates(query: Float32Array, limit: number, filter: DocumentFilter | null): Promise<number[]> {
    const among = filter === null ? undefined : this.#slotsOf(await this.#source.chunkIds(filter));
    // A score is off by at most this, the last one wanted as well as the one that it should have been.
    const within = 2 * this.#memory.scoreError;
    const found = await this.#memory.nearest(query, limit, { among, within });
    return found.map(({ slot }) => this.#ids[slot]!);
  }

  /** Gives the GPU's memory back. What is under way stops at its next step. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#revision = null;
    await this.#memory.close();
  }

  /** Slots whose chunks are gone, and chunks that have none yet. Both lists are by ascending chunk, so one pass does. */
  #compare(ids: Float64Array): { gone: number[]; added: Float64Array } {
    const gone: number[] = [];
    const added: number[] = [];
    let at = 0;
    for (const id of ids) {
      while (at < this.#byId.length && this.#idAt(at) < id) gone.push(this.#byId[at++]!);
      if (at < this.#byId.length && this.#idAt(at) === id) at++;
      else added.push(id);
    }
    while (at < this.#byId.length) gone.push(this.#byId[at++]!);
    return { gone, added: Float64Array.from(added) };
  }

  #idAt(place: number): number {
    return this.#ids[this.#byId[place]!]!;
  }

  async #add(ids: Float64Array): Promise<void> {
    if (ids.length === 0) return;
    await this.#memory.reserve(this.#slots + ids.length);
    const all = new Float64Array(this.#slots + ids.length);
    all.set(this.#ids.subarray(0, this.#slots));
    all.set(ids, this.#slots);
    this.#ids = all;
    const from = this.#slots;
    const giveWay = takingTurns();
    for (let first = 0; first < ids.length && !this.#closed; first += chunksAtOnce) {
      const some = ids.subarray(first, first + chunksAtOnce);
      // One that went meanwhile is zeros, which leave a slot empty; the next comparison finds it gone.
      await this.#memory.write(this.#slots, await this.#source.vectorsOfChunks(some));
      this.#slots += some.length;
      await giveWay();
    }
    const slots = new Float64Array(this.#byId.length + this.#slots - from);
    slots.set(this.#byId);
    for (let slot = from; slot < this.#slots; slot++) slots[this.#byId.length + slot - from] = slot;
    this.#byId = slots.sort((a, b) => this.#ids[a]! - this.#ids[b]!);
  }

  #slotsOf(ids: Float64Array): number[] {
    const slots: number[] = [];
    let at = 0;
    for (const id of ids) {
      while (at < this.#byId.length && this.#idAt(at) < id) at++;
      if (at < this.#byId.length && this.#idAt(at) === id) slots.push(this.#byId[at]!);
    }
    return slots;
  }
}
