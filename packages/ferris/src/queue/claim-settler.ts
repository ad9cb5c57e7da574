/**
 * What becomes of claimed documents: they are parsed, embedded, and committed together with the end of their jobs; or left out, or tried again
 * later. What a worker lost meanwhile (paused, cut off) is not committed, because the commit itself looks.
 */
import {
  DocumentError,
  IndexNotFoundError,
  IndexNotWritableError,
  IndexUnusableError,
  StoreUnreachableError,
} from "../errors.ts";
import { keptReasons, type PreparedDocument } from "../indexing/prepare.ts";
import { failureReasons } from "../skip-reason.ts";
import type { PostgresStore } from "../store/postgres/writer.ts";
import type { Claim, WorkDone } from "./job.ts";
import { type DocumentContext, documentOf } from "./job-document.ts";
import type { JobQueue } from "./job-queue.ts";
import type { WorkerList } from "./worker-list.ts";

export interface WorkEvents {
  /** After each commit. */
  readonly onCommit?: (committed: { documents: number; chunks: number; tokens: number; seconds: number }) => void;
  /** A document that could not be indexed, for good or until the next try. */
  readonly onFailure?: (path: string, message: string) => void;
  /** Jobs that were taken over by others before this worker was done. */
  readonly onLost?: (count: number) => void;
  /** Told once: documents wait whose bytes are not in the queue, below no folder that this worker trusts. */
  readonly onUnreachable?: (waiting: { count: number; path: string }) => void;
}

export interface WorkReport {
  readonly documents: number;
  readonly chunks: number;
  readonly tokens: number;
  readonly skipped: number;
  readonly failed: number;
  /** Jobs that others took over. */
  readonly lost: number;
  /** Jobs that went back to the queue, because the worker was told to stop. */
  readonly released: number;
}

export interface SettlerOptions extends WorkEvents {
  readonly store: PostgresStore;
  readonly queue: JobQueue;
  readonly workers: WorkerList;
  /** The worker. */
  readonly id: string;
  readonly context: DocumentContext;
  /** In which the worker had documents, since this was asked last. */
  readonly busySeconds: () => number;
}

/** A claim whose document was parsed and cut. */
interface Prepared {
  readonly claim: Claim;
  readonly document: PreparedDocument;
}

/** Rows that one transaction writes. */
const chunksAtOnce = 512;
/** Documents that failed without one between them that did not, after which it is not theirs: a device that is lost. */
const mostFailuresTogether = 8;
/** Before a job is tried again whose failure was not its document's, in seconds, times its attempts. */
const retryPause = 5;

export class ClaimSettler {
  readonly report = { documents: 0, chunks: 0, tokens: 0, skipped: 0, failed: 0, lost: 0, released: 0 };
  readonly #options: SettlerOptions;
  #failuresTogether = 0;

  constructor(options: SettlerOptions) {
    this.#options = options;
  }

  /**
   * @throws errors that are not a document's: the server's, or the model's for one document after the other; the signal's reason. What was not
   *   done is given back.
   */
  async settle(claims: readonly Claim[]): Promise<void> {
    try {
      await this.#settle(claims);
    } catch (error) {
      // Where it does not come through, their leases end.
      this.report.released += await this.#options.queue.release(claims).catch(() => 0);
      throw error;
    }
  }

  async #settle(claims: readonly Claim[]): Promise<void> {
    const { context } = this.#options;
    const { signal } = context;
    signal.throwIfAborted();
    const began = performance.now();
    const prepared = await Promise.all(
      claims.map((claim) => documentOf(claim, context).catch((error: unknown) => error)),
    );
    // Parsers that were stopped say that their documents are damaged.
    signal.throwIfAborted();
    const documents: Prepared[] = [];
    for (const [i, found] of prepared.entries()) {
      const claim = claims[i]!;
      if (found instanceof DocumentError) await this.#leaveOut(claim, found);
      else if (found instanceof Error) await this.#tryLater(claim, found);
      else documents.push({ claim, document: found as PreparedDocument });
    }
    if (documents.length > 0) await this.#embedOrTryLater(documents, began);
  }

  async #embedOrTryLater(documents: readonly Prepared[], began: number): Promise<void> {
    try {
      await this.#embedAndCommit(documents, began);
      this.#failuresTogether = 0;
    } catch (error) {
      if (documents.length === 1) return this.#tryLater(documents[0]!.claim, error);
      if (this.#isTheWorkers(error)) throw error;
      // Which of them it was shows when each goes alone.
      for (const one of documents) await this.#embedOrTryLater([one], began);
    }
  }

  /** The device failed, or a parser in a way that none should: another try, later, by whoever is free. */
  async #tryLater(claim: Claim, error: unknown): Promise<void> {
    if (this.#isTheWorkers(error)) throw error;
    this.#failuresTogether++;
    const { queue, onFailure } = this.#options;
    const message = error instanceof Error ? error.message : String(error);
    if (await queue.fail(claim, message, retryPause * claim.attempts)) onFailure?.(claim.path, message);
    else this.#lose(1);
  }

  async #embedAndCommit(documents: readonly Prepared[], began: number): Promise<void> {
    const { store, context } = this.#options;
    const { embedder, signal } = context;
    const texts = new Map<string, string>();
    for (const { document } of documents) {
      for (const { hash, embeddingText } of document.chunks) texts.set(hash, embeddingText);
    }
    const vectors = new Map(await store.vectorsOf([...texts.keys()]));
    const missing = [...texts].filter(([hash]) => !vectors.has(hash));
    const rows =
      missing.length === 0
        ? new Float32Array(0)
        : await embedder.embed(
            missing.map(([, text]) => text),
            signal,
          );
    const { dimensions } = embedder;
    for (const [row, [hash]] of missing.entries()) {
      vectors.set(hash, rows.subarray(row * dimensions, (row + 1) * dimensions));
    }
    for (const group of groups(documents)) {
      signal.throwIfAborted();
      await this.#commit(group, vectors, (performance.now() - began) / 1000);
    }
  }

  async #commit(
    group: readonly Prepared[],
    vectors: ReadonlyMap<string, Float32Array>,
    seconds: number,
  ): Promise<void> {
    const { store, queue, workers, id, busySeconds, onCommit } = this.#options;
    const busy = busySeconds();
    let written: Prepared[] = [];
    let done = workOf(written);
    await store.putDocuments(
      group.map(({ document }) => document),
      vectors,
      async (sql) => {
        const still = await queue.complete(
          sql,
          group.map(({ claim }) => claim),
        );
        written = group.filter(({ claim }) => still.has(claim.id));
        done = workOf(written);
        await workers.note(sql, id, { ...done, seconds: busy });
        return written.map(({ document }) => document);
      },
    );
    const { chunks, tokens } = done;
    this.report.documents += written.length;
    this.report.chunks += chunks;
    this.report.tokens += tokens;
    if (written.length > 0) onCommit?.({ documents: written.length, chunks, tokens, seconds });
    if (written.length < group.length) this.#lose(group.length - written.length);
  }

  /** Whether an error is of the index, its server or this worker's device, for every document alike: others can do them, and none is worse for it. */
  #isTheWorkers(error: unknown): boolean {
    return (
      this.#options.context.signal.aborted ||
      this.#failuresTogether >= mostFailuresTogether ||
      error instanceof StoreUnreachableError ||
      error instanceof IndexNotFoundError ||
      error instanceof IndexUnusableError ||
      error instanceof IndexNotWritableError
    );
  }

  #lose(count: number): void {
    this.report.lost += count;
    this.#options.onLost?.(count);
  }

  /**
   * As indexing a folder does: failures are kept with their messages, the rest is left out; what the index had goes with it. In one transaction
   * with the job's end, so that who lost it does not take out what others have made of a newer version.
   */
  async #leaveOut(claim: Claim, error: DocumentError): Promise<void> {
    const { store, queue, onFailure } = this.#options;
    const isFailure = failureReasons.has(error.reason);
    let isHeld = false;
    await store.removeDocuments([claim.path], async (sql) => {
      isHeld = isFailure
        ? await queue.fail(claim, error.message, null, sql)
        : (await queue.complete(sql, [claim])).size > 0;
      return isHeld && !keptReasons.has(error.reason);
    });
    if (!isHeld) this.#lose(1);
    else if (isFailure) {
      this.report.failed++;
      onFailure?.(claim.path, error.message);
    } else this.report.skipped++;
  }
}

function workOf(written: readonly Prepared[]): Omit<WorkDone, "seconds"> {
  const chunks = written.flatMap(({ document }) => document.chunks);
  return {
    documents: written.length,
    chunks: chunks.length,
    tokens: chunks.reduce((sum, { tokens }) => sum + tokens, 0),
    bytes: written.reduce((sum, { claim }) => sum + claim.size, 0),
  };
}

/** Documents for one transaction each; a large one alone. */
function* groups(documents: readonly Prepared[]): Generator<Prepared[]> {
  let group: Prepared[] = [];
  let chunks = 0;
  for (const one of documents) {
    const { length } = one.document.chunks;
    if (group.length > 0 && chunks + length > chunksAtOnce) {
      yield group;
      group = [];
      chunks = 0;
    }
    group.push(one);
    chunks += length;
  }
  if (group.length > 0) yield group;
}
