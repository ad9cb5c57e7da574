/**
 * Vectors that stay in GPU memory, in slots: written, emptied and written again in place, in shards that a binding can hold.
 *
 * Beside the vectors stand the buffers that grow with them: a bit for each slot that holds a vector, the scores of a search and their
 * maxima. What a search does with them is vector-search.ts; where vectors come from is the caller's.
 */
import { GpuOutOfMemoryError, InvalidArgumentError } from "../../errors.ts";
import { allocates, bufferUsage, makeBuffer, releaseBuffers } from "../device/buffers.ts";
import { type GpuContext, lostDevice, ours } from "../device/context.ts";
import { roundUp } from "../device/kernel-program.ts";
import { slotStep, storedColumns, tileSlots } from "../kernels/nearest/layout.ts";
import { storedRows } from "../kernels/nearest/stored-rows.ts";

/** Slots `first` to `first + slots` of all. */
export interface Shard {
  readonly vectors: GPUBuffer;
  readonly first: number;
  readonly slots: number;
}

/** What a search reads and writes besides the vectors, with room for every slot. */
export interface SlotBuffers {
  /** A bit a slot: does it count? */
  readonly mask: GPUBuffer;
  readonly scores: GPUBuffer;
  /** The largest score of every `tileSlots` slots. */
  readonly maxima: GPUBuffer;
}

/** Rows that are converted and uploaded at a time. */
const rowsAtOnce = 2048;

export class VectorShards {
  readonly dimensions: number;
  readonly #context: GpuContext;
  readonly #shards: Shard[] = [];
  readonly #rowBytes: number;
  /** Slots that one binding holds. */
  readonly #shardSlots: number;
  /** Slots that a search can be over: an answer may have to hold all of them, at two words each. */
  readonly #mostSlots: number;
  #buffers: SlotBuffers | null = null;
  #taken = new Uint32Array(0);
  #used = 0;
  #revision = 0;

  /** @throws InvalidArgumentError when a shard would not hold the least number of vectors of this width */
  constructor(context: GpuContext, dimensions: number) {
    const { maxStorageBufferBindingSize, maxBufferSize } = context.report.limits;
    this.dimensions = dimensions;
    this.#context = context;
    this.#rowBytes = storedColumns(dimensions) * 2;
    const most = Math.min(maxStorageBufferBindingSize, maxBufferSize);
    this.#shardSlots = Math.floor(most / this.#rowBytes / slotStep) * slotStep;
    this.#mostSlots = Math.floor((most - slotStep) / 8 / slotStep) * slotStep;
    if (this.#shardSlots === 0) {
      throw new InvalidArgumentError(
        `Vectors have ${dimensions} dimensions; on ${context.report.name}, whose buffers hold ${most} bytes, at most ` +
          `${Math.floor(most / slotStep / 2)} are possible.`,
      );
    }
  }

  get shards(): readonly Shard[] {
    return this.#shards;
  }

  /** Null until there is a slot. Others after every growth. */
  get buffers(): SlotBuffers | null {
    return this.#buffers;
  }

  /** Slots below this have been written; those above never count. */
  get used(): number {
    return this.#used;
  }

  /** Slots that there is memory for. */
  get capacity(): number {
    const last = this.#shards.at(-1);
    return last ? last.first + last.slots : 0;
  }

  /** Goes up with every change of `taken`. */
  get revision(): number {
    return this.#revision;
  }

  /** The bit of each slot that holds a vector with a direction. Changed in place; not to be changed by others. */
  get taken(): Uint32Array<ArrayBuffer> {
    return this.#taken;
  }

  /** GPU memory that is held, in bytes. */
  get bytes(): number {
    return this.#everything().reduce((sum, { size }) => sum + size, 0);
  }

  /**
   * Makes room for `slots` slots, if there is less. More than half as much again is made at once, so that growing by small steps
   * makes few shards.
   * @throws GpuOutOfMemoryError when the GPU's memory does not hold it; what was there stays usable
   */
  async reserve(slots: number): Promise<void> {
    if (slots <= this.capacity) return;
    if (slots > this.#mostSlots) {
      throw new GpuOutOfMemoryError(
        `${slots} slots are wanted; buffers of ${this.#context.report.name} hold what a search among ${this.#mostSlots} needs.`,
      );
    }
    const wanted = roundUp(Math.max(slots, Math.min(this.capacity * 1.5, this.#mostSlots)), slotStep);
    const { value, exhausted } = await allocates(this.#context, () => this.#make(wanted));
    if (exhausted) {
      releaseBuffers(this.#context, [...value.shards.map(({ vectors }) => vectors), ...Object.values(value.buffers)]);
      throw new GpuOutOfMemoryError(
        `The memory of ${this.#context.report.name} does not hold ${wanted} vectors of ${this.dimensions} dimensions ` +
          `(${wanted * this.#rowBytes} bytes). Keep fewer vectors there.`,
      );
    }
    this.#shards.push(...value.shards);
    if (this.#buffers) releaseBuffers(this.#context, Object.values(this.#buffers));
    this.#buffers = value.buffers;
    const taken = new Uint32Array(wanted / 32);
    taken.set(this.#taken);
    this.#taken = taken;
    this.#revision++;
  }

  /**
   * Writes rows into the slots from `first` on, for which there is room. [rows, dimensions]
   * @throws DeviceLostError when the device does not take them
   */
  async write(first: number, rows: Float32Array): Promise<void> {
    const { complaint } = ours(this.#context, () => this.#write(first, rows));
    const said = await complaint;
    if (said !== null) throw lostDevice(this.#context, "vectors were written", said.message);
  }

  #write(first: number, rows: Float32Array): void {
    const count = rows.length / this.dimensions;
    for (const { vectors, first: start, slots } of this.#shards) {
      const end = Math.min(first + count, start + slots);
      for (let slot = Math.max(first, start); slot < end; slot += rowsAtOnce) {
        const last = Math.min(slot + rowsAtOnce, end);
        const block = rows.subarray((slot - first) * this.dimensions, (last - first) * this.dimensions);
        const { halves, directed } = storedRows(block, this.dimensions);
        this.#context.device.queue.writeBuffer(vectors, (slot - start) * this.#rowBytes, halves);
        directed.forEach((is, row) => this.#mark(slot + row, is));
      }
    }
    this.#used = Math.max(this.#used, first + count);
    this.#revision++;
  }

  /** Empties a slot. */
  clear(slot: number): void {
    if (slot >= this.#used) return;
    this.#mark(slot, false);
    this.#revision++;
  }

  /** Gives the memory back. */
  release(): void {
    releaseBuffers(this.#context, this.#everything());
    this.#shards.length = 0;
    this.#buffers = null;
    this.#used = 0;
  }

  #mark(slot: number, taken: boolean): void {
    const bit = 1 << (slot & 31);
    this.#taken[slot >>> 5] = taken ? this.#taken[slot >>> 5] | bit : this.#taken[slot >>> 5] & ~bit;
  }

  #make(capacity: number): { shards: Shard[]; buffers: SlotBuffers } {
    const make = (label: string, bytes: number): GPUBuffer =>
      makeBuffer(this.#context, `nearest ${label}`, bytes, bufferUsage.storage | bufferUsage.copyTarget);
    const shards: Shard[] = [];
    for (let first = this.capacity; first < capacity; first += this.#shardSlots) {
      const slots = Math.min(this.#shardSlots, capacity - first);
      shards.push({ vectors: make(`vectors ${first}`, slots * this.#rowBytes), first, slots });
    }
    const buffers = {
      mask: make("mask", capacity / 8),
      scores: make("scores", capacity * 4),
      maxima: make("maxima", (capacity / tileSlots) * 4),
    };
    return { shards, buffers };
  }

  #everything(): GPUBuffer[] {
    return [...this.#shards.map(({ vectors }) => vectors), ...Object.values(this.#buffers ?? {})];
  }
}
