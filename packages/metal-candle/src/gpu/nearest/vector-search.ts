/**
 * One search among the vectors of VectorShards: upload the query, three kernels, one readback, and the best in order.
 *
 * A query costs reading every vector once, and little else: a bit a slot goes up when it has changed, and about 32 KB come back.
 * Scores stay on the GPU, because a million of them would be 4 MB and 1.5 ms of the host's time. Searches are for the caller
 * to queue: one at a time.
 */
import { shadersRun } from "#platform/webgpu";
import { GpuOutOfMemoryError } from "../../errors.ts";
import { allocates, bufferUsage, makeBuffer, releaseBuffers } from "../device/buffers.ts";
import { mapForReading } from "../device/map-read.ts";
import { type GpuContext, lostDevice, ours } from "../device/context.ts";
import { nearestCollectGrid, nearestCollectProgram } from "../kernels/nearest/collect.ts";
import { hitsHeader, queryHeader, storedColumns, tileSlots } from "../kernels/nearest/layout.ts";
import { nearestScoresGrid, nearestScoresProgram } from "../kernels/nearest/scores.ts";
import { storedQuery } from "../kernels/nearest/stored-rows.ts";
import { nearestThresholdProgram } from "../kernels/nearest/threshold.ts";
import type { CompiledKernel } from "../device/pipelines.ts";
import type { Neighbour } from "./neighbour.ts";
import type { SlotBuffers, VectorShards } from "./vector-shards.ts";
import { WaitPolicy } from "../run/wait-policy.ts";

/** Slots that an answer has room for at first. Where more score high enough, it is made larger and the search run again. */
const usualHits = 4096;

interface Kernels {
  readonly scores: CompiledKernel;
  readonly threshold: CompiledKernel;
  readonly collect: CompiledKernel;
}

/** Where an answer is collected and read, with room for this many slots. */
interface Hits {
  readonly answer: GPUBuffer;
  readonly readback: GPUBuffer;
  readonly room: number;
}

/** Bind groups over the buffers as they are now. */
interface Bound {
  readonly buffers: SlotBuffers;
  readonly answer: GPUBuffer;
  readonly shards: readonly { readonly bindings: GPUBindGroup; readonly first: number; readonly slots: number }[];
  readonly threshold: GPUBindGroup;
  readonly collect: GPUBindGroup;
}

export class VectorSearch {
  readonly #context: GpuContext;
  readonly #vectors: VectorShards;
  readonly #kernels: Kernels;
  readonly #query: GPUBuffer;
  readonly #waits = new WaitPolicy();
  #hits: Hits | null = null;
  /** What the last search bound: valid for as long as the buffers are these. */
  #bound: Bound | null = null;
  /** Which mask the GPU has. */
  #mask: { mask: Uint32Array; revision: number; buffer: GPUBuffer } | null = null;
  #nonce = 0;

  private constructor(context: GpuContext, vectors: VectorShards, kernels: Kernels, query: GPUBuffer) {
    this.#context = context;
    this.#vectors = vectors;
    this.#kernels = kernels;
    this.#query = query;
  }

  /**
   * Compiles the kernels.
   * @throws GpuOutOfMemoryError
   */
  static async open(context: GpuContext, vectors: VectorShards): Promise<VectorSearch> {
    const [scores, threshold, collect] = await Promise.all(
      [nearestScoresProgram(vectors.dimensions), nearestThresholdProgram(), nearestCollectProgram()].map((program) =>
        context.pipelines.get(program),
      ),
    );
    const bytes = (queryHeader.words + storedColumns(vectors.dimensions)) * 4;
    const usage = bufferUsage.storage | bufferUsage.copyTarget;
    const [query] = await allocated(context, () => [makeBuffer(context, "nearest query", bytes, usage)], "a query");
    return new VectorSearch(context, vectors, { scores, threshold, collect }, query);
  }

  /** GPU memory that is held besides the vectors', in bytes. */
  get bytes(): number {
    return this.#query.size + (this.#hits ? this.#hits.answer.size + this.#hits.readback.size : 0);
  }

  /**
   * The best slots, `most` at most, best first, equal scores in order of slot; then those that score at most `within` less than the
   * last of them.
   *
   * @param mask a bit for each slot that counts
   * @throws DeviceLostError when the device is gone, or the answer is not this query's; GpuOutOfMemoryError, after which a smaller search may
   *   still do
   */
  async nearest(
    query: ArrayLike<number>,
    most: number,
    within: number,
    mask: Uint32Array<ArrayBuffer>,
  ): Promise<Neighbour[]> {
    const slots = this.#vectors.used;
    const wanted = Math.min(most, slots);
    this.#nonce = (this.#nonce + 1) >>> 0;
    const words = storedQuery(query, { nonce: this.#nonce, wanted, slots, within });
    if (words === null || slots === 0) return [];
    // Where fewer tiles than `wanted` have a score, all their slots come back.
    await this.#makeRoom(Math.max(usualHits, Math.min(slots, wanted * tileSlots)));
    for (;;) {
      const found = await this.#run(words, slots, mask);
      if (found.count <= found.slots.length) return best(found, wanted, within);
      await this.#makeRoom(found.count);
    }
  }

  /** Gives the memory back, not that of the vectors. */
  release(): void {
    releaseBuffers(this.#context, [this.#query, ...this.#hitBuffers()]);
    this.#hits = null;
  }

  async #run(words: Uint32Array<ArrayBuffer>, slots: number, mask: Uint32Array<ArrayBuffer>): Promise<Found> {
    const { device, loss } = this.#context;
    const { answer, readback } = this.#hits as Hits;
    const { complaint } = ours(this.#context, () => {
      device.queue.writeBuffer(this.#query, 0, words);
      this.#upload(mask);
      const encoder = device.createCommandEncoder();
      const pass = encoder.beginComputePass();
      this.#record(pass, slots);
      pass.end();
      encoder.copyBufferToBuffer(answer, 0, readback, 0, answer.size);
      device.queue.submit([encoder.finish()]);
    });
    const flight = this.#waits.submitted(slots);
    await this.#waits.sleep(flight);
    const asked = performance.now();
    try {
      if (loss.reason !== null) throw new Error(loss.reason);
      await mapForReading(this.#context.device, readback);
      const said = await complaint;
      if (said !== null) throw new Error(said.message);
    } catch (error) {
      this.#waits.abandoned(flight);
      const reason = error instanceof Error ? error.message : String(error);
      throw lostDevice(this.#context, "vectors were searched", reason);
    }
    this.#waits.completed(flight, asked);
    try {
      return this.#read(new Uint32Array(readback.getMappedRange()));
    } finally {
      readback.unmap();
    }
  }

  /** The mask goes up when it is another than last time: a bit a slot is little, but not nothing. */
  #upload(mask: Uint32Array<ArrayBuffer>): void {
    const { revision } = this.#vectors;
    const { mask: buffer } = this.#vectors.buffers as SlotBuffers;
    const last = this.#mask;
    if (last?.mask === mask && last.revision === revision && last.buffer === buffer) return;
    this.#context.device.queue.writeBuffer(buffer, 0, mask);
    this.#mask = { mask, revision, buffer };
  }

  #record(pass: GPUComputePassEncoder, slots: number): void {
    const { shards, threshold, collect } = this.#bind();
    pass.setPipeline(this.#kernels.scores.pipeline);
    for (const { bindings, first, slots: held } of shards) {
      if (first >= slots) break;
      pass.setBindGroup(0, bindings);
      pass.dispatchWorkgroups(...nearestScoresGrid(Math.min(held, slots - first)));
    }
    pass.setPipeline(this.#kernels.threshold.pipeline);
    pass.setBindGroup(0, threshold);
    pass.dispatchWorkgroups(1);
    pass.setPipeline(this.#kernels.collect.pipeline);
    pass.setBindGroup(0, collect);
    pass.dispatchWorkgroups(...nearestCollectGrid(slots));
  }

  #bind(): Bound {
    const buffers = this.#vectors.buffers as SlotBuffers;
    const { answer } = this.#hits as Hits;
    if (this.#bound?.buffers === buffers && this.#bound.answer === answer) return this.#bound;
    const { pipelines } = this.#context;
    const { mask, scores, maxima } = buffers;
    const query = { buffer: this.#query };
    const shards = this.#vectors.shards.map(({ vectors, first, slots }) => {
      const part = (buffer: GPUBuffer, bitsPerSlot: number): GPUBufferBinding => ({
        buffer,
        offset: (first * bitsPerSlot) / 8,
        size: (slots * bitsPerSlot) / 8,
      });
      const parts = [part(mask, 1), part(scores, 32), part(maxima, 32 / tileSlots)];
      return { first, slots, bindings: pipelines.bind(this.#kernels.scores, [query, { buffer: vectors }, ...parts]) };
    });
    this.#bound = {
      buffers,
      answer,
      shards,
      threshold: pipelines.bind(this.#kernels.threshold, [query, { buffer: maxima }, { buffer: answer }]),
      collect: pipelines.bind(this.#kernels.collect, [query, { buffer: scores }, { buffer: answer }]),
    };
    return this.#bound;
  }

  /** Takes the answer out of the mapped buffer. */
  #read(words: Uint32Array): Found {
    // Without shaders (Dawn's null backend) whatever lies there would be read as an answer.
    if (!shadersRun()) return { count: 0, slots: new Uint32Array(0), scores: new Float32Array(0) };
    if (words[hitsHeader.nonce] !== this.#nonce) {
      throw lostDevice(
        this.#context,
        "vectors were searched",
        "an answer came back that is not this query's (the driver lost a command)",
      );
    }
    const count = words[hitsHeader.count];
    const length = Math.min(count, (words.length - hitsHeader.words) / 2);
    const slots = new Uint32Array(length);
    const scores = new Float32Array(length);
    const values = new Float32Array(words.buffer, words.byteOffset, words.length);
    for (let hit = 0; hit < length; hit++) {
      slots[hit] = words[hitsHeader.words + 2 * hit];
      scores[hit] = values[hitsHeader.words + 2 * hit + 1];
    }
    return { count, slots, scores };
  }

  /** All of the answer is read back each time, so one that was large once does not stay so. */
  async #makeRoom(hits: number): Promise<void> {
    if (this.#hits && this.#hits.room >= hits && this.#hits.room <= 4 * hits) return;
    releaseBuffers(this.#context, this.#hitBuffers());
    this.#hits = null;
    const bytes = hitsHeader.words * 4 + hits * 8;
    const { storage, copySource, copyTarget, mapRead } = bufferUsage;
    const make = (): GPUBuffer[] => [
      makeBuffer(this.#context, "nearest hits", bytes, storage | copySource),
      makeBuffer(this.#context, "nearest readback", bytes, mapRead | copyTarget),
    ];
    const [answer, readback] = await allocated(this.#context, make, `an answer of ${hits} vectors`);
    this.#hits = { answer, readback, room: hits };
  }

  #hitBuffers(): GPUBuffer[] {
    return this.#hits ? [this.#hits.answer, this.#hits.readback] : [];
  }
}

/** Makes buffers. Where memory is short, nothing of them is left, and the device is as good as before. */
async function allocated(context: GpuContext, make: () => GPUBuffer[], what: string): Promise<GPUBuffer[]> {
  const { value, exhausted } = await allocates(context, make);
  if (!exhausted) return value;
  const bytes = value.reduce((sum, { size }) => sum + size, 0);
  releaseBuffers(context, value);
  throw new GpuOutOfMemoryError(
    `The memory of ${context.report.name} does not hold the ${bytes} bytes for ${what}. Ask for fewer, or keep fewer vectors there.`,
  );
}

/** What came back, in no order. `count` is how many there were; more than the arrays hold when the answer had no room for all. */
interface Found {
  readonly count: number;
  readonly slots: Uint32Array;
  readonly scores: Float32Array;
}

/** The threshold let a few more through than are wanted; here they are cut exactly. */
function best({ slots, scores }: Found, wanted: number, within: number): Neighbour[] {
  const ascending = scores.toSorted();
  const last = ascending[Math.max(0, ascending.length - wanted)];
  const found: Neighbour[] = [];
  scores.forEach((score, hit) => {
    if (score >= last - within) found.push({ slot: slots[hit], score });
  });
  found.sort((first, second) => second.score - first.score || first.slot - second.slot);
  return within === 0 ? found.slice(0, wanted) : found;
}
