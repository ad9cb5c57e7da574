/** The serving end of the worker door, Node's side. */
import { parentPort } from "node:worker_threads";
import type { WorkerAnswer } from "./worker-types.ts";

/** Within a thread: answers each message in turn. */
export function serveWorker(answer: (message: unknown) => Promise<WorkerAnswer>): void {
  let turn: Promise<unknown> = Promise.resolve();
  parentPort!.on("message", (message: unknown) => {
    turn = turn.then(() => answer(message)).then((given) => parentPort!.postMessage(given.message, given.transfer));
  });
}
