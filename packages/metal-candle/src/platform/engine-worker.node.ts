/** The engine's door, Node's side: there it runs in the thread that loads a model, which waits for a GPU without being held up. */
import { WorkerLostError } from "../errors.ts";
import type { WorkerLike } from "../worker/worker-like.ts";

/** Whether this is the thread that a page is drawn by. */
export function onPagesThread(): boolean {
  return false;
}

export function startEngineWorker(): WorkerLike {
  throw new WorkerLostError(
    "`worker` is for pages. Leave it out, or start a thread of node:worker_threads and load the model there.",
  );
}
