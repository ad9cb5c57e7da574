/** What a PostgreSQL is: its version, its pgvector's, and whether ferris works with these. */
import { IndexUnusableError } from "../../errors.ts";
import type { Sql } from "./sessions.ts";

/** Has scans of an HNSW index that go on until a filter is satisfied. */
export const oldestPgvector = "0.8.0";
/** Until then an index could be damaged by vacuum, and building one in parallel could overrun a buffer. */
export const soundPgvector = "0.8.4";

export interface ServerVersions {
  readonly postgres: string;
  /** Null: not in this database. */
  readonly pgvector: string | null;
  /** Of the database's texts. */
  readonly encoding: string;
}

export async function serverVersions(sql: Sql): Promise<ServerVersions> {
  const [row] = await sql.query<ServerVersions>(
    `SELECT current_setting('server_version') AS postgres,
     (SELECT extversion FROM pg_extension WHERE extname = 'vector') AS pgvector, pg_catalog.getdatabaseencoding() AS encoding`,
  );
  return row!;
}

/** @throws IndexUnusableError for a database that does not hold every text, and a pgvector that is missing or too old */
export async function requireServer(sql: Sql, shown: string): Promise<string> {
  const { pgvector, encoding } = await serverVersions(sql);
  if (encoding !== "UTF8") {
    throw new IndexUnusableError(
      `${shown} is a database of the encoding ${encoding}, and documents have any character: make one with CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0`,
    );
  }
  if (pgvector === null) throw new IndexUnusableError(`${shown} does not have pgvector in this database`);
  if (isOlder(pgvector, oldestPgvector)) {
    throw new IndexUnusableError(
      `${shown} has pgvector ${pgvector}, and ferris needs ${oldestPgvector} or later (${soundPgvector} is recommended). Install that on the server, then run ALTER EXTENSION vector UPDATE.`,
    );
  }
  return pgvector;
}

/** A sentence on a pgvector that works and has known faults; null for one that has none. */
export function pgvectorWarning(version: string): string | null {
  if (!isOlder(version, soundPgvector)) return null;
  return `pgvector ${version} has faults that can damage an HNSW index; ${soundPgvector} mends them`;
}

/** Whether a version such as 0.8.0 comes before another. */
export function isOlder(version: string, other: string): boolean {
  const [ours, theirs] = [version, other].map((text) => text.split(".").map(Number));
  for (const [i, part] of theirs!.entries()) {
    const own = ours![i] ?? 0;
    if (own !== part) return own < part;
  }
  return false;
}
