/** metal-candle's main entry point: sentence embeddings. See also metal-candle/ops, /tokenizer and /diagnostics. */
export { EmbeddingModel, type ModelInfo, type ModelStats } from "./embedding-model.ts";
export { Reranker, type Ranking, type RerankerOptions } from "./reranker.ts";
export { Embeddings } from "./embeddings.ts";
export type { EmbedOptions, LoadOptions, LoadProgress } from "./options.ts";
export type { DeviceChoice } from "./devices/policy.ts";
export type { AdapterReport, SubgroupMatrixConfig } from "./devices/report.ts";
export type { GemmTuning, TunedGemm } from "./gpu/autotune.ts";
export type { KernelReport } from "./gpu/kernel-proofs.ts";
export { pullModel, type PullOptions, type PullProgress, type PullResult } from "./hub/pull.ts";
export { quantizeModel, type QuantizeOptions, type QuantizeResult } from "./models/quantize-model.ts";
export * from "./errors.ts";
