/**
 * The queue of documents of one collection, in its own tables: who adds, who claims, who may commit.
 *
 * A claim is a lease with a number (`lease`), one higher with each claim and each change of the document. Whoever commits locks the job's
 * row in the same transaction and finds its number in it, or does not commit: a worker that was paused past its lease writes nothing.
 */
import type { PostgresConnection } from "../store/postgres/connection.ts";
import type { Sql } from "../store/postgres/sessions.ts";
import { isBelow, pathsAmong } from "../store/postgres/values.ts";
import type { Claim, ClaimOptions, FailedJob, NewJob, QueueCounts, QueueRest, WorkDone, WorkerStatus } from "./job.ts";

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

  /**
   * Adds jobs. One for the same document takes the place of the older one, also while somebody works on that; one that is the same in
   * everything leaves that as it is, waiting, worked on or failed, so that a crawl undoes nobody's work and calls back none that broke its workers.
   *
   * @returns how many were added, in whatever place, and the bytes that they carry
   */
  async add(jobs: readonly NewJob[]): Promise<{ readonly count: number; readonly bytes: number }> {
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
      `UPDATE jobs AS j SET priority = r.priority FROM unnest($2::text[], $3::int[]) AS r (path, priority)
       WHERE j.collection_id = $1 AND path_key(j.path) = path_key(r.path) AND j.priority < r.priority`,
      [this.#collection, jobs.map(({ path }) => path), jobs.map(({ priority }) => priority)],
    );
    const added = await this.#connection.query<{ bytes: number }>(
      `INSERT INTO jobs (collection_id, path, size, modified_time, max_tokens, content, priority) VALUES ${rows.join(", ")}
       ON CONFLICT (collection_id, path_key(path)) DO UPDATE SET size = excluded.size, modified_time = excluded.modified_time,
         max_tokens = excluded.max_tokens, content = excluded.content, priority = greatest(jobs.priority, excluded.priority),
         state = 'waiting', attempts = 0, lease = jobs.lease + 1, not_before = NULL, worker = NULL, error = NULL
       WHERE jobs.size <> excluded.size OR jobs.modified_time <> excluded.modified_time
         OR jobs.max_tokens IS DISTINCT FROM excluded.max_tokens OR jobs.content IS DISTINCT FROM excluded.content
       RETURNING coalesce(length(content), 0) AS bytes`,
      [this.#collection, ...values],
    );
    return { count: added.length, bytes: added.reduce((sum, { bytes }) => sum + bytes, 0) };
  }

  /** The next documents, as many as fill the budget, at least one; those of a worker whose lease ran out among them. */
  async claim({ worker, bytes, most, seconds, readsBelow }: ClaimOptions): Promise<Claim[]> {
    return this.#connection.query<Claim>(
      `WITH free AS (
         SELECT id, size, priority FROM jobs WHERE collection_id = $1 AND state <> 'failed' AND ${isFree}
           AND attempts < $6 AND (content IS NOT NULL OR ${isBelow("$7")})
         ORDER BY priority DESC, id LIMIT $3 FOR UPDATE SKIP LOCKED
       ), filled AS (SELECT id, sum(size) OVER (ORDER BY priority DESC, id ROWS UNBOUNDED PRECEDING) - size AS before FROM free)
       UPDATE jobs AS j SET state = 'running', attempts = attempts + 1, lease = lease + 1, worker = $2, lease_seconds = $5,
         not_before = now() + make_interval(secs => $5::float8)
       FROM filled AS f WHERE j.id = f.id AND f.before < $4::float8
       RETURNING j.id, j.lease, j.path, j.size, j.modified_time AS "modifiedTime", j.max_tokens AS "maxTokens", j.content, j.attempts`,
      [this.#collection, worker, most, bytes, seconds, mostAttempts, readsBelow],
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
  async finish(sql: Sql, claims: readonly Claim[]): Promise<Set<number>> {
    const rows = await sql.query<{ id: number }>(
      `DELETE FROM jobs AS j USING json_to_recordset($1) AS r (id bigint, lease bigint)
       WHERE j.id = r.id AND j.lease = r.lease AND j.state = 'running' RETURNING j.id`,
      [keysOf(claims)],
    );
    return new Set(rows.map(({ id }) => id));
  }

  /** In the same transaction: what a worker has done. */
  async note(sql: Sql, worker: string, documents: number, { chunks, tokens }: WorkDone): Promise<void> {
    await sql.query(
      "UPDATE workers SET documents = documents + $2, chunks = chunks + $3, tokens = tokens + $4, seen = now() WHERE id = $1",
      [worker, documents, chunks, tokens],
    );
  }

  /** Gives jobs back that were not begun, or whose failure was this worker's own: as if nobody had taken them. */
  async release(claims: readonly Claim[]): Promise<void> {
    await this.#connection.query(
      `UPDATE jobs AS j SET state = 'waiting', attempts = greatest(j.attempts - 1, 0), worker = NULL, not_before = NULL
       FROM json_to_recordset($1) AS r (id bigint, lease bigint) WHERE j.id = r.id AND j.lease = r.lease AND j.state = 'running'`,
      [keysOf(claims)],
    );
  }

  /**
   * Puts a job on the list of those that failed; with `again` seconds it is tried once more after these, unless it was tried often.
   *
   * @param sql of a transaction that something else belongs to
   * @returns whether it was still held
   */
  async fail(claim: Claim, error: string, again: number | null = null, sql: Sql = this.#connection): Promise<boolean> {
    const last = again === null || claim.attempts >= mostAttempts;
    const rows = await sql.query(
      `UPDATE jobs SET state = $3, error = $4, worker = NULL, lease_seconds = $5,
         not_before = now() + make_interval(secs => $5::float8)
       WHERE id = $1 AND lease = $2 AND state = 'running' RETURNING 1`,
      [claim.id, claim.lease, last ? "failed" : "waiting", error.slice(0, 2000), last ? 0 : again],
    );
    return rows.length > 0;
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
       count(*) FILTER (WHERE state = 'failed') AS failed, count(*) FILTER (WHERE state = 'waiting' AND content IS NULL) AS "byPath",
       coalesce(sum(length(content)) FILTER (WHERE state <> 'failed'), 0)::bigint AS bytes FROM jobs WHERE collection_id = $1`,
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

  /** Of jobs in any state, at or below one of these. */
  async pathsBelow(places: readonly string[]): Promise<string[]> {
    const rows = await this.#connection.query<{ path: string }>(
      `SELECT path FROM jobs WHERE collection_id = $1 AND ${isBelow("$2")}`,
      [this.#collection, places],
    );
    return rows.map(({ path }) => path);
  }

  /** Takes these documents' jobs out, also what somebody is at. */
  async forget(paths: readonly string[]): Promise<void> {
    await this.#connection.query(`DELETE FROM jobs WHERE collection_id = $1 AND ${pathsAmong("$2")}`, [
      this.#collection,
      paths,
    ]);
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
