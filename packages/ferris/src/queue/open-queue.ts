/** The queue of an index on a server, with a connection of its own. */
import { hostname } from "node:os";
import { UsageError } from "../errors.ts";
import type { Place } from "../store/index.ts";
import { collectionNamed, unnamed } from "../store/postgres/collection.ts";
import { connect } from "../store/postgres/connection.ts";
import { requireSchema } from "../store/postgres/migrate.ts";
import { storeOn } from "../store/postgres/open.ts";
import type { PostgresStore } from "../store/postgres/writer.ts";
import type { ModelIdentity } from "../store/store.ts";
import type { PostgresConnection } from "../store/postgres/connection.ts";
import { JobIntake } from "./job-intake.ts";
import { JobList } from "./job-list.ts";
import { JobQueue } from "./job-queue.ts";
import { WorkerList } from "./worker-list.ts";

/** The queue of one collection, by who uses it. */
export interface QueueParts {
  readonly queue: JobQueue;
  readonly intake: JobIntake;
  readonly jobs: JobList;
  readonly workers: WorkerList;
}

export interface OpenedQueue extends QueueParts {
  close(): Promise<void>;
}

interface OpenOptions {
  readonly onNotice?: ((line: string) => void) | undefined;
}

/** @throws UsageError for an index in a folder: it has one writer, and no queue */
function onServer(place: Place) {
  if (typeof place !== "string") return place;
  throw new UsageError("a queue needs an index in a PostgreSQL: an index in a folder has one writer");
}

/** To add jobs and to do them. An absent index is made. */
export async function openQueueForWriting(
  place: Place,
  identity: ModelIdentity,
  options: OpenOptions,
): Promise<OpenedQueue & { readonly store: PostgresStore }> {
  const { store: url, name } = onServer(place);
  const connection = await connect(url, options);
  try {
    const store = await storeOn(connection, name, identity);
    return { store, ...queueOf(connection, store.collectionId), close: () => store.close() };
  } catch (error) {
    await connection.close();
    throw error;
  }
}

/** To look at it, and to settle what failed. @throws IndexNotFoundError */
export async function openQueue(place: Place, options: OpenOptions): Promise<OpenedQueue> {
  const { store: url, name } = onServer(place);
  const connection = await connect(url, options);
  try {
    await requireSchema(connection);
    const { id } = await collectionNamed(connection, name ?? unnamed);
    return { ...queueOf(connection, id), close: () => connection.close() };
  } catch (error) {
    await connection.close();
    throw error;
  }
}

/** The queue of this collection, through this connection. */
export function queueOf(connection: PostgresConnection, collectionId: number): QueueParts {
  return {
    queue: new JobQueue(connection, collectionId),
    intake: new JobIntake(connection, collectionId),
    jobs: new JobList(connection, collectionId),
    workers: new WorkerList(connection, collectionId),
  };
}

/** What a worker is called among the others. */
export function workerName(): string {
  return `${hostname()}:${process.pid}:${Math.random().toString(36).slice(2, 8)}`;
}
