/** metal-candle/tools: what is done with a model's files before it is loaded. For Node and other runtimes with a file system. */
export { findModel } from "./hub/find-model.ts";
export { pullModel, type PullOptions, type PullProgress, type PullResult } from "./hub/pull.ts";
export { quantizeModel, type QuantizeOptions, type QuantizeResult } from "./models/quantize-model.ts";
