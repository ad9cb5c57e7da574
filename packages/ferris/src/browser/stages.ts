/** Indexing's last stages behind documents that a page prepares: embed → write, each ahead of the next, as in `indexing/index-folder.ts`. */
import { FerrisError } from "../errors.ts";
import { BoundedQueue } from "../indexing/bounded-queue.ts";
import { embedDocuments, type EmbeddedDocument } from "../indexing/embed.ts";
import type { Embedder } from "../indexing/embedder.ts";
import type { PreparedDocument } from "../indexing/prepare.ts";
import type { IndexReport } from "../indexing/report.ts";
import type { IndexRun } from "../indexing/run.ts";
import { writeDocuments } from "../indexing/write.ts";
import type { Store } from "../store/store.ts";

/** Characters of cut text that wait for the model. */
const charactersAhead = 2 * 2 ** 20;
/** Chunks with vectors that wait for the store. */
const chunksAhead = 4_096;

interface Stages {
  readonly store: Store;
  readonly embedder: Embedder;
  readonly run: IndexRun;
  /** Stops after the transaction in flight. */
  readonly signal: AbortSignal;
}

/** Runs them over what `prepare` yields, which is to stop with its signal. */
export async function runStages(
  { store, embedder, run, signal }: Stages,
  prepare: (stopped: AbortSignal) => AsyncIterable<PreparedDocument>,
): Promise<IndexReport> {
  const stop = new AbortController();
  const stopped = AbortSignal.any([signal, stop.signal]);
  const prepared = new BoundedQueue<PreparedDocument>(charactersAhead);
  const embedded = new BoundedQueue<EmbeddedDocument>(chunksAhead);
  const preparing = async () => {
    for await (const document of prepare(stopped)) {
      stopped.throwIfAborted();
      await prepared.push(
        document,
        document.chunks.reduce((sum, chunk) => sum + chunk.embeddingText.length, 0),
      );
    }
    prepared.close();
  };
  // What already has its vectors is still written.
  const end = (error: unknown) => {
    stop.abort(error);
    prepared.fail(error);
    embedded.close();
    throw error;
  };
  stopped.addEventListener("abort", () => prepared.fail(stopped.reason));
  const outcomes = await Promise.allSettled([
    preparing().catch(end),
    embedDocuments(prepared, embedded, { store, embedder, run, signal: stopped }).catch(end),
    writeDocuments(embedded, { store, run }).catch((error: unknown) => {
      embedded.fail(error);
      end(error);
    }),
  ]);
  const reasons = outcomes.flatMap((outcome) => (outcome.status === "rejected" ? [outcome.reason as unknown] : []));
  if (reasons.length > 0) {
    if (signal.aborted && !reasons.some((reason) => reason instanceof FerrisError)) return run.report(true);
    throw reasons.find((reason) => reason instanceof FerrisError) ?? reasons[0];
  }
  await store.clearStaged();
  return run.report(false);
}
