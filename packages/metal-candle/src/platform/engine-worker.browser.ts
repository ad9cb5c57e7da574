/** The engine's door, the page's side: a module worker. Bundlers find its file by the expression below; those that do not
 * look for it are told to make metal-candle-worker.js beside the page's own bundle, of metal-candle/metal-candle-worker. */
import type { WorkerLike } from "../worker/worker-like.ts";

/** Whether this is the thread that a page is drawn by: workers have no document. */
export function onPagesThread(): boolean {
  return typeof document !== "undefined" && typeof Worker !== "undefined";
}

export function startEngineWorker(): WorkerLike {
  return new Worker(new URL("./metal-candle-worker.js", import.meta.url), { type: "module", name: "metal-candle" });
}
