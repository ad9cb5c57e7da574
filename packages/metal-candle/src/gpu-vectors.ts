/**
 * GpuVectors: vectors in GPU memory, and the nearest of them to a query: every one is compared, none is skipped.
 *
 * They are kept as f16, two in a word, so a score is off by up to `scoreError`; who needs exact results asks for what lies within
 * twice that of the last wanted, and compares those with the originals. Originals are not kept: after a lost device they come from
 * the caller again.
 */
import { softwareAdapterAllowed } from "./device-policy.ts";
import type { AdapterReport } from "./encoder/report.ts";
import { InvalidArgumentError, ModelClosedError } from "./errors.ts";
import { adoptDevice, type GpuContext, lostDevice, openGpu } from "./gpu/device/context.ts";
import { KernelProofs } from "./gpu/prove/kernel-proofs.ts";
import { nearestChecks } from "./gpu/kernels/nearest/check.ts";
import type { Neighbour } from "./gpu/nearest/neighbour.ts";
import { VectorSearch } from "./gpu/nearest/vector-search.ts";
import { VectorShards } from "./gpu/nearest/vector-shards.ts";
import { Lifecycle } from "./lifecycle.ts";
import type { GpuDeviceLike } from "./options.ts";

export interface GpuVectorsOptions {
  /** Width of a vector. */
  readonly dimensions: number;
  /** Admit adapters that run on the CPU. Default: METAL_CANDLE_ALLOW_SOFTWARE_ADAPTER. */
  readonly allowSoftwareAdapter?: boolean | undefined;
  /** A device that the caller made. */
  readonly gpuDevice?: GpuDeviceLike | undefined;
}

export interface NearestOptions {
  /** Only these slots. */
  readonly among?: ArrayLike<number> | undefined;
  /** Besides the k best, those that score at most this much less than the last of them. 0 unless given. */
  readonly within?: number | undefined;
}

/** Half a unit in the last of f16's eleven bits: how far rounding moves a value, as a share of it. */
const halfRounding = 2 ** -11;
/** The same of f32. */
const singleRounding = 2 ** -24;

/**
 * @example
 * import { EmbeddingModel } from "metal-candle";
 * import { GpuVectors } from "metal-candle/vectors";
 * const model = await EmbeddingModel.load("all-minilm-l6-v2-q8");
 * const { data, dimensions } = await model.embed(["how to bake bread", "rotating a signing key", "kneading dough"]);
 * const vectors = await GpuVectors.open({ dimensions });
 * await vectors.write(0, data);
 * const query = (await model.embed(["sourdough"])).at(0);
 * for (const { slot, score } of await vectors.nearest(query, 2)) console.log(slot, score.toFixed(3));
 * await vectors.close();
 * await model.close();
 */
export class GpuVectors {
  readonly dimensions: number;
  readonly #context: GpuContext;
  readonly #vectors: VectorShards;
  readonly #search: VectorSearch;
  readonly #life = new Lifecycle(() => new ModelClosedError("These GpuVectors are closed."));
  #last: Promise<unknown> = Promise.resolve();

  private constructor(context: GpuContext, vectors: VectorShards, search: VectorSearch) {
    this.dimensions = vectors.dimensions;
    this.#context = context;
    this.#vectors = vectors;
    this.#search = search;
  }

  /**
   * Opens the GPU (the one that models use) and proves the kernels on it.
   *
   * @throws InvalidArgumentError if dimensions is invalid; GpuUnavailableError without a GPU; KernelCheckError
   */
  static async open({ dimensions, allowSoftwareAdapter, gpuDevice }: GpuVectorsOptions): Promise<GpuVectors> {
    if (!Number.isInteger(dimensions) || dimensions < 1) {
      throw new InvalidArgumentError(`dimensions is ${dimensions}; it must be a whole number of at least 1.`);
    }
    const context =
      gpuDevice === undefined
        ? await openGpu(softwareAdapterAllowed(allowSoftwareAdapter))
        : await adoptDevice(gpuDevice as GPUDevice, "gpuDevice");
    const vectors = new VectorShards(context, dimensions);
    const proofs = await KernelProofs.open(context);
    await proofs.prove("nearest vectors", [[null, "f16 pairs", () => nearestChecks(dimensions)]]);
    await proofs.save();
    return new GpuVectors(context, vectors, await VectorSearch.open(context, vectors));
  }

  /** Where they are. */
  get adapter(): AdapterReport {
    return this.#context.report;
  }

  /** One more than the last slot that was written. */
  get size(): number {
    return this.#vectors.used;
  }

  /** GPU memory that is held, in bytes. */
  get bytes(): number {
    return this.#vectors.bytes + this.#search.bytes;
  }

  /**
   * The most by which a score may differ from the cosine of the original vectors, when that is computed in f32 with sums in any
   * order. By Cauchy and Schwarz: rounding moves a vector by at most 2⁻¹¹ of its length, and a score by no more; the rest is what
   * f32 may do to the sums of products and squares on both sides.
   */
  get scoreError(): number {
    return halfRounding + (4 * this.dimensions + 64) * singleRounding;
  }

  /**
   * Makes room for this many slots at once, which takes less memory than growing does.
   * @throws GpuOutOfMemoryError when there is not so much; what was there stays
   */
  async reserve(slots: number): Promise<void> {
    checkCount(slots, "slots");
    await this.#inTurn(() => this.#vectors.reserve(slots));
  }

  /**
   * Writes vectors of any length into slots `first`, `first + 1`, …, in place of what was there. One without a direction (zeros, a
   * value that is not finite) leaves its slot empty: it has no cosine.
   *
   * @param rows [count, dimensions]
   * @throws InvalidArgumentError when `rows` are not whole vectors; GpuOutOfMemoryError; DeviceLostError
   */
  async write(first: number, rows: Float32Array): Promise<void> {
    checkCount(first, "first");
    if (rows.length % this.dimensions !== 0) {
      throw new InvalidArgumentError(
        `rows hold ${rows.length} values, which are not whole vectors of ${this.dimensions}.`,
      );
    }
    // A caller may change its array while the call waits.
    const own = rows.slice();
    await this.#inTurn(async () => {
      await this.#vectors.reserve(first + rows.length / this.dimensions);
      await this.#vectors.write(first, own);
    });
  }

  /** Empties slots: they are not found until they are written again. */
  async clear(slots: ArrayLike<number>): Promise<void> {
    await this.#inTurn(() => {
      for (let i = 0; i < slots.length; i++) this.#vectors.clear(slots[i]);
    });
  }

  /**
   * The k slots whose vectors are nearest to the query by cosine, best first; equal scores in order of slot. Fewer where fewer are
   * written; none for a query without a direction.
   *
   * @throws InvalidArgumentError for a query of another width, or an invalid k; DeviceLostError
   */
  async nearest(query: ArrayLike<number>, k: number, { among, within = 0 }: NearestOptions = {}): Promise<Neighbour[]> {
    if (query.length !== this.dimensions) {
      throw new InvalidArgumentError(`The query has ${query.length} dimensions; the vectors have ${this.dimensions}.`);
    }
    if (!Number.isInteger(k) || k < 1) {
      throw new InvalidArgumentError(`k is ${k}; it must be a whole number of at least 1.`);
    }
    if (!(within >= 0)) throw new InvalidArgumentError(`within is ${within}; it must be at least 0.`);
    return this.#inTurn(() => {
      const { taken } = this.#vectors;
      return this.#search.nearest(query, k, within, among === undefined ? taken : only(taken, among));
    });
  }

  /** Waits for what is under way, then gives the memory back. Calling it again gives the same promise. */
  close(): Promise<void> {
    return this.#life.close(() => {
      this.#search.release();
      this.#vectors.release();
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** One at a time: searches share the buffers for query and answer, and growing replaces those for scores. */
  #inTurn<T>(work: () => Promise<T> | T): Promise<T> {
    return this.#life.run(() => this.#queued(work));
  }

  #queued<T>(work: () => Promise<T> | T): Promise<T> {
    const result = this.#last.then(() => {
      const { reason } = this.#context.loss;
      if (reason !== null) throw lostDevice(this.#context, "it held vectors", reason);
      return work();
    });
    this.#last = result.catch(() => undefined);
    return result;
  }
}

/** The bits of `taken` that stand for one of `slots`. */
function only(taken: Uint32Array, slots: ArrayLike<number>): Uint32Array<ArrayBuffer> {
  const mask = new Uint32Array(taken.length);
  for (let i = 0; i < slots.length; i++) mask[slots[i] >>> 5] |= taken[slots[i] >>> 5] & (1 << (slots[i] & 31));
  return mask;
}

function checkCount(value: number, name: string): void {
  if (Number.isInteger(value) && value >= 0) return;
  throw new InvalidArgumentError(`${name} is ${value}; it must be a whole number of at least 0.`);
}
