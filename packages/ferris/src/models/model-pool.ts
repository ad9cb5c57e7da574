/**
 * Models that several indexes and doors of one process share: each loaded once, at its first use, and closed at the end, or sooner where
 * nobody has used it for a while.
 */
import { collectGarbage } from "../main-thread/collect-garbage.ts";
import {
  type BatchNotice,
  type EmbeddingModel,
  loadModel,
  loadReranker,
  type ModelOptions,
  type ModelSource,
  type Reranker,
} from "../engine.ts";
import { lease } from "./lease.ts";
import { SharedLoad } from "./shared-load.ts";

/** A model, as far as a pool knows it. */
export type Closable = { close(): Promise<void>; info(): { readonly device: string } };
type Load<Model> = (options: ModelOptions) => Promise<Model>;

/** One model of a pool. */
export class PooledModel<Model extends Closable> {
  readonly id: string;
  readonly #load: Load<Model>;
  readonly #options: ModelOptions;
  readonly #idleMs: number | null;
  #shared = new SharedLoad<Model>((model) => model.close());
  #loaded: Model | null = null;
  #using = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(id: string, load: Load<Model>, options: ModelOptions, idleMs: number | null) {
    this.id = id;
    this.#load = load;
    this.#options = options;
    this.#idleMs = idleMs;
  }

  /** The model, where it is loaded and ready. */
  get loaded(): Model | null {
    return this.#loaded;
  }

  /** Runs `work` with the model, which stays open for it. */
  async use<Result>(work: (model: Model) => Promise<Result>, signal: AbortSignal): Promise<Result> {
    this.#hold();
    try {
      return await work(this.#loaded ?? (await this.#get(signal)));
    } finally {
      this.#release();
    }
  }

  /** The model, open until the caller closes what it is given. */
  async lease({ signal, offline }: Pick<ModelOptions, "signal" | "offline">): Promise<Model> {
    this.#hold();
    try {
      const model = await this.#get(signal, offline);
      return lease(model, () => this.#release());
    } catch (error) {
      this.#release();
      throw error;
    }
  }

  // Notices of a load go to the maker of the pool, once: later callers would hear them again and again.
  async #get(signal: AbortSignal | undefined, offline = this.#options.offline): Promise<Model> {
    const load = (own: AbortSignal): Promise<Model> => this.#load({ ...this.#options, offline, signal: own });
    const model = await this.#shared.get(load, signal);
    if (this.#loaded === null) {
      this.#loaded = model;
      // The weights as they came from their file: as much memory again, which nobody would miss for minutes.
      setTimeout(collectGarbage, 1000).unref();
    }
    return model;
  }

  #hold(): void {
    clearTimeout(this.#timer);
    this.#using++;
  }

  #release(): void {
    this.#using -= 1;
    if (this.#using > 0 || this.#idleMs === null) return;
    this.#timer = setTimeout(() => void this.#unload(), this.#idleMs);
    this.#timer.unref();
  }

  async #unload(): Promise<void> {
    if (this.#using > 0) return;
    const old = this.#shared;
    this.#shared = new SharedLoad<Model>((model) => model.close());
    this.#loaded = null;
    await old.close();
  }

  close(): Promise<void> {
    clearTimeout(this.#timer);
    this.#loaded = null;
    return this.#shared.close();
  }
}

export interface ModelPoolOptions {
  /** How models are loaded, unless who asks says otherwise. */
  readonly load: ModelOptions;
  /** Milliseconds without a user after which a model is closed; null: never. */
  readonly idleMs?: number | null | undefined;
}

export class ModelPool implements ModelSource {
  /** Told of each batch that any of the models runs. */
  readonly batchListeners = new Set<(batch: BatchNotice) => void>();
  readonly #load: ModelOptions;
  readonly #idleMs: number | null;
  readonly #embedding = new Map<string, PooledModel<EmbeddingModel>>();
  readonly #rerankers = new Map<string, PooledModel<Reranker>>();

  constructor({ load, idleMs = null }: ModelPoolOptions) {
    this.#load = load;
    this.#idleMs = idleMs;
  }

  embedding(id: string, options: ModelOptions = {}): PooledModel<EmbeddingModel> {
    return this.#entry(this.#embedding, id, loadModel, options);
  }

  reranking(id: string, options: ModelOptions = {}): PooledModel<Reranker> {
    return this.#entry(this.#rerankers, id, loadReranker, options);
  }

  embeddingModel(id: string, options: ModelOptions): Promise<EmbeddingModel> {
    return this.embedding(id, options).lease(options);
  }

  reranker(id: string, options: ModelOptions): Promise<Reranker> {
    return this.reranking(id, options).lease(options);
  }

  /**
   * How a model is loaded for somebody who asks for it so. Who leaves it open (`auto`) takes what this process has decided for all: another
   * device would be another model in memory.
   */
  loadedAs({ device, dtype, allowSoftwareAdapter }: ModelOptions): ModelOptions {
    return {
      device: decided(device, this.#load.device),
      dtype: decided(dtype, this.#load.dtype),
      allowSoftwareAdapter: allowSoftwareAdapter ?? this.#load.allowSoftwareAdapter,
    };
  }

  #entry<Model extends Closable>(
    entries: Map<string, PooledModel<Model>>,
    id: string,
    load: (id: string, options: ModelOptions) => Promise<Model>,
    given: ModelOptions,
  ): PooledModel<Model> {
    const how = this.loadedAs(given);
    const key = JSON.stringify([id, how.device, how.dtype, how.allowSoftwareAdapter]);
    const known = entries.get(key) ?? this.#onSameDevice(entries, id, how);
    if (known) return known;
    const onBatch = (batch: BatchNotice): void => {
      for (const listener of this.batchListeners) listener(batch);
    };
    const options = { ...this.#load, ...how, onBatch };
    const entry = new PooledModel(id, (own) => load(id, own), options, this.#idleMs);
    entries.set(key, entry);
    return entry;
  }

  /** Where this process's choice was left open, too: the model that it led to, if that is on the device that is asked for. */
  #onSameDevice<Model extends Closable>(
    entries: Map<string, PooledModel<Model>>,
    id: string,
    { device, dtype, allowSoftwareAdapter }: ModelOptions,
  ): PooledModel<Model> | undefined {
    const usual = entries.get(JSON.stringify([id, this.#load.device, dtype, allowSoftwareAdapter]));
    return usual?.loaded?.info().device === device ? usual : undefined;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#embedding.values(), ...this.#rerankers.values()].map((model) => model.close()));
  }
}

function decided<T>(wanted: T | "auto" | undefined, own: T | undefined): T | undefined {
  return wanted === undefined || wanted === "auto" ? own : wanted;
}
