/**
 * The two phases of a run behind documents that somebody prepares: their words, then their vectors; wherever the index is kept.
 *
 * Where the model leaves the processors alone it is at work from the first document on. The queue between the stages is bounded, so of documents
 * only a few are in memory.
 */
import { FerrisError } from "../errors.ts";
import type { Store } from "../store/store.ts";
import { BoundedQueue } from "./bounded-queue.ts";
import { embedPending } from "./embed.ts";
import type { Embedder } from "./embedder.ts";
import type { PreparedDocument } from "./prepare.ts";
import type { IndexReport } from "./report.ts";
import type { IndexRun } from "./run.ts";
import { writeDocuments } from "./write.ts";

/** Characters of cut text that wait for the store. */
const charactersAhead = 8 * 2 ** 20;

export interface Phases {
  readonly store: Store;
  readonly embedder: Embedder;
  readonly run: IndexRun;
  /** Stops after the transaction in flight; the report says `interrupted`. */
  readonly signal?: AbortSignal | undefined;
  /** Stops embedding after the calls under way. */
  readonly until?: AbortSignal | undefined;
  /** Yields the documents to write; to stop with its signal. */
  readonly prepare: (stopped: AbortSignal) => AsyncIterable<PreparedDocument>;
  /** Called when all of them have their words: what is gone leaves before anybody embeds it. */
  readonly afterWords?: () => Promise<void>;
}

export async function runPhases(phases: Phases): Promise<IndexReport> {
  const { store, embedder, run, signal, until, prepare, afterWords } = phases;
  const stop = new AbortController();
  const stopped = signal ? AbortSignal.any([signal, stop.signal]) : stop.signal;
  const prepared = new BoundedQueue<PreparedDocument>(charactersAhead);
  /** An item says that documents were written. */
  const words = new BoundedQueue<null>(1);
  const fail = (reason: unknown): void => {
    prepared.fail(reason);
    words.fail(reason);
  };
  stopped.addEventListener("abort", () => fail(stopped.reason));
  // The first stage that fails ends the others; what was written stays.
  const end = (error: unknown): never => {
    stop.abort(error);
    fail(error);
    throw error;
  };
  run.leftOver(await store.pendingWork());

  const preparing = async (): Promise<void> => {
    for await (const document of prepare(stopped)) {
      stopped.throwIfAborted();
      const characters = document.chunks.reduce((sum, chunk) => sum + chunk.embeddingText.length, 0);
      await prepared.push(document, characters);
    }
    prepared.close();
  };
  const onWritten = (): void => void words.push(null, 0).catch(() => {});
  const writing = async (): Promise<void> => {
    await allEnded([preparing().catch(end), writeDocuments(prepared, { store, run, onWritten }).catch(end)]);
    await afterWords?.();
    run.wordsFinished();
    words.close();
  };
  const embedding = async (): Promise<void> => {
    run.embeddingBegins();
    await embedPending({ store, embedder, run, signal: stopped, until }, words);
  };
  try {
    if (embedder.usesProcessors) {
      await writing();
      await embedding();
    } else await allEnded([writing().catch(end), embedding().catch(end)]);
  } catch (error) {
    // A full disk is told even when it is met while stopping; the model's word about being stopped is not.
    if (signal?.aborted && !(error instanceof FerrisError)) return report(true);
    throw error;
  }
  await store.clearStaged();
  return report(false);

  async function report(interrupted: boolean): Promise<IndexReport> {
    const { chunks, chunksWithVectors } = await store.statistics();
    return run.report(interrupted, chunks - chunksWithVectors);
  }
}

/** Waits for all of them, whatever becomes of the first that fails, and then throws: an error of ferris rather than another. */
export async function allEnded(stages: readonly Promise<void>[]): Promise<void> {
  const outcomes = await Promise.allSettled(stages);
  const reasons = outcomes.flatMap((outcome) => (outcome.status === "rejected" ? [outcome.reason as unknown] : []));
  if (reasons.length > 0) throw reasons.find((reason) => reason instanceof FerrisError) ?? reasons[0];
}
