/** The worker door, the page's side: module workers. Bundlers find the worker's file by the expression below. */
import type { WorkerAnswer, WorkerPort } from "./worker-types.ts";

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

/** Within a thread: answers each message in turn. */
export function serveWorker(answer: (message: unknown) => Promise<WorkerAnswer>): void {
  const scope = globalThis as unknown as {
    addEventListener(type: "message", listener: (event: { data: unknown }) => void): void;
    postMessage(message: unknown, transfer: ArrayBuffer[]): void;
  };
  let turn: Promise<unknown> = Promise.resolve();
  scope.addEventListener("message", ({ data }) => {
    turn = turn.then(() => answer(data)).then((given) => scope.postMessage(given.message, given.transfer));
  });
}
