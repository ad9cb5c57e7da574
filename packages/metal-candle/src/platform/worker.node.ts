/**
 * The worker door, Node's side: threads of node:worker_threads.
 *
 * An idle thread of ours does not keep the process alive; one that owes an answer does, or the process would end in the middle of an
 * `await` for it, with code 13.
 */
import { Worker } from "node:worker_threads";
import type { WorkerPort } from "./worker-types.ts";

/** Starts the thread that tokenises; `entry` is its compiled file, for whoever runs from elsewhere. */
export function startTokenizerWorker(
  entry = new URL("../tokenizers/pool/tokenizer-worker.js", import.meta.url),
): WorkerPort {
  return startThread(entry);
}

/** Starts a thread that answers by `serveWorker`; `entry` is its compiled file. */
export function startThread(entry: URL): WorkerPort {
  // Flags of the host process (its loaders, its import conditions) are not for our own compiled file.
  const worker = new Worker(entry, { execArgv: [] });
  let owed = 0;
  const answered = (): void => {
    owed--;
    if (owed === 0) worker.unref();
  };
  // A listener for messages makes Node hold on to the thread again, so this comes after it.
  worker.on("message", answered).unref();
  return {
    post: (message, transfer) => {
      owed++;
      worker.ref();
      worker.postMessage(message, transfer);
    },
    onMessage: (listener) => {
      worker.on("message", listener);
      if (owed === 0) worker.unref();
    },
    onFailure: (listener) => {
      worker.on("error", listener);
      worker.on("exit", (code) => listener(new Error(`the thread ended with code ${code}`)));
    },
    close: async () => {
      worker.removeAllListeners();
      await worker.terminate();
    },
  };
}
