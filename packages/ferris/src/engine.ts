/**
 * The one door to metal-candle: loads an embedding model and shows it to indexing and search as what they ask for.
 *
 * metal-candle is imported when a model is loaded, not before: commands that need none (help, status) stay instant. Documents
 * are embedded with the model's `passage` prompt and queries with `query`; which texts those are is the model's business.
 */
import { basename, resolve } from "#platform/paths";
import type { EmbeddingModel, LoadOptions, ModelInfo, Reranker } from "metal-candle";
import type { GpuVectors } from "metal-candle/vectors";
import type { Embedder } from "./indexing/embedder.ts";
import type { TextScorer } from "./search/rerank.ts";
import type { QueryEmbedder } from "./search/retrieve/retrieve.ts";
import type { ModelIdentity } from "./store/store.ts";

export type {
  BatchNotice,
  CallCost,
  Classification,
  DevicesChoice,
  EmbeddingModel,
  Embeddings,
  LoadProgress,
  ModelInfo,
  Reranker,
} from "metal-candle";

/** The model that is used when nothing else is asked: it comes with ferris. */
export const bundledModel = "all-minilm-l6-v2-q8";
/** The reranker that is used when none is named; it has to be pulled once. */
export const usualReranker = "cross-encoder/ms-marco-MiniLM-L6-v2";

/** What decides how a model is loaded: see metal-candle's LoadOptions. */
export type ModelOptions = Pick<
  LoadOptions,
  | "device"
  | "devices"
  | "dtype"
  | "numerics"
  | "allowSoftwareAdapter"
  | "cpuThread"
  | "offline"
  | "signal"
  | "onNotice"
  | "onProgress"
  | "onBatch"
>;

/**
 * Loads a model by Hugging Face id or folder.
 *
 * @throws MetalCandleError (its subclass says what): no such model, an unsupported one, no such device
 */
export async function loadModel(model: string, options: ModelOptions): Promise<EmbeddingModel> {
  const engine = await import("metal-candle");
  return engine.EmbeddingModel.load(model, options);
}

/** Loads a cross-encoder; its errors are those of `loadModel`. */
export async function loadReranker(model: string, options: ModelOptions): Promise<Reranker> {
  const engine = await import("metal-candle");
  return engine.Reranker.load(model, options);
}

/** Where models come from. Who asked for one closes it. */
export interface ModelSource {
  embeddingModel(id: string, options: ModelOptions): Promise<EmbeddingModel>;
  reranker(id: string, options: ModelOptions): Promise<Reranker>;
}

/** Models of one's own, shared with nobody. */
export const ownModels: ModelSource = { embeddingModel: loadModel, reranker: loadReranker };

/**
 * Opens memory for vectors on the GPU that models use.
 *
 * @throws MetalCandleError: no GPU that is allowed, or none whose kernels pass their checks
 */
export async function openGpuVectors(
  dimensions: number,
  { allowSoftwareAdapter }: Pick<ModelOptions, "allowSoftwareAdapter">,
): Promise<GpuVectors> {
  const engine = await import("metal-candle/vectors");
  return engine.GpuVectors.open({ dimensions, allowSoftwareAdapter });
}

/** Whether an error of the engine says that the GPU went away: another try may find it again. */
export function isDeviceLoss(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "DEVICE_LOST";
}

/** What reranking asks of a model: its first label's score, as its own activation leaves it. */
export function textScorer(reranker: Reranker): TextScorer {
  return async (query, texts, signal) => {
    const scores: number[] = Array.from({ length: texts.length });
    for (const { index, score } of await reranker.rank(query, texts, { signal })) scores[index] = score;
    return scores;
  };
}

/** Starts importing the engine, so that it is there by the time a model is asked for. */
export function preloadEngine(): void {
  // Where it fails, loading a model will say so.
  import("metal-candle").catch(() => {});
}

/** What makes this model's vectors comparable with others, as an index records it. */
export function identityOf({
  id,
  folder,
  revision,
  pooling,
  normalize,
  prompts,
  dimensions,
}: ModelInfo): ModelIdentity {
  return {
    // A model given as a folder is known by the folder's name: where it lies is not part of what it is.
    model: resolve(id) === folder ? basename(folder) : id,
    revision,
    pooling: [...pooling, ...(normalize ? ["normalize"] : [])].join("+"),
    prompts,
    dimensions,
  };
}

/** The view that indexing has of a model: documents embedded with the `passage` prompt. */
export function documentEmbedder(model: EmbeddingModel): Embedder {
  const info = model.info();
  return {
    identity: identityOf(info),
    dimensions: info.dimensions,
    maxLength: info.maxLength,
    usesProcessors: info.device === "cpu",
    devices: info.devices?.length ?? 1,
    countTokens: (text) => model.countTokens(text, { promptName: "passage" }),
    embed: async (texts, signal) => (await model.embed(texts, { promptName: "passage", signal })).data,
  };
}

/** What search asks of a model: vectors of queries, with the `query` prompt. */
export function queryEmbedder(model: EmbeddingModel): QueryEmbedder {
  const embed = async (queries: readonly string[], signal?: AbortSignal) => [
    ...(await model.embed(queries, { promptName: "query", signal })),
  ];
  const countTokens = (query: string) => model.countTokens(query) - model.countTokens("");
  return Object.assign(embed, { countTokens });
}
