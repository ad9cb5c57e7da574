/** Who works on the queue of a collection: each worker says that it lives, and what it has done. */
import type { PostgresConnection } from "../store/postgres/connection.ts";
import type { Sql } from "../store/postgres/sessions.ts";
import type { WorkDone, WorkerStatus } from "./job.ts";

/** A worker that was not seen for this long is not listed. */
const forgottenAfter = "1 hour";
const seenWithin = "30 seconds";
/** Of work, in seconds: what was done longer ago counts for less and less in a worker's rate. */
const recently = 120;

export class WorkerList {
  readonly #connection: PostgresConnection;
  readonly #collection: number;

  constructor(connection: PostgresConnection, collectionId: number) {
    this.#connection = connection;
    this.#collection = collectionId;
  }

  /** A worker is here; it says so again with each heartbeat. */
  async greet(worker: string, devices: string): Promise<void> {
    await this.#connection.query(
      `INSERT INTO workers (id, collection_id, devices) VALUES ($1, $2, $3) ON CONFLICT (id) DO UPDATE SET seen = now()`,
      [worker, this.#collection, devices],
    );
    await this.#connection.query(
      `DELETE FROM workers WHERE seen NOT BETWEEN now() - interval '${forgottenAfter}' AND now() + interval '${forgottenAfter}'`,
    );
  }

  /** In the transaction that commits: what a worker has done, and in how many seconds of work. */
  async note(sql: Sql, worker: string, { documents, chunks, tokens, bytes, seconds }: WorkDone): Promise<void> {
    const recent = (column: string, parameter: string): string =>
      `recent_${column} = recent_${column} * exp(-$6::float8 / ${recently}) + ${parameter}::float8`;
    await sql.query(
      `UPDATE workers SET documents = documents + $2, chunks = chunks + $3, tokens = tokens + $4, seen = now(),
       ${recent("tokens", "$4")}, ${recent("bytes", "$5")}, ${recent("seconds", "$6")} WHERE id = $1`,
      [worker, documents, chunks, tokens, bytes, seconds],
    );
  }

  async leave(worker: string): Promise<void> {
    await this.#connection.query("DELETE FROM workers WHERE id = $1", [worker]);
  }

  /** Those that were seen lately. */
  async all(): Promise<WorkerStatus[]> {
    const rate = (column: string): string => `coalesce(recent_${column} / nullif(recent_seconds, 0), 0)`;
    return this.#connection.query<WorkerStatus>(
      `SELECT id, devices, greatest(extract(epoch FROM now() - started), 0)::float8 AS seconds, documents, chunks, tokens,
       ${rate("tokens")} AS "tokensPerSecond", ${rate("bytes")} AS "bytesPerSecond" FROM workers
       WHERE collection_id = $1 AND seen BETWEEN now() - interval '${seenWithin}' AND now() + interval '${seenWithin}' ORDER BY id`,
      [this.#collection],
    );
  }
}
