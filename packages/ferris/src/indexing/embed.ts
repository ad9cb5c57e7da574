/**
 * Gives documents their vectors, after their words: chunks of many documents in one batch for the model, two batches under way.
 *
 * What is to be done is read from the store, so it is the same whether this run wrote the words or one that was cut off, and memory does not
 * grow with it. Batches grow with the model's speed, so that a GPU is fed and a slow CPU still shows progress and loses little when it is
 * killed.
 */
import { takingTurns } from "../main-thread/give-way.ts";
import { asLongWork } from "../main-thread/long-work.ts";
import type { PendingChunk, PendingDocument, Store } from "../store/store.ts";
import type { BoundedQueue } from "./bounded-queue.ts";
import type { Embedder } from "./embedder.ts";
import type { IndexRun } from "./run.ts";

/** Seconds that one call to the model should take. */
const callSeconds = 0.5;
const fewestTokens = 4_096;
const mostTokens = 262_144;
const callsUnderWay = 2;

/** Looked up at a time: so much that sorting what waits costs nothing, so little that what comes meanwhile soon has its turn. */
const documentsAtOnce = 256;
const chunksAtOnce = 1_000;
/** A document of more chunks takes longer to complete than anybody wants to wait for an answer to Ctrl-C. */
const longAbove = 4_096;

export interface EmbedContext {
  readonly store: Store;
  readonly embedder: Embedder;
  readonly run: IndexRun;
  /** Ends it at once. */
  readonly signal: AbortSignal;
  /** Ends it after the calls under way. */
  readonly until?: AbortSignal | undefined;
}

/** A chunk on its way through the model, and the documents that were looked up for it. */
interface Wanted extends PendingChunk {
  readonly document: PendingDocument;
}

/** Embeds whatever waits, until `words` is closed and nothing does. An item of it says that more documents have their words. */
export async function embedPending(
  { store, embedder, run, signal, until }: EmbedContext,
  words: BoundedQueue<null>,
): Promise<void> {
  const enlisted = new Set<number>();
  const wanted = new Set<string>();
  let documents: PendingDocument[] = [];
  let current: { readonly document: PendingDocument; after: number } | null = null;
  let waiting: Wanted[] = [];
  let waitingTokens = 0;
  const { devices: sharing = 1 } = embedder;
  let batchTokens = fewestTokens * sharing;
  const calls = new Set<Promise<void>>();
  const giveWay = takingTurns();

  try {
    while (!until?.aborted) {
      while (words.takeNow() !== undefined);
      while (waitingTokens < batchTokens && (await readOn()));
      const isFull = waitingTokens >= batchTokens;
      const mayGrow = !isFull && !words.finished;
      if (waiting.length === 0 && calls.size === 0 && !mayGrow) break;
      // An idle model takes what there is; a busy one gets a full batch next.
      if (waiting.length > 0 && calls.size < callsUnderWay && (calls.size === 0 || !mayGrow)) start(takeBatch());
      else await Promise.race(mayGrow ? [...calls, words.arrival()] : calls);
    }
    await Promise.all(calls);
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

  /** Looks up more chunks; false where there are none now. */
  async function readOn(): Promise<boolean> {
    await giveWay();
    signal.throwIfAborted();
    if (current === null) {
      if (documents.length === 0) {
        const next = await store.pendingDocuments(documentsAtOnce + enlisted.size);
        documents = next.filter(({ id }) => !enlisted.has(id));
      }
      const document = documents.shift();
      if (document === undefined) return false;
      enlisted.add(document.id);
      current = { document, after: -1 };
    }
    const { document, after } = current;
    const chunks = await run.clock.time("write", () => store.pendingChunks(document.id, after, chunksAtOnce));
    for (const chunk of chunks) {
      // The same text may stand in several documents, and several times in one.
      if (wanted.has(chunk.hash)) continue;
      wanted.add(chunk.hash);
      waiting.push({ ...chunk, document });
      waitingTokens += chunk.tokens;
    }
    if (chunks.length < chunksAtOnce) current = null;
    else current.after = chunks.at(-1)!.ordinal;
    return true;
  }

  function takeBatch(): Wanted[] {
    let count = 0;
    let tokens = 0;
    while (count < waiting.length && (count === 0 || tokens + waiting[count]!.tokens <= batchTokens)) {
      tokens += waiting[count++]!.tokens;
    }
    waitingTokens -= tokens;
    const batch = waiting.slice(0, count);
    waiting = waiting.slice(count);
    return batch;
  }

  async function embedBatch(batch: readonly Wanted[]): Promise<void> {
    signal.throwIfAborted();
    const tokens = batch.reduce((sum, chunk) => sum + chunk.tokens, 0);
    const started = performance.now();
    const texts = batch.map(({ embeddingText }) => embeddingText);
    const vectors = await run.clock.embedding(() => embedder.embed(texts, signal));
    const seconds = (performance.now() - started) / 1000;
    const tokensOfCall = (tokens / seconds) * callSeconds;
    batchTokens = Math.round(Math.min(mostTokens * sharing, Math.max(fewestTokens * sharing, tokensOfCall)));

    const hashes = batch.map(({ hash }) => hash);
    const put = () => store.putVectors(hashes, vectors);
    const isLong = batch.some(({ document }) => document.chunks > longAbove);
    const complete = await run.clock.time("write", () => (isLong ? asLongWork(put) : put()));
    for (const hash of hashes) wanted.delete(hash);
    for (const id of complete) enlisted.delete(id);
    run.embedded(batch.length, tokens);
  }
}
