/**
 * Gives documents their vectors: chunks of many documents in one batch for the model, two batches under way.
 *
 * Chunks that the index has a vector for are not embedded again. Batches grow with the model's speed, so that a GPU is fed
 * and a slow CPU still shows progress and loses little when it is killed.
 */
import { takingTurns } from "../main-thread/give-way.ts";
import type { Store } from "../store/store.ts";
import type { BoundedQueue } from "./bounded-queue.ts";
import type { PreparedChunk } from "./cut.ts";
import type { Embedder } from "./embedder.ts";
import type { PreparedDocument } from "./prepare.ts";
import type { IndexRun } from "./run.ts";

/** Seconds that one call to the model should take. */
const callSeconds = 0.5;
const fewestTokens = 4_096;
const mostTokens = 262_144;
const callsUnderWay = 2;

/** Documents with more chunks than this have their vectors put by as they come, in the store instead of in memory. */
const stagedAbove = 1_024;

/** Chunks whose vectors are looked up between two turns of everything else. */
const lookedUpAtOnce = 1_000;

/** Vectors kept from the moment they are there until the store surely has them. */
const recentVectors = 4_096;

export interface EmbeddedDocument {
  readonly document: PreparedDocument;
  /** By chunk hash, without those that the store has staged. */
  readonly vectors: Map<string, Float32Array>;
  readonly reused: number;
}

/** A document while some of its vectors are missing. */
interface Unfinished extends EmbeddedDocument {
  readonly staged: boolean;
  missing: number;
}

interface Wanted {
  readonly chunk: PreparedChunk;
  /** The same text may stand in several documents. */
  readonly owners: Set<Unfinished>;
}

/** Takes documents from `input` until it is closed, and puts them into `output`, which it closes. */
export async function embedDocuments(
  input: BoundedQueue<PreparedDocument>,
  output: BoundedQueue<EmbeddedDocument>,
  { store, embedder, run, signal }: { store: Store; embedder: Embedder; run: IndexRun; signal: AbortSignal },
): Promise<void> {
  // In the order of documents; those under way stay until their vectors are there, so that a twin finds them.
  const wanted = new Map<string, Wanted>();
  const recent = new Map<string, Float32Array>();
  const waiting: Wanted[] = [];
  let waitingTokens = 0;
  let batchTokens = fewestTokens;
  const calls = new Set<Promise<void>>();
  const giveWay = takingTurns();

  try {
    for (;;) {
      let document: PreparedDocument | undefined;
      while (waitingTokens < batchTokens && (document = input.takeNow())) await enlist(document);
      const isFull = waitingTokens >= batchTokens;
      const mayGrow = !isFull && !input.finished;
      if (waiting.length === 0 && !mayGrow) break;
      // An idle model takes what there is; a busy one gets a full batch next.
      if (waiting.length > 0 && calls.size < callsUnderWay && (calls.size === 0 || !mayGrow)) start(takeBatch());
      else await Promise.race(mayGrow ? [...calls, input.arrival()] : calls);
    }
    await Promise.all(calls);
    output.close();
  } finally {
    // Nothing of this run may still be under way when it has ended.
    await Promise.allSettled(calls);
  }

  function start(batch: readonly Wanted[]): void {
    const call = embedBatch(batch);
    calls.add(call);
    // The loop meets a failure in the promise itself; this only takes successes off the list.
    call.then(
      () => calls.delete(call),
      () => {},
    );
  }

  async function enlist(document: PreparedDocument): Promise<void> {
    const hashes = [...new Set(document.chunks.map((chunk) => chunk.hash))];
    const unknown = hashes.filter((hash) => !recent.has(hash));
    const vectors = new Map<string, Float32Array>();
    for (let first = 0; first < unknown.length; first += lookedUpAtOnce) {
      const some = unknown.slice(first, first + lookedUpAtOnce);
      for (const [hash, vector] of await run.clock.time("write", () => store.vectorsOf(some)))
        vectors.set(hash, vector);
      await giveWay();
    }
    for (const hash of hashes) if (recent.has(hash)) vectors.set(hash, recent.get(hash)!);
    // All but those that this document brings to the model: a text that stands twice is embedded once.
    const fresh = hashes.filter((hash) => !vectors.has(hash) && !wanted.has(hash)).length;
    const reused = document.chunks.length - fresh;
    const missing = hashes.length - vectors.size;
    const unfinished: Unfinished = { document, vectors, reused, missing, staged: missing > stagedAbove };
    if (missing === 0) return output.push(unfinished, document.chunks.length);
    for (const chunk of document.chunks) {
      if (vectors.has(chunk.hash)) continue;
      const known = wanted.get(chunk.hash);
      if (known) known.owners.add(unfinished);
      else {
        const entry = { chunk, owners: new Set([unfinished]) };
        wanted.set(chunk.hash, entry);
        waiting.push(entry);
        waitingTokens += chunk.tokens;
      }
    }
  }

  function takeBatch(): Wanted[] {
    let count = 0;
    let tokens = 0;
    while (count < waiting.length && (count === 0 || tokens + waiting[count].chunk.tokens <= batchTokens)) {
      tokens += waiting[count++].chunk.tokens;
    }
    waitingTokens -= tokens;
    return waiting.splice(0, count);
  }

  async function embedBatch(batch: readonly Wanted[]): Promise<void> {
    signal.throwIfAborted();
    const tokens = batch.reduce((sum, { chunk }) => sum + chunk.tokens, 0);
    const started = performance.now();
    const texts = batch.map(({ chunk }) => chunk.embeddingText);
    const vectors = await run.clock.embedding(() => embedder.embed(texts, signal));
    const seconds = (performance.now() - started) / 1000;
    batchTokens = Math.round(Math.min(mostTokens, Math.max(fewestTokens, (tokens / seconds) * callSeconds)));
    run.embedded(batch.length, tokens);

    const { dimensions } = embedder;
    await putBy(batch, vectors);
    for (const [row, { chunk, owners }] of batch.entries()) {
      wanted.delete(chunk.hash);
      const vector = vectors.slice(row * dimensions, (row + 1) * dimensions);
      recent.set(chunk.hash, vector);
      for (const owner of owners) {
        if (!owner.staged) owner.vectors.set(chunk.hash, vector);
        if (--owner.missing === 0) await output.push(owner, owner.document.chunks.length);
      }
    }
    for (const hash of recent.keys()) {
      if (recent.size <= recentVectors) break;
      recent.delete(hash);
    }
  }

  /** Keeps vectors of documents that this batch does not complete, so that the next run goes on from here if this one is killed. */
  async function putBy(batch: readonly Wanted[], vectors: Float32Array): Promise<void> {
    const inBatch = new Map<Unfinished, number>();
    for (const { owners } of batch) for (const owner of owners) inBatch.set(owner, (inBatch.get(owner) ?? 0) + 1);
    const isCutOff = (owner: Unfinished) => owner.staged || owner.missing > inBatch.get(owner)!;
    const rows = [...batch.keys()].filter((row) => [...batch[row]!.owners].some(isCutOff));
    if (rows.length === 0) return;
    const { dimensions } = embedder;
    const kept = new Float32Array(rows.length * dimensions);
    rows.forEach((row, at) => kept.set(vectors.subarray(row * dimensions, (row + 1) * dimensions), at * dimensions));
    const hashes = rows.map((row) => batch[row]!.chunk.hash);
    await run.clock.time("write", () => store.stageVectors(hashes, kept));
  }
}
