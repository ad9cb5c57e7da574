/** metal-candle's main entry point: sentence embeddings. See also metal-candle/ops, /tokenizer and /diagnostics. */
export { EmbeddingModel, type ModelInfo, type ModelStats } from "./embedding-model.ts";
export { Reranker, type Ranking, type RerankerOptions } from "./reranker.ts";
export { Embeddings } from "./embeddings.ts";
export type { EmbedOptions, LoadOptions, LoadProgress } from "./options.ts";
export type { DeviceChoice } from "./device-policy.ts";
export type { AdapterReport, SubgroupMatrixConfig } from "./encoder/report.ts";
export type { GemmTuning, TunedGemm } from "./encoder/report.ts";
export type { KernelReport } from "./encoder/report.ts";
export { pullModel, type PullOptions, type PullProgress, type PullResult } from "./hub/pull.ts";
export { quantizeModel, type QuantizeOptions, type QuantizeResult } from "./models/quantize-model.ts";
export * from "./errors.ts";
