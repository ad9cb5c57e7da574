/**
 * What becomes of claimed documents: they are parsed, embedded, and committed together with the end of their jobs; or left out, or tried again
 * later. What a worker lost meanwhile (paused, cut off) is not committed, because the commit itself looks.
 */
import { DocumentError } from "../errors.ts";
import { keptReasons, type PreparedDocument } from "../indexing/prepare.ts";
import { failureReasons } from "../skip-reason.ts";
import type { PostgresStore } from "../store/postgres/writer.ts";
import type { Claim } from "./job.ts";
import { type DocumentContext, documentOf } from "./job-document.ts";
import type { JobQueue } from "./job-queue.ts";

export interface WorkEvents {
  /** After each commit. */
  readonly onCommit?: (committed: { documents: number; chunks: number; tokens: number; seconds: number }) => void;
  /** A document that could not be indexed, for good or until the next try. */
  readonly onFailure?: (path: string, message: string) => void;
  /** Jobs that were taken over by others before this worker was done. */
  readonly onLost?: (count: number) => void;
}

export interface WorkReport {
  readonly documents: number;
  readonly chunks: number;
  readonly tokens: number;
  readonly skipped: number;
  readonly failed: number;
  /** Jobs that others took over. */
  readonly lost: number;
}

export interface SettlerOptions extends WorkEvents {
  readonly store: PostgresStore;
  readonly queue: JobQueue;
  /** The worker. */
  readonly id: string;
  readonly context: DocumentContext;
}

/** A claim whose document was parsed and cut. */
interface Prepared {
  readonly claim: Claim;
  readonly document: PreparedDocument;
}

/** Rows that one transaction writes. */
const chunksAtOnce = 512;
/** Before a job is tried again whose failure was not its document's, in seconds, times its attempts. */
const retryPause = 5;

export class ClaimSettler {
  readonly report = { documents: 0, chunks: 0, tokens: 0, skipped: 0, failed: 0, lost: 0 };
  readonly #options: SettlerOptions;

  constructor(options: SettlerOptions) {
    this.#options = options;
  }

  /** @throws errors that are not a document's: the model's, the database's */
  async settle(claims: readonly Claim[]): Promise<void> {
    const { context } = this.#options;
    const began = performance.now();
    const prepared = await Promise.all(
      claims.map((claim) => documentOf(claim, context).catch((error: unknown) => error)),
    );
    const documents: Prepared[] = [];
    for (const [i, found] of prepared.entries()) {
      const claim = claims[i]!;
      if (found instanceof DocumentError) await this.#leaveOut(claim, found);
      else if (found instanceof Error) throw found;
      else documents.push({ claim, document: found as PreparedDocument });
    }
    if (documents.length === 0) return;
    try {
      await this.#embedAndCommit(documents, began);
    } catch (error) {
      if (context.signal.aborted || documents.length === 1) return this.#tryLater(documents, error);
      // Which of them it was shows when each goes alone.
      for (const one of documents) {
        await this.#embedAndCommit([one], began).catch((own: unknown) => this.#tryLater([one], own));
      }
    }
  }

  /** The device or the database failed, not the document: another try, later, by whoever is free. */
  async #tryLater(documents: readonly Prepared[], error: unknown): Promise<void> {
    const { queue, onFailure } = this.#options;
    const message = error instanceof Error ? error.message : String(error);
    for (const { claim } of documents) {
      await queue.fail(claim, message, retryPause * claim.attempts);
      onFailure?.(claim.path, message);
    }
  }

  async #embedAndCommit(documents: readonly Prepared[], began: number): Promise<void> {
    const { store, context } = this.#options;
    const { embedder } = context;
    const texts = new Map<string, string>();
    for (const { document } of documents) {
      for (const { hash, embeddingText } of document.chunks) texts.set(hash, embeddingText);
    }
    const vectors = new Map(await store.vectorsOf([...texts.keys()]));
    const missing = [...texts].filter(([hash]) => !vectors.has(hash));
    const rows = missing.length === 0 ? new Float32Array(0) : await embedder.embed(missing.map(([, text]) => text));
    const { dimensions } = embedder;
    for (const [row, [hash]] of missing.entries()) {
      vectors.set(hash, rows.subarray(row * dimensions, (row + 1) * dimensions));
    }
    for (const group of groups(documents)) {
      await this.#commit(group, vectors, (performance.now() - began) / 1000);
    }
  }

  async #commit(
    group: readonly Prepared[],
    vectors: ReadonlyMap<string, Float32Array>,
    seconds: number,
  ): Promise<void> {
    const { store, queue, id, onCommit, onLost } = this.#options;
    let written: Prepared[] = [];
    let done = { chunks: 0, tokens: 0 };
    await store.putDocuments(
      group.map(({ document }) => document),
      vectors,
      async (sql) => {
        done = workOf(group);
        const still = await queue.finish(
          sql,
          group.map(({ claim }) => claim),
          id,
          done,
        );
        written = group.filter(({ claim }) => still.has(claim.id));
        done = workOf(written);
        return written.map(({ document }) => document);
      },
    );
    this.report.documents += written.length;
    this.report.chunks += done.chunks;
    this.report.tokens += done.tokens;
    if (written.length > 0) onCommit?.({ documents: written.length, ...done, seconds });
    const lost = group.length - written.length;
    if (lost === 0) return;
    this.report.lost += lost;
    onLost?.(lost);
  }

  /** As indexing a folder does: failures are kept with their messages, the rest is left out; what the index had goes with it. */
  async #leaveOut(claim: Claim, error: DocumentError): Promise<void> {
    const { store, queue, id, onFailure } = this.#options;
    if (!keptReasons.has(error.reason)) await store.removeDocuments([claim.path]);
    if (failureReasons.has(error.reason)) {
      await queue.fail(claim, error.message);
      this.report.failed++;
      onFailure?.(claim.path, error.message);
      return;
    }
    await store.putDocuments([], new Map(), async (sql) => {
      await queue.finish(sql, [claim], id, { chunks: 0, tokens: 0 });
      return [];
    });
    this.report.skipped++;
  }
}

function workOf(documents: readonly Prepared[]): { chunks: number; tokens: number } {
  const chunks = documents.flatMap(({ document }) => document.chunks);
  return { chunks: chunks.length, tokens: chunks.reduce((sum, { tokens }) => sum + tokens, 0) };
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
