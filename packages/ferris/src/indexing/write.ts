/**
 * Writes documents with their words into the store: several small ones in one transaction, each of them whole or not at all. Their vectors follow
 * (embed.ts), save those that the index has already.
 */
import { asLongWork } from "../main-thread/long-work.ts";
import type { Store } from "../store/store.ts";
import type { BoundedQueue } from "./bounded-queue.ts";
import type { PreparedDocument } from "./prepare.ts";
import type { IndexRun } from "./run.ts";

/** A transaction is written when it has this many chunks, or when its first document has waited this long. */
const chunksAtOnce = 512;
const longestWait = 250;
/** A transaction of more chunks takes longer than anybody wants to wait for an answer to Ctrl-C. */
const longAbove = 4_096;

const noVectors: ReadonlyMap<string, Float32Array> = new Map();

export interface WriteContext {
  readonly store: Store;
  readonly run: IndexRun;
  /** Told after each transaction. */
  readonly onWritten: () => void;
}

/** Takes documents from `input` until it is closed. Rejects with the store's errors. */
export async function writeDocuments(
  input: BoundedQueue<PreparedDocument>,
  { store, run, onWritten }: WriteContext,
): Promise<void> {
  for (let first = await input.take(); first; first = await input.take()) {
    const group = [first];
    let chunks = first.chunks.length;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const waited = new Promise<true>((resolve) => (timer = setTimeout(resolve, longestWait, true)));
    let isOver = false;
    while (chunks < chunksAtOnce && !input.finished && !isOver) {
      isOver = (await Promise.race([input.arrival(), waited])) === true;
      const next = input.takeNow();
      if (!next) continue;
      group.push(next);
      chunks += next.chunks.length;
    }
    clearTimeout(timer);
    const put = () => store.putDocuments(group, noVectors);
    const work = await run.clock.time("write", () => (chunks > longAbove ? asLongWork(put) : put()));
    for (const [i, { record, outcome, chunks: own }] of group.entries()) {
      const fresh = work[i]!;
      run.wanted(fresh);
      run.done(record.path, outcome, record.size, own.length, own.length - fresh.chunks);
    }
    onWritten();
  }
}
