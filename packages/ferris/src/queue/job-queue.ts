/**
 * The queue of documents of one collection, in its own tables: who adds, who claims, who may commit.
 *
 * A claim is a lease with a number (`lease`), one higher with each claim and each change of the document. Whoever commits locks the job's
 * row in the same transaction and finds its number in it, or does not commit: a worker that was paused past its lease writes nothing.
 */
import type { PostgresConnection } from "../store/postgres/connection.ts";
import type { Sql } from "../store/postgres/sessions.ts";
import type { Claim, ClaimOptions, FailedJob, NewJob, QueueCounts, WorkDone, WorkerStatus } from "./job.ts";

/** Workers that died, or failed, with a job until it counts as its fault. */
const mostAttempts = 5;
/** A worker that was not seen for this long is not listed. */
const forgottenAfter = "1 hour";
const seenWithin = "30 seconds";

/**
 * Of a job that nobody has (any more). A lease that ends later than it can have been given for is of before the server's clock was put back:
 * whoever has it and lives renews it, and whoever takes it meanwhile is the one who commits.
 */
const isFree =
  "(not_before IS NULL OR not_before < now() OR not_before > now() + make_interval(secs => 1.5 * lease_seconds + 5))";

export class JobQueue {
  readonly #connection: PostgresConnection;
  readonly #collection: number;

  constructor(connection: PostgresConnection, collectionId: number) {
    this.#connection = connection;
    this.#collection = collectionId;
  }

  /** Adds jobs. One for the same document takes the place of the older one, also while somebody works on that. */
  async add(jobs: readonly NewJob[]): Promise<void> {
    const columns = 6;
    const rows = jobs.map(
      (_, i) => `($1, ${Array.from({ length: columns }, (__, c) => `$${2 + i * columns + c}`).join(", ")})`,
    );
    const values = jobs.flatMap((job) => [
      job.path,
      job.size,
      job.modifiedTime,
      job.maxTokens,
      job.content,
      job.priority,
    ]);
    await this.#connection.query(
      `INSERT INTO jobs (collection_id, path, size, modified_time, max_tokens, content, priority) VALUES ${rows.join(", ")}
       ON CONFLICT (collection_id, path_key(path)) DO UPDATE SET size = excluded.size, modified_time = excluded.modified_time,
         max_tokens = excluded.max_tokens, content = excluded.content, priority = greatest(jobs.priority, excluded.priority),
         state = 'waiting', attempts = 0, lease = jobs.lease + 1, not_before = NULL, worker = NULL, error = NULL`,
      [this.#collection, ...values],
    );
  }

  /** The next documents, as many as fill the budget, at least one; those of a worker whose lease ran out among them. */
  async claim({ worker, bytes, most, seconds, readsPaths }: ClaimOptions): Promise<Claim[]> {
    return this.#connection.query<Claim>(
      `WITH free AS (
         SELECT id, size, priority FROM jobs WHERE collection_id = $1 AND state <> 'failed' AND ${isFree}
           AND attempts < $6 AND (content IS NOT NULL OR $7::boolean)
         ORDER BY priority DESC, id LIMIT $3 FOR UPDATE SKIP LOCKED
       ), filled AS (SELECT id, sum(size) OVER (ORDER BY priority DESC, id ROWS UNBOUNDED PRECEDING) - size AS before FROM free)
       UPDATE jobs AS j SET state = 'running', attempts = attempts + 1, lease = lease + 1, worker = $2, lease_seconds = $5,
         not_before = now() + make_interval(secs => $5::float8)
       FROM filled AS f WHERE j.id = f.id AND f.before < $4::float8
       RETURNING j.id, j.lease, j.path, j.size, j.modified_time AS "modifiedTime", j.max_tokens AS "maxTokens", j.content, j.attempts`,
      [this.#collection, worker, most, bytes, seconds, mostAttempts, readsPaths],
    );
  }

  /** Puts the end of these leases off. Returns the jobs that are still held. */
  async extend(claims: readonly Claim[], seconds: number): Promise<Set<number>> {
    const rows = await this.#connection.query<{ id: number }>(
      `UPDATE jobs AS j SET lease_seconds = $2, not_before = now() + make_interval(secs => $2::float8)
       FROM json_to_recordset($1) AS r (id bigint, lease bigint) WHERE j.id = r.id AND j.lease = r.lease AND j.state = 'running' RETURNING j.id`,
      [keysOf(claims), seconds],
    );
    return new Set(rows.map(({ id }) => id));
  }

  /** Within the transaction that commits: takes those jobs out that are still held. Nobody else can commit them. */
  async finish(sql: Sql, claims: readonly Claim[], worker: string, done: WorkDone): Promise<Set<number>> {
    const rows = await sql.query<{ id: number }>(
      `DELETE FROM jobs AS j USING json_to_recordset($1) AS r (id bigint, lease bigint)
       WHERE j.id = r.id AND j.lease = r.lease AND j.state = 'running' RETURNING j.id`,
      [keysOf(claims)],
    );
    await sql.query(
      "UPDATE workers SET documents = documents + $2, chunks = chunks + $3, tokens = tokens + $4, seen = now() WHERE id = $1",
      [worker, rows.length, done.chunks, done.tokens],
    );
    return new Set(rows.map(({ id }) => id));
  }

  /** Puts a job on the list of those that failed; with `again` seconds it is tried once more after these, unless it was tried often. */
  async fail(claim: Claim, error: string, again: number | null = null): Promise<void> {
    const last = again === null || claim.attempts >= mostAttempts;
    await this.#connection.query(
      `UPDATE jobs SET state = $3, error = $4, worker = NULL, lease_seconds = $5,
         not_before = now() + make_interval(secs => $5::float8)
       WHERE id = $1 AND lease = $2 AND state = 'running'`,
      [claim.id, claim.lease, last ? "failed" : "waiting", error.slice(0, 2000), last ? 0 : again],
    );
  }

  /** Jobs that killed worker after worker go to the failed ones. Returns how many. */
  async buryDead(): Promise<number> {
    const rows = await this.#connection.query(
      `UPDATE jobs SET state = 'failed', error = coalesce(error, 'every worker that had it died or fell silent: ' || attempts || ' of them'), worker = NULL
       WHERE collection_id = $1 AND state = 'running' AND attempts >= $2 AND ${isFree} RETURNING 1`,
      [this.#collection, mostAttempts],
    );
    return rows.length;
  }

  async counts(): Promise<QueueCounts> {
    const [row] = await this.#connection.query<QueueCounts>(
      `SELECT count(*) FILTER (WHERE state = 'waiting') AS waiting, count(*) FILTER (WHERE state = 'running') AS running,
       count(*) FILTER (WHERE state = 'failed') AS failed,
       coalesce(sum(length(content)) FILTER (WHERE state <> 'failed'), 0)::bigint AS bytes FROM jobs WHERE collection_id = $1`,
      [this.#collection],
    );
    return row!;
  }

  async failed(limit: number): Promise<FailedJob[]> {
    return this.#connection.query<FailedJob>(
      `SELECT id, path, attempts, error, size FROM jobs WHERE collection_id = $1 AND state = 'failed' ORDER BY id LIMIT $2`,
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

  async leave(worker: string): Promise<void> {
    await this.#connection.query("DELETE FROM workers WHERE id = $1", [worker]);
  }

  async workers(): Promise<WorkerStatus[]> {
    return this.#connection.query<WorkerStatus>(
      `SELECT id, devices, greatest(extract(epoch FROM now() - started), 0)::float8 AS seconds, documents, chunks, tokens FROM workers
       WHERE collection_id = $1 AND seen BETWEEN now() - interval '${seenWithin}' AND now() + interval '${seenWithin}' ORDER BY id`,
      [this.#collection],
    );
  }
}

function keysOf(claims: readonly Claim[]): string {
  return JSON.stringify(claims.map(({ id, lease }) => ({ id, lease })));
}
