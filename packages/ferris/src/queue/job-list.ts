/** What the queue of a collection holds, for people and for whoever waits for it; and what becomes of documents that failed. */
import type { PostgresConnection } from "../store/postgres/connection.ts";
import { isBelow } from "../store/postgres/values.ts";
import type { FailedJob, QueueCounts, QueueRest, RunningJob } from "./job.ts";

export class JobList {
  readonly #connection: PostgresConnection;
  readonly #collection: number;

  constructor(connection: PostgresConnection, collectionId: number) {
    this.#connection = connection;
    this.#collection = collectionId;
  }

  async counts(): Promise<QueueCounts> {
    const [row] = await this.#connection.query<QueueCounts>(
      `SELECT count(*) FILTER (WHERE state = 'waiting') AS waiting, count(*) FILTER (WHERE state = 'running') AS running,
       count(*) FILTER (WHERE state = 'failed') AS failed, count(*) FILTER (WHERE state = 'waiting' AND content IS NULL) AS "byPath",
       coalesce(sum(length(content)) FILTER (WHERE state <> 'failed'), 0)::bigint AS bytes,
       coalesce(sum(size) FILTER (WHERE state <> 'failed'), 0)::bigint AS "bytesLeft" FROM jobs WHERE collection_id = $1`,
      [this.#collection],
    );
    return row!;
  }

  /** What is left for a worker that trusts these folders, and for others. */
  async rest(readsBelow: readonly string[]): Promise<QueueRest> {
    const isOutside = `state = 'waiting' AND content IS NULL AND NOT ${isBelow("$2")}`;
    const [row] = await this.#connection.query<QueueRest>(
      `SELECT count(*) FILTER (WHERE NOT (${isOutside})) AS within, count(*) FILTER (WHERE ${isOutside}) AS outside,
       min(path) FILTER (WHERE ${isOutside}) AS "outsidePath" FROM jobs WHERE collection_id = $1 AND state <> 'failed'`,
      [this.#collection, readsBelow],
    );
    return row!;
  }

  async failed(limit: number): Promise<FailedJob[]> {
    return this.#connection.query<FailedJob>(
      `SELECT id, path, attempts, error, size FROM jobs WHERE collection_id = $1 AND state = 'failed' ORDER BY id LIMIT $2`,
      [this.#collection, limit],
    );
  }

  /** What workers have in hand. */
  async running(limit: number): Promise<RunningJob[]> {
    return this.#connection.query<RunningJob>(
      `SELECT id, path, attempts, worker, size FROM jobs WHERE collection_id = $1 AND state = 'running' ORDER BY id LIMIT $2`,
      [this.#collection, limit],
    );
  }

  /** Failed jobs wait again; all of them, or those. Returns how many. */
  async retry(ids: readonly number[] | null): Promise<number> {
    return this.#changeFailed(
      "UPDATE jobs SET state = 'waiting', attempts = 0, error = NULL, not_before = NULL, lease = lease + 1",
      ids,
    );
  }

  /** Failed jobs are forgotten; all of them, or those. Returns how many. */
  async drop(ids: readonly number[] | null): Promise<number> {
    return this.#changeFailed("DELETE FROM jobs", ids);
  }

  async #changeFailed(statement: string, ids: readonly number[] | null): Promise<number> {
    const where =
      "WHERE collection_id = $1 AND state = 'failed' AND ($2::bigint[] IS NULL OR id = ANY ($2)) RETURNING 1";
    return (await this.#connection.query(`${statement} ${where}`, [this.#collection, ids])).length;
  }
}
