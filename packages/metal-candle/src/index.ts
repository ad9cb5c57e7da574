/** metal-candle's main entry point: sentence embeddings. See also metal-candle/tools, /ops, /vectors, /tokenizer and /diagnostics. */
export { EmbeddingModel } from "./embedding-model.ts";
export type { Classification, ModelInfo, ModelStats, RankedText, RerankerInfo } from "./engine/engine.ts";
export { Reranker } from "./reranker.ts";
export { cacheUsage, clearCache, type CacheUsage } from "./cache.ts";
export { Embeddings } from "./embeddings.ts";
export { TokenVectors } from "./token-vectors.ts";
export type { TokenPlace } from "./tokenizers/offsets/token-places.ts";
export { cosineSimilarity, similarity } from "./similarity.ts";
export type {
  ClassifyOptions,
  DeviceChoice,
  DevicesChoice,
  EmbedOptions,
  GpuDeviceLike,
  LoadOptions,
  LoadProgress,
  PromptName,
  RankOptions,
  RerankerOptions,
  TokenOptions,
} from "./options.ts";
export type { BatchNotice } from "./batching/batch-queue.ts";
export type { CallCost } from "./batching/call-cost.ts";
export type { WorkerLike } from "./worker/worker-like.ts";
export type { Dtype } from "./gpu/choose/numerics-class.ts";
export type { EncoderReport, GpuStats } from "./encoder/report.ts";
export * from "./errors.ts";
