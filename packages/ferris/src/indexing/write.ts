/**
 * Writes documents with their vectors into the store: several small ones in one transaction, each of them whole or not at all.
 */
import { asLongWork } from "../main-thread/long-work.ts";
import type { Store } from "../store/store.ts";
import type { BoundedQueue } from "./bounded-queue.ts";
import type { EmbeddedDocument } from "./embed.ts";
import type { IndexRun } from "./run.ts";

/** A transaction is written when it has this many chunks, or when its first document has waited this long. */
const chunksAtOnce = 512;
const longestWait = 250;
/** A transaction of more chunks takes longer than anybody wants to wait for an answer to Ctrl-C. */
const longAbove = 4_096;

/** Takes documents from `input` until it is closed. Rejects with the store's errors. */
export async function writeDocuments(
  input: BoundedQueue<EmbeddedDocument>,
  { store, run }: { store: Store; run: IndexRun },
): Promise<void> {
  for (let first = await input.take(); first; first = await input.take()) {
    const group = [first];
    let chunks = first.document.chunks.length;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const waited = new Promise<true>((resolve) => (timer = setTimeout(resolve, longestWait, true)));
    let isOver = false;
    while (chunks < chunksAtOnce && !input.finished && !isOver) {
      isOver = (await Promise.race([input.arrival(), waited])) === true;
      const next = input.takeNow();
      if (!next) continue;
      group.push(next);
      chunks += next.document.chunks.length;
    }
    clearTimeout(timer);
    const vectors = new Map(group.flatMap((embedded) => [...embedded.vectors]));
    const put = () =>
      store.putDocuments(
        group.map(({ document }) => document),
        vectors,
      );
    await run.clock.time("write", () => (chunks > longAbove ? asLongWork(put) : put()));
    for (const { document, reused } of group) {
      run.done(document.record.path, document.outcome, document.record.size, document.chunks.length, reused);
    }
  }
}
