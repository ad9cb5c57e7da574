/** A queue on an empty schema, and what an index holds, for comparison. */
import { storeOn } from "../../src/store/postgres/open.ts";
import type { PostgresConnection } from "../../src/store/postgres/connection.ts";
import type { StoreReader } from "../../src/store/store.ts";
import type { JobQueue } from "../../src/queue/job-queue.ts";
import { queueOf } from "../../src/queue/open-queue.ts";
import type { Claim, NewJob } from "../../src/queue/job.ts";
import type { WorkReport } from "../../src/queue/claim-settler.ts";
import { work, type WorkerOptions } from "../../src/queue/worker.ts";
import { wordsEmbedder } from "../indexing/support/words-embedder.ts";

export const embedder = wordsEmbedder();

export async function openQueue(connection: PostgresConnection, name: string | null = null) {
  const store = await storeOn(connection, name, embedder.identity);
  return { store, ...queueOf(connection, store.collectionId) };
}

export function job(path: string, text: string | null, more: Partial<NewJob> = {}): NewJob {
  const content = text === null ? null : new TextEncoder().encode(text);
  return {
    path,
    size: content?.length ?? 100,
    modifiedTime: 1_700_000_000_000,
    maxTokens: null,
    content,
    priority: 0,
    ...more,
  };
}

export function claim(
  queue: JobQueue,
  worker: string,
  more: { bytes?: number; seconds?: number; readsBelow?: readonly string[] } = {},
): Promise<Claim[]> {
  return queue.claim({ worker, bytes: 1_000_000, most: 100, seconds: 60, readsBelow: [], ...more });
}

/** One worker in this process, until the queue is empty. */
export function drain(
  opened: Awaited<ReturnType<typeof openQueue>>,
  more: Partial<WorkerOptions> = {},
): Promise<WorkReport> {
  return work({
    ...opened,
    embedder,
    id: `worker-${Math.random()}`,
    devices: "a test",
    ocr: "off",
    trusted: [],
    maxFileBytes: 1_000_000,
    tokenBudget: 2_000,
    leaseSeconds: 60,
    untilEmpty: true,
    signal: new AbortController().signal,
    ...more,
  });
}

/** Every document with every chunk and its vector, without what differs from run to run: ids and times of indexing. */
export async function rowsOf(store: StoreReader): Promise<unknown[]> {
  const rows: unknown[] = [];
  for (const { id, indexedTime: _, ...document } of await store.documents()) {
    const chunks = await store.chunksOf(id);
    const vectors = await store.vectorsOf(chunks.map(({ hash }) => hash));
    rows.push({
      ...document,
      rows: chunks.map(({ id: _id, documentId: __, ...chunk }) => ({
        ...chunk,
        vector: [...(vectors.get(chunk.hash) ?? [])],
      })),
    });
  }
  return rows;
}
