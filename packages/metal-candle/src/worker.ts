/** metal-candle/worker: the engine for a page, in a worker of the page's own making. */
export { serveEngine, type ServeEngineOptions } from "./worker/serve-engine.ts";
export type { WorkerLike } from "./worker/worker-like.ts";
