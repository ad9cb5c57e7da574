/**
 * The models of one Ferris, each loaded when it is first needed and shared by all calls: the embedding model (the one that was asked for, the
 * index's own, or the bundled one) and the reranker.
 */
import {
  bundledModel,
  type EmbeddingModel,
  type ModelOptions,
  type ModelSource,
  ownModels,
  type Reranker,
  usualReranker,
} from "../engine.ts";
import { UsageError } from "../errors.ts";
import type { FerrisOptions } from "../options.ts";
import { SharedLoad } from "./shared-load.ts";

export class Models {
  readonly #source: ModelSource;
  readonly #folder: string;
  readonly #options: FerrisOptions;
  readonly #model = new SharedLoad<EmbeddingModel>((model) => model.close());
  /** By id or folder: one question may call for another than the next. */
  readonly #rerankers = new Map<string, SharedLoad<Reranker>>();

  /** What the index said that the model in use was loaded for. */
  #loadedFor: string | null = null;

  /** @param folder of the index, for messages */
  constructor(folder: string, options: FerrisOptions) {
    this.#folder = folder;
    this.#options = options;
    this.#source = options.models ?? ownModels;
  }

  /** The embedding model that is loaded or being loaded, or null. */
  get loaded(): Promise<EmbeddingModel> | null {
    return this.#model.value;
  }

  /**
   * The embedding model.
   * @param recorded the model that the index says it was made with, or null
   * @param signal ends this caller's waiting
   * @throws UsageError where the index was made with a model that nobody names; what loading a model throws
   */
  async load(recorded: string | null, signal?: AbortSignal): Promise<EmbeddingModel> {
    const wanted = this.#options.model ?? recorded ?? bundledModel;
    const before = this.#loadedFor;
    this.#loadedFor = wanted;
    // The index was made anew, of another model.
    if (before !== null && before !== wanted) await this.#model.close();
    return this.#model.get((own) => this.#load(recorded, own), signal);
  }

  /** The cross-encoder that was named here or for all searches, or the usual one. */
  reranker(named: string | undefined, signal?: AbortSignal): Promise<Reranker> {
    const id = named ?? this.#options.reranker ?? usualReranker;
    const load = this.#rerankers.get(id) ?? new SharedLoad<Reranker>((reranker) => reranker.close());
    this.#rerankers.set(id, load);
    return load.get((own) => this.#source.reranker(id, { ...this.#loadOptions(), signal: own }), signal);
  }

  /** Frees them. Call it when nobody waits for one any more. */
  async close(): Promise<void> {
    const rerankers = [...this.#rerankers.values()].map((reranker) => reranker.close());
    await Promise.all([this.#model.close(), ...rerankers]);
  }

  async #load(recorded: string | null, signal: AbortSignal): Promise<EmbeddingModel> {
    const { model, devices } = this.#options;
    const options = { ...this.#loadOptions(), devices, signal };
    if (model !== undefined) return this.#source.embeddingModel(model, options);
    if (recorded === null || recorded === bundledModel) return this.#source.embeddingModel(bundledModel, options);
    // An index that was found is untrusted: it may name a model that is here already, not a folder, nor cause a download.
    if (!/^[\w.-]+\/[\w.-]+$/.test(recorded)) {
      throw new UsageError(
        `the index in ${this.#folder} was made with a model in a folder named "${recorded}": say where that folder is`,
        { option: "model" },
      );
    }
    return this.#source.embeddingModel(recorded, { ...options, offline: true });
  }

  #loadOptions(): ModelOptions {
    const { device, dtype, allowSoftwareAdapter, cpuThread, onNotice, onDownload } = this.#options;
    return { device, dtype, allowSoftwareAdapter, cpuThread, onNotice, onProgress: onDownload };
  }
}
