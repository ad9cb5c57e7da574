/** How jobs come into the queue of a collection, and leave it undone: a crawl's and an upload's side of it. */
import { createHash } from "node:crypto";
import type { PostgresConnection } from "../store/postgres/connection.ts";
import { isBelow, pathsAmong, rowsParameter, storable } from "../store/postgres/values.ts";
import type { NewJob } from "./job.ts";

/** Conditions that the job `j` is for the same bytes, read in the same way, as the row `r`. Contents are compared by their hashes. */
function isSame(j: string, r: string): string {
  return `${j}.size = ${r}.size AND ${j}.modified_time = ${r}.modified_time AND ${j}.max_tokens IS NOT DISTINCT FROM ${r}.max_tokens
    AND ${j}.content_hash IS NOT DISTINCT FROM ${r}.content_hash`;
}

export class JobIntake {
  readonly #connection: PostgresConnection;
  readonly #collection: number;

  constructor(connection: PostgresConnection, collectionId: number) {
    this.#connection = connection;
    this.#collection = collectionId;
  }

  /**
   * Adds jobs, all of them or none. One for the same document takes the place of the older one, also while somebody works on that; one that is
   * the same in everything leaves that as it is but for a higher priority, waiting, worked on or failed, so that a crawl undoes nobody's work and
   * calls back none that broke its workers. Only contents that are new go over the network.
   *
   * @returns how many were added, in whatever place, and the bytes that they carry
   */
  async add(jobs: readonly NewJob[]): Promise<{ readonly count: number; readonly bytes: number }> {
    const described = rowsParameter(
      jobs.map(({ path, size, modifiedTime, maxTokens, content, priority }, place) => {
        const content_hash = content === null ? null : `\\x${createHash("sha256").update(content).digest("hex")}`;
        return {
          place,
          path: storable(path),
          size,
          modified_time: modifiedTime,
          max_tokens: maxTokens,
          content_hash,
          priority,
        };
      }),
    );
    return this.#connection.write(async (sql) => {
      const queued = await sql.query<{ place: number }>(
        `WITH same AS (
           SELECT j.id, r.place, r.priority FROM json_to_recordset($2) AS r (place int, path text, size bigint, modified_time float8, max_tokens int,
             content_hash bytea, priority int)
           JOIN jobs AS j ON j.collection_id = $1 AND path_key(j.path) = path_key(r.path) AND ${isSame("j", "r")}
         ), raised AS (UPDATE jobs AS j SET priority = s.priority FROM same AS s WHERE j.id = s.id AND j.priority < s.priority)
         SELECT place FROM same`,
        [this.#collection, described],
      );
      const known = new Set(queued.map(({ place }) => place));
      const rest = jobs.filter((_, place) => !known.has(place));
      if (rest.length === 0) return { count: 0, bytes: 0 };
      const columns = 6;
      const rows = rest.map(
        (_, i) => `($1, ${Array.from({ length: columns }, (__, c) => `$${2 + i * columns + c}`).join(", ")})`,
      );
      const values = rest.flatMap(({ path, size, modifiedTime, maxTokens, content, priority }) => [
        storable(path),
        size,
        modifiedTime,
        maxTokens,
        content,
        priority,
      ]);
      // Somebody else may have added the same meanwhile.
      const added = await sql.query<{ bytes: number }>(
        `INSERT INTO jobs (collection_id, path, size, modified_time, max_tokens, content, priority) VALUES ${rows.join(", ")}
         ON CONFLICT (collection_id, path_key(path)) DO UPDATE SET size = excluded.size, modified_time = excluded.modified_time,
           max_tokens = excluded.max_tokens, content = excluded.content, priority = greatest(jobs.priority, excluded.priority),
           state = 'waiting', attempts = 0, lease = jobs.lease + 1, not_before = NULL, worker = NULL, error = NULL
         WHERE NOT (${isSame("jobs", "excluded")}) RETURNING coalesce(length(content), 0) AS bytes`,
        [this.#collection, ...values],
      );
      return { count: added.length, bytes: added.reduce((sum, { bytes }) => sum + bytes, 0) };
    });
  }

  /** Paths of jobs in any state, at or below one of these. */
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
}
