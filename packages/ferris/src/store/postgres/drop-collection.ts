/**
 * Removing an index from a PostgreSQL, while others search and write to the indexes beside it.
 *
 * Its rows go in one transaction, after which it is gone for everybody. Its partitions go after that, in one that gives way to whoever uses
 * their parents, since dropping a partition takes its parent for itself. Killed between the two, partitions are left without an index; the next
 * removal of any index drops them.
 */
import { IndexNotWritableError } from "../../errors.ts";
import { type Collection, partitioned } from "./collection.ts";
import type { PostgresConnection } from "./connection.ts";
import { identifier, type Sql, untilAutovacuumYields } from "./sessions.ts";

/** What goes with an index. */
export interface CollectionContents {
  readonly documents: number;
  readonly chunks: number;
  /** Documents that wait for workers, are with one, or failed. */
  readonly jobs: number;
}

export async function contentsToDrop(connection: PostgresConnection, id: number): Promise<CollectionContents> {
  const [row] = await connection.query<CollectionContents>(
    `SELECT count(*) AS documents, coalesce(sum(chunks), 0)::bigint AS chunks,
     (SELECT count(*) FROM jobs WHERE collection_id = $1) AS jobs FROM documents WHERE collection_id = $1`,
    [id],
  );
  return row!;
}

/**
 * Removes all of it. `connection` must give a statement as long as it takes.
 *
 * @throws IndexNotWritableError for a role that does not own the tables, before anything is removed
 */
export async function dropCollection(
  connection: PostgresConnection,
  { id, name }: Pick<Collection, "id" | "name">,
): Promise<void> {
  await requireOwner(connection, { id, name });
  await connection.query("DELETE FROM collections WHERE id = $1", [id]);
  await dropAbandoned(connection);
}

/** Drops what a removal that was killed has left. */
export async function dropAbandoned(connection: PostgresConnection): Promise<void> {
  if ((await abandonedPartitions(connection)).length === 0) return;
  await connection.write(async (sql) => {
    await sql.query(untilAutovacuumYields);
    // Others who do the same: what they have dropped cannot be locked.
    await sql.query("SELECT pg_advisory_xact_lock(hashtext($1))", [`${connection.schema} partitions`]);
    const left = await abandonedPartitions(sql);
    if (left.length === 0) return;
    const tables = left.map((table) => `${identifier(connection.schema)}.${identifier(table)}`).join(", ");
    // Nobody who reads or writes waits for this one, and autovacuum leaves.
    await sql.query(`LOCK TABLE ${tables} IN SHARE UPDATE EXCLUSIVE MODE`);
    // Searches of other indexes queue behind this one while it waits: it soon lets them pass, and is tried again (connection.ts).
    await sql.query("SET LOCAL lock_timeout = '500ms'");
    await sql.query(`DROP TABLE IF EXISTS ${tables}`);
  });
}

/** Partitions whose collection is gone: ids are not given again. */
async function abandonedPartitions(sql: Sql): Promise<string[]> {
  const rows = await sql.query<{ name: string }>(
    `SELECT c.relname AS name FROM unnest($1::text[]) AS t (parent)
     JOIN pg_catalog.pg_inherits AS i ON i.inhparent = to_regclass(t.parent) JOIN pg_catalog.pg_class AS c ON c.oid = i.inhrelid
     WHERE c.relname ~ ('^' || t.parent || '_[0-9]+$')
       AND NOT EXISTS (SELECT 1 FROM collections AS o WHERE c.relname = t.parent || '_' || o.id) ORDER BY c.relname`,
    [partitioned],
  );
  return rows.map(({ name }) => name);
}

async function requireOwner(
  connection: PostgresConnection,
  { id, name }: Pick<Collection, "id" | "name">,
): Promise<void> {
  const [row] = await connection.query<{ owns: boolean }>(
    `SELECT coalesce(bool_and(pg_catalog.pg_has_role(c.relowner, 'USAGE')), true) AS owns FROM unnest($1::text[]) AS t (parent)
     JOIN pg_catalog.pg_class AS c ON c.oid = to_regclass(t.parent || '_' || $2::int)`,
    [partitioned, id],
  );
  if (row!.owns) return;
  throw new IndexNotWritableError(
    `${connection.shown}: this role does not own the tables of the index "${name}", and only who owns them can drop it. Connect as the role that made it.`,
  );
}
