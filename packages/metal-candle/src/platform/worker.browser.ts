/** The worker door, the page's side: module workers. Bundlers find the worker's file by the expression below. */
import type { WorkerPort } from "./worker-types.ts";

/** Starts the thread that tokenises. */
export function startTokenizerWorker(): WorkerPort {
  const worker = new Worker(new URL("../tokenizers/pool/tokenizer-worker.js", import.meta.url), { type: "module" });
  return {
    post: (message, transfer = []) => worker.postMessage(message, transfer),
    onMessage: (listener) => worker.addEventListener("message", ({ data }) => listener(data)),
    onFailure: (listener) => {
      worker.addEventListener("error", ({ message }) =>
        listener(new Error(message || "the worker's file did not load")),
      );
    },
    close: async () => worker.terminate(),
  };
}
