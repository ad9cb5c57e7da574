/**
 * The serving end of the worker door, the page's side. Apart from the starting end: what a worker imports must not name that worker's own
 * file, or its graph contains itself, which some bundlers never finish.
 */
import type { WorkerAnswer } from "./worker-types.ts";

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
