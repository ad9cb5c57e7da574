/** metal-candle's main entry point: sentence embeddings. See also metal-candle/tools, /ops, /vectors, /tokenizer and /diagnostics. */
export { EmbeddingModel, type ModelInfo, type ModelStats } from "./embedding-model.ts";
export { Reranker, type RankedText, type RankOptions, type RerankerOptions } from "./reranker.ts";
export { Embeddings } from "./embeddings.ts";
export { cosineSimilarity, similarity } from "./similarity.ts";
export type { EmbedOptions, LoadOptions, LoadProgress } from "./options.ts";
export type { DeviceChoice } from "./device-policy.ts";
export type { Dtype } from "./gpu/choose/numerics-class.ts";
export type { EncoderReport, GpuStats } from "./encoder/report.ts";
export * from "./errors.ts";
