/**
 * Writes documents with their vectors into the store: several small ones in one transaction, each of them whole or not at all.
 */
import type { Store } from "../store/store.ts";
import type { BoundedQueue } from "./bounded-queue.ts";
import type { EmbeddedDocument } from "./embed.ts";
import type { IndexRun } from "./run.ts";

/** A transaction has at least this many chunks when more documents wait; fewer when none do. */
const chunksAtOnce = 512;

/** Takes documents from `input` until it is closed. Rejects with the store's errors. */
export async function writeDocuments(
  input: BoundedQueue<EmbeddedDocument>,
  { store, run }: { store: Store; run: IndexRun },
): Promise<void> {
  for (let first = await input.take(); first; first = await input.take()) {
    const group = [first];
    let chunks = first.document.chunks.length;
    while (chunks < chunksAtOnce) {
      const next = input.takeNow();
      if (!next) break;
      group.push(next);
      chunks += next.document.chunks.length;
    }
    const vectors = new Map(group.flatMap((embedded) => [...embedded.vectors]));
    await run.clock.time("write", () =>
      store.putDocuments(
        group.map(({ document }) => document),
        vectors,
      ),
    );
    for (const { document, reused } of group) {
      run.done(document.outcome, document.record.size, document.chunks.length, reused);
    }
  }
}
