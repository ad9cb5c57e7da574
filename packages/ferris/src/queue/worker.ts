/**
 * A worker: claims documents, embeds them on its devices, and commits their rows with the end of their jobs in one transaction.
 *
 * Two lanes, so that the devices have work while the other lane parses or writes. Leases are put off as long as this process lives; what it
 * lost meanwhile (paused, cut off) it does not commit, because the commit itself looks.
 */
import { DocumentError } from "../errors.ts";
import type { Embedder } from "../indexing/embedder.ts";
import { keptReasons, type PreparedDocument } from "../indexing/prepare.ts";
import { ParsePool } from "../documents/parse/parse-pool.ts";
import { failureReasons } from "../skip-reason.ts";
import type { PostgresStore } from "../store/postgres/writer.ts";
import type { Claim } from "./job.ts";
import { documentOf } from "./job-document.ts";
import type { JobQueue } from "./job-queue.ts";

export interface WorkEvents {
  /** After each commit. */
  readonly onCommit?: (committed: { documents: number; chunks: number; tokens: number; seconds: number }) => void;
  /** A document that could not be indexed, for good or until the next try. */
  readonly onFailure?: (path: string, message: string) => void;
  /** Jobs that were taken over by others before this worker was done. */
  readonly onLost?: (count: number) => void;
}

export interface WorkerOptions extends WorkEvents {
  readonly store: PostgresStore;
  readonly queue: JobQueue;
  readonly embedder: Embedder;
  /** Names it among the others. */
  readonly id: string;
  readonly devices: string;
  readonly ocr: readonly string[] | "off" | undefined;
  readonly trusted: readonly string[];
  readonly maxFileBytes: number;
  /** Tokens of one claim, as far as bytes tell; for each device. */
  readonly tokenBudget: number;
  readonly leaseSeconds: number;
  /** Ends when nothing waits and nobody works. */
  readonly untilEmpty: boolean;
  /** Ends it after what is under way is committed. */
  readonly signal: AbortSignal;
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

const lanes = 2;
/** Bytes of English text for a token. */
const bytesPerToken = 4;
const mostJobs = 256;
/** Rows that one transaction writes. */
const chunksAtOnce = 512;
/** Between two looks at an empty queue, in milliseconds. */
const idlePause = 500;
/** Before a job is tried again whose failure was not its document's, in seconds, times its attempts. */
const retryPause = 5;

/** Works until the signal, or until the queue is empty. @throws the store's and the model's errors */
export async function work(options: WorkerOptions): Promise<WorkReport> {
  const { store, queue, embedder, id, devices, signal, leaseSeconds } = options;
  const report = { documents: 0, chunks: 0, tokens: 0, skipped: 0, failed: 0, lost: 0 };
  const held = new Set<Claim>();
  const pool = new ParsePool({ ocr: options.ocr });
  const stop = new AbortController();
  const context = {
    embedder,
    pool,
    ocr: options.ocr,
    trusted: options.trusted,
    mostBytes: options.maxFileBytes,
    signal: stop.signal,
  };

  await queue.greet(id, devices);
  let beating: Promise<unknown> = Promise.resolve();
  const heart = setInterval(
    () => {
      // A beat that fails is tried again by the next; if none gets through, the lease ends as it should.
      beating = Promise.all([queue.greet(id, devices), held.size > 0 && queue.extend([...held], leaseSeconds)]).catch(
        () => {},
      );
    },
    (leaseSeconds * 1000) / 4,
  );
  try {
    const ended = await Promise.allSettled(Array.from({ length: lanes }, () => lane().catch(endOthers)));
    const failure = ended.find((one) => one.status === "rejected");
    if (failure) throw failure.reason;
    await queue.leave(id);
    return report;
  } finally {
    clearInterval(heart);
    await beating;
    await pool.close();
  }

  function endOthers(error: unknown): never {
    stop.abort(error);
    throw error;
  }

  async function lane(): Promise<void> {
    while (!signal.aborted && !stop.signal.aborted) {
      const claims = await queue.claim({
        worker: id,
        bytes: options.tokenBudget * bytesPerToken * (embedder.devices ?? 1),
        most: mostJobs,
        seconds: leaseSeconds,
        readsPaths: options.trusted.length > 0,
      });
      for (const claim of claims) held.add(claim);
      try {
        if (claims.length > 0) await settle(claims);
        else if (!(await mayEnd())) await pause(idlePause);
        else return;
      } finally {
        for (const claim of claims) held.delete(claim);
      }
    }
  }

  async function mayEnd(): Promise<boolean> {
    const buried = await queue.buryDead();
    report.failed += buried;
    if (!options.untilEmpty) return false;
    const { waiting, running } = await queue.counts();
    return waiting + running === 0;
  }

  async function settle(claims: readonly Claim[]): Promise<void> {
    const began = performance.now();
    const prepared = await Promise.all(
      claims.map((claim) => documentOf(claim, context).catch((error: unknown) => error)),
    );
    const documents: Prepared[] = [];
    for (const [i, found] of prepared.entries()) {
      const claim = claims[i]!;
      if (found instanceof DocumentError) await leaveOut(claim, found);
      else if (found instanceof Error) throw found;
      else documents.push({ claim, document: found as PreparedDocument });
    }
    if (documents.length === 0) return;
    try {
      await embedAndCommit(documents, began);
    } catch (error) {
      if (stop.signal.aborted || documents.length === 1) return again(documents, error);
      // Which of them it was shows when each goes alone.
      for (const one of documents) await embedAndCommit([one], began).catch((own: unknown) => again([one], own));
    }
  }

  /** The device or the database, not the document: another try, later, by whoever is free. */
  async function again(documents: readonly Prepared[], error: unknown): Promise<void> {
    const message = error instanceof Error ? error.message : String(error);
    for (const { claim } of documents) {
      await queue.fail(claim, message, retryPause * claim.attempts);
      options.onFailure?.(claim.path, message);
    }
  }

  async function embedAndCommit(documents: readonly Prepared[], began: number): Promise<void> {
    const texts = new Map<string, string>();
    for (const { document } of documents) {
      for (const { hash, embeddingText } of document.chunks) texts.set(hash, embeddingText);
    }
    const vectors = new Map(await store.vectorsOf([...texts.keys()]));
    const missing = [...texts].filter(([hash]) => !vectors.has(hash));
    const rows = missing.length === 0 ? new Float32Array(0) : await embedder.embed(missing.map(([, text]) => text));
    const { dimensions } = embedder;
    for (const [row, [hash]] of missing.entries())
      vectors.set(hash, rows.subarray(row * dimensions, (row + 1) * dimensions));
    for (const group of groups(documents)) {
      await commit(group, vectors, (performance.now() - began) / 1000);
    }
  }

  async function commit(
    group: readonly Prepared[],
    vectors: ReadonlyMap<string, Float32Array>,
    seconds: number,
  ): Promise<void> {
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
    report.documents += written.length;
    report.chunks += done.chunks;
    report.tokens += done.tokens;
    if (written.length > 0) options.onCommit?.({ documents: written.length, ...done, seconds });
    const lost = group.length - written.length;
    if (lost === 0) return;
    report.lost += lost;
    options.onLost?.(lost);
  }

  /** What indexing a folder would do with it: failures are kept with their words, the rest is left out; what the index had goes with it. */
  async function leaveOut(claim: Claim, error: DocumentError): Promise<void> {
    const isFailure = failureReasons.has(error.reason);
    if (!keptReasons.has(error.reason)) await store.removeDocuments([claim.path]);
    if (isFailure) {
      await queue.fail(claim, error.message);
      report.failed++;
      options.onFailure?.(claim.path, error.message);
      return;
    }
    await store.putDocuments([], new Map(), async (sql) => {
      await queue.finish(sql, [claim], id, { chunks: 0, tokens: 0 });
      return [];
    });
    report.skipped++;
  }

  function pause(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const ended = AbortSignal.any([signal, stop.signal]);
      const timer = setTimeout(done, milliseconds);
      ended.addEventListener("abort", done, { once: true });
      function done(): void {
        clearTimeout(timer);
        ended.removeEventListener("abort", done);
        resolve();
      }
    });
  }
}

interface Prepared {
  readonly claim: Claim;
  readonly document: PreparedDocument;
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
