/**
 * Who compares vectors for one Ferris: the index itself, or the GPU that its model runs on. An index that was made anew gets a new one.
 */
import { type EmbeddingModel, isDeviceLoss, type ModelInfo, openGpuVectors } from "./engine.ts";
import type { FerrisOptions } from "./options.ts";
import { GpuRetriever, type VectorRetrieverStatus } from "./search/retrieve/gpu-retriever.ts";
import type { StoreReader } from "./store/store.ts";

export class VectorRetrievers {
  readonly #options: FerrisOptions;
  #current: GpuRetriever | null = null;
  readonly #replaced: Promise<void>[] = [];

  constructor(options: FerrisOptions) {
    this.#options = options;
  }

  /** The GPU's, where the model runs on one; null: the index answers by itself. */
  of(reader: StoreReader, model: EmbeddingModel): GpuRetriever | null {
    const source = reader.vectorSource;
    if (model.info().device !== "gpu" || source === null) return null;
    const { allowSoftwareAdapter, onNotice = console.warn } = this.#options;
    return (this.#current ??= new GpuRetriever(reader, source, {
      open: () => openGpuVectors(reader.identity.dimensions, { allowSoftwareAdapter }),
      isLoss: isDeviceLoss,
      onNotice,
    }));
  }

  /** Who would compare vectors now, and why. */
  async status(modelInfo: () => Promise<ModelInfo | null>): Promise<VectorRetrieverStatus> {
    if (this.#current !== null) return this.#current.status();
    const onCpu = (await modelInfo())?.device === "cpu";
    return { retriever: "index", reason: onCpu ? "the model runs on the CPU" : "no search has asked a model yet" };
  }

  /** Another index is in the folder now. */
  forget(): void {
    const current = this.#current;
    this.#current = null;
    if (current) this.#replaced.push(current.close());
  }

  /** Gives the GPU's memory back. To be called before the index is closed, which is read until then. */
  async close(): Promise<void> {
    await Promise.all([this.#current?.close(), ...this.#replaced]);
  }
}
