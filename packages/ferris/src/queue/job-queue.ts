/**
 * Who works on which document of a collection, and who may commit it: claiming, renewing, completing, failing.
 *
 * A claim is a lease with a number (`lease`), one higher with each claim and each change of the document. Whoever commits locks the job's
 * row in the same transaction and finds its number in it, or does not commit: a worker that was paused past its lease writes nothing.
 *
 * Jobs come in by job-intake.ts; job-list.ts shows what there is, and settles what failed; worker-list.ts is about who works.
 */
import type { PostgresConnection } from "../store/postgres/connection.ts";
import type { Sql } from "../store/postgres/sessions.ts";
import { isBelow } from "../store/postgres/values.ts";
import type { Claim, ClaimOptions } from "./job.ts";

/** Workers that died, or failed, with a job until it counts as its fault. */
const mostAttempts = 5;

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
   * The next documents, as many as fill the budget, at least one; those of a worker whose lease ran out among them. One that was taken before
   * comes alone: it may be what its worker died of, and its neighbours would be blamed with it each time.
   */
  async claim({ worker, bytes, most, seconds, readsBelow }: ClaimOptions): Promise<Claim[]> {
    return this.#connection.write(async (sql) => {
      // Else a server that does not know yet how much was just queued reads and sorts all of it, in place of the first by their index.
      await sql.query("SET LOCAL enable_sort = off");
      return sql.query<Claim>(
        `WITH free AS (
         SELECT id, size, priority, attempts FROM jobs WHERE collection_id = $1 AND state <> 'failed' AND ${isFree}
           AND attempts < $6 AND (content IS NOT NULL OR ${isBelow("$7")})
         ORDER BY priority DESC, id LIMIT $3 FOR UPDATE SKIP LOCKED
       ), filled AS (
         SELECT id, row_number() OVER in_turn AS place, sum(size) OVER in_turn - size AS before, max(attempts) OVER in_turn AS attempts
         FROM free WINDOW in_turn AS (ORDER BY priority DESC, id ROWS UNBOUNDED PRECEDING)
       )
       UPDATE jobs AS j SET state = 'running', attempts = j.attempts + 1, lease = lease + 1, worker = $2, lease_seconds = $5,
         not_before = now() + make_interval(secs => $5::float8)
       FROM filled AS f WHERE j.id = f.id AND (f.place = 1 OR f.before < $4::float8 AND f.attempts = 0)
       RETURNING j.id, j.lease, j.path, j.size, j.modified_time AS "modifiedTime", j.max_tokens AS "maxTokens", j.content, j.attempts`,
        [this.#collection, worker, most, bytes, seconds, mostAttempts, readsBelow],
      );
    });
  }

  /** Puts the end of these leases off. Returns the ids of the jobs that are still held. */
  async renew(claims: readonly Claim[], seconds: number): Promise<Set<number>> {
    const rows = await this.#connection.query<{ id: number }>(
      `UPDATE jobs AS j SET lease_seconds = $2, not_before = now() + make_interval(secs => $2::float8) FROM ${heldOnes("$1")} RETURNING j.id`,
      [keysOf(claims), seconds],
    );
    return new Set(rows.map(({ id }) => id));
  }

  /** Within the transaction that commits: takes those jobs out that are still held, and returns their ids. Nobody else can commit them. */
  async complete(sql: Sql, claims: readonly Claim[]): Promise<Set<number>> {
    const rows = await sql.query<{ id: number }>(`DELETE FROM jobs AS j USING ${heldOnes("$1")} RETURNING j.id`, [
      keysOf(claims),
    ]);
    return new Set(rows.map(({ id }) => id));
  }

  /** Gives jobs back that were not done, for a reason that is not theirs: as if nobody had taken them. Returns how many were still held. */
  async release(claims: readonly Claim[]): Promise<number> {
    const rows = await this.#connection.query(
      `UPDATE jobs AS j SET state = 'waiting', attempts = greatest(j.attempts - 1, 0), worker = NULL, not_before = NULL
       FROM ${heldOnes("$1")} RETURNING 1`,
      [keysOf(claims)],
    );
    return rows.length;
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
      `UPDATE jobs AS j SET state = $2, error = $3, worker = NULL, lease_seconds = $4,
         not_before = now() + make_interval(secs => $4::float8) FROM ${heldOnes("$1")} RETURNING 1`,
      [keysOf([claim]), last ? "failed" : "waiting", error.slice(0, 2000), last ? 0 : again],
    );
    return rows.length > 0;
  }

  /** Jobs that killed worker after worker go to the failed ones. */
  async buryDead(): Promise<{ readonly path: string; readonly error: string }[]> {
    return this.#connection.query(
      `UPDATE jobs SET state = 'failed', error = coalesce(error, 'every worker that had it died or fell silent: ' || attempts || ' of them'), worker = NULL
       WHERE collection_id = $1 AND state = 'running' AND attempts >= $2 AND ${isFree} RETURNING path, error`,
      [this.#collection, mostAttempts],
    );
  }
}

/** What follows FROM in an UPDATE of jobs `j`, or USING in a DELETE: those that are held as the parameter says. */
function heldOnes(parameter: string): string {
  return `json_to_recordset(${parameter}) AS r (id bigint, lease bigint) WHERE j.id = r.id AND j.lease = r.lease AND j.state = 'running'`;
}

function keysOf(claims: readonly Claim[]): string {
  return JSON.stringify(claims.map(({ id, lease }) => ({ id, lease })));
}
