/**
 * Vectors compared on the GPU: every vector compared there, the best of them once more in f32 by the index. The same hits in the same
 * order as the index's own exact search, in a fraction of its time.
 *
 * It serves whoever searches an index twice: the copy on the GPU is made behind the second search, so that a process with one
 * question does not pay for it. Until it is there, while the index changes, and whenever the GPU fails, the index itself answers,
 * and a search never fails for the GPU's sake.
 */
import type { Hit, StoreReader, VectorSearchOptions, VectorSource } from "../../store/store.ts";
import { keepsAll } from "../../store/document-filter.ts";
import type { VectorRetriever } from "./retrieve.ts";
import { type CopiedVectors, GpuCopy, type GpuVectorMemory } from "./gpu-copy.ts";

export interface GpuRetrieverOptions {
  /** Opens memory on the GPU; called again after a loss. */
  readonly open: () => Promise<GpuVectorMemory>;
  /** Whether an error says that the GPU was lost: then it is worth another try. */
  readonly isLoss: (error: unknown) => boolean;
  /** Told once, in a line for a person, why the GPU serves no longer. */
  readonly onNotice: (line: string) => void;
  /** Most chunks that are copied; by default as many as a GPU that drives a display can compare in one go. */
  readonly mostChunks?: number;
}

/** Who compares vectors in this process. */
export interface VectorRetrieverStatus {
  /** Who would answer now. */
  readonly retriever: "index" | "gpu";
  /** Why, for a person. */
  readonly reason: string;
}

/**
 * Bytes of vectors that are copied at most. A comparison reads them all in one go, and a display waits meanwhile: 2 GiB are 40 ms at
 * 50 GB/s. 2.8 million chunks of 384 dimensions.
 */
const mostBytes = 2 ** 31;

export class GpuRetriever {
  readonly #reader: StoreReader;
  readonly #source: VectorSource;
  readonly #options: GpuRetrieverOptions;
  readonly #mostChunks: number;
  #copy: GpuCopy | null = null;
  #following: Promise<void> | null = null;
  #searches = 0;
  /** Losses since a search was served. */
  #losses = 0;
  /** Why it serves no more. */
  #off: string | null = null;

  constructor(reader: StoreReader, source: VectorSource, options: GpuRetrieverOptions) {
    this.#reader = reader;
    this.#source = source;
    this.#options = options;
    this.#mostChunks = options.mostChunks ?? Math.floor(mostBytes / 2 / reader.identity.dimensions);
  }

  /** As the store's own `searchVectors`. What was asked to be exact is the store's. */
  readonly search: VectorRetriever = async (query, options) => {
    const { exact = false, words } = options;
    const isConstrained = words !== undefined && words.all.length + words.none.length > 0;
    const served = exact || isConstrained ? null : await this.#serve(query, options);
    return served ?? this.#reader.searchVectors(query, options);
  };

  /** Who would answer, and why. */
  async status(): Promise<VectorRetrieverStatus> {
    const index = (reason: string): VectorRetrieverStatus => ({ retriever: "index", reason });
    if (this.#off !== null) return index(this.#off);
    if (this.#copy === null) return index("vectors are copied to the GPU on the second search");
    const { size, place, revision } = this.#copy;
    const copied = `${size} vectors, ${Math.ceil(place.bytes / 2 ** 20)} MiB on ${place.adapter}`;
    if (revision === null || revision !== (await this.#source.revision())) {
      return index(`the copy on the GPU is not up to date (${copied})`);
    }
    return { retriever: "gpu", reason: `every vector is compared on the GPU (${copied})` };
  }

  /** Gives the GPU's memory back. */
  async close(): Promise<void> {
    this.#off ??= "closed";
    await this.#copy?.close();
    await this.#following;
  }

  /** Null where the GPU cannot answer, or not for the present revision. */
  async #serve(query: Float32Array, { limit, filter, onCompared }: VectorSearchOptions): Promise<Hit[] | null> {
    this.#searches++;
    if (this.#off !== null) return null;
    const revision = await this.#source.revision();
    const copy = this.#copy;
    if (copy?.revision !== revision) {
      if (this.#searches > 1) this.#following ??= this.#follow().finally(() => (this.#following = null));
      return null;
    }
    try {
      const kept = filter === undefined || keepsAll(filter) ? null : filter;
      const among = await copy.candidates(query, limit, kept);
      const hits = await this.#source.compareVectors(query, among, limit);
      // Somebody changed the index since: the candidates may not be those of the vectors that are there now.
      if ((await this.#source.revision()) !== revision) return null;
      this.#losses = 0;
      onCompared?.("gpu");
      return hits;
    } catch (error) {
      await this.#failed(error);
      return null;
    }
  }

  /** Makes the copy, or brings it up to date. Never throws: it runs behind a search. */
  async #follow(): Promise<void> {
    try {
      const { chunks } = await this.#reader.statistics();
      if (chunks > this.#mostChunks) {
        throw new Error(`the index has ${chunks} chunks, more than the ${this.#mostChunks} that are kept on the GPU`);
      }
      this.#copy ??= new GpuCopy(this.#copied(), await this.#options.open());
      if (this.#off !== null || !(await this.#copy.follow())) await this.#drop();
    } catch (error) {
      await this.#failed(error);
    }
  }

  #copied(): CopiedVectors {
    return {
      revision: () => this.#source.revision(),
      chunkIds: (filter) => this.#source.chunkIds(filter),
      vectorsOfChunks: (ids) => this.#reader.vectorsOfChunks(ids),
    };
  }

  /** A lost device gets another chance, unless nothing was served since the last loss; anything else is the end of it. */
  async #failed(error: unknown): Promise<void> {
    await this.#drop();
    if (this.#off !== null) return;
    if (this.#options.isLoss(error) && this.#losses++ === 0) return;
    const reason = (error instanceof Error ? error.message : String(error)).replace(/\.$/, "");
    this.#off = `vector search falls back to the index: ${reason}`;
    this.#options.onNotice(`ferris: ${this.#off}`);
  }

  async #drop(): Promise<void> {
    const copy = this.#copy;
    this.#copy = null;
    await copy?.close().catch(() => undefined);
  }
}
