/**
 * Brings ferris' schema in a PostgreSQL up to date: forward only, all that is due in one transaction, under a lock, so that it may be run twice
 * and by several at once.
 */
import { IndexNotFoundError, IndexUnusableError } from "../../errors.ts";
import type { PostgresConnection } from "./connection.ts";
import { migrations as known } from "./migrations/all.ts";
import type { Migration } from "./migrations/migration.ts";
import { requireServer } from "./server.ts";
import { identifier, searchPath, type Sql } from "./sessions.ts";

export interface AppliedMigration {
  readonly version: number;
  readonly name: string;
  /** ISO 8601. */
  readonly applied: string;
}

export interface SchemaStatus {
  /** 0: nothing of ferris is there. */
  readonly version: number;
  /** What this program works with. */
  readonly wanted: number;
  readonly applied: readonly AppliedMigration[];
  readonly due: readonly string[];
}

/** Of all that ferris locks in this database; the second number is the schema's. */
const lockClass = 0x46657272;

/**
 * Applies what is due. Returns the names of what was applied, none where there was nothing to do.
 *
 * @throws IndexUnusableError for a schema newer than this program, or a pgvector that is missing or too old; IndexNotWritableError without the
 *   rights
 */
export async function migrate(connection: PostgresConnection, migrations = known): Promise<string[]> {
  return connection.write(async (sql) => {
    await sql.query("SELECT pg_advisory_xact_lock($1, hashtext($2))", [lockClass, connection.schema]);
    const vectorSchema = await requireExtension(sql, connection);
    const { version, due: names } = await statusOf(sql, connection, migrations);
    refuseNewer(connection, version, migrations.length);
    // A role that may create nothing, or a replica, is told that all is well.
    if (names.length === 0) return [];
    const name = identifier(connection.schema);
    if (!(await schemaExists(sql, connection.schema))) await sql.query(`CREATE SCHEMA ${name}`);
    await sql.query(searchPath(connection.schema, vectorSchema, "SET LOCAL"));
    await sql.query(
      `CREATE TABLE IF NOT EXISTS ${name}.schema_migrations (
        version integer PRIMARY KEY,
        name text NOT NULL,
        applied timestamptz NOT NULL DEFAULT now()
      )`,
    );
    const due = migrations.slice(version);
    for (const migration of due) {
      for (const statement of migration.statements) await sql.query(statement);
      await sql.query(`INSERT INTO ${name}.schema_migrations (version, name) VALUES ($1, $2)`, [
        migration.version,
        migration.name,
      ]);
    }
    return due.map((migration) => migration.name);
  });
}

/** What is applied and what is due. Changes nothing. */
export async function schemaStatus(
  connection: PostgresConnection,
  migrations: readonly Migration[] = known,
): Promise<SchemaStatus> {
  return connection.read((sql) => statusOf(sql, connection, migrations));
}

/**
 * Throws unless the schema is the one that this program works with.
 *
 * @throws IndexNotFoundError where there is none; IndexUnusableError for another version
 */
export async function requireSchema(connection: PostgresConnection): Promise<void> {
  const { version, wanted } = await schemaStatus(connection);
  if (version === 0) {
    throw new IndexNotFoundError(`${connection.shown} has no index: the schema ${connection.schema} does not exist`);
  }
  refuseNewer(connection, version, wanted);
  if (version < wanted) {
    throw new IndexUnusableError(
      `${connection.shown} has schema version ${version}, and this ferris works with ${wanted}: it has to be migrated first`,
      { option: "migrate" },
    );
  }
}

function refuseNewer({ shown }: PostgresConnection, version: number, wanted: number): void {
  if (version <= wanted) return;
  throw new IndexUnusableError(
    `${shown} was migrated by a newer ferris: its schema is version ${version}, this ferris knows ${wanted}. Update ferris.`,
  );
}

async function schemaExists(sql: Sql, schema: string): Promise<boolean> {
  return (await sql.query("SELECT 1 FROM pg_namespace WHERE nspname = $1", [schema])).length > 0;
}

async function statusOf(
  sql: Sql,
  { schema }: PostgresConnection,
  migrations: readonly Migration[],
): Promise<SchemaStatus> {
  const [table] = await sql.query("SELECT to_regclass($1) AS found", [`${identifier(schema)}.schema_migrations`]);
  const applied =
    table?.found == null
      ? []
      : await sql.query<AppliedMigration>(
          `SELECT version, name, to_char(applied AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS applied
           FROM ${identifier(schema)}.schema_migrations ORDER BY version`,
        );
  const version = applied.at(-1)?.version ?? 0;
  return {
    version,
    wanted: migrations.length,
    applied,
    due: migrations.slice(version).map(({ name }) => name),
  };
}

/** Makes pgvector available where it is installed on the server. Returns the schema that it is in. */
async function requireExtension(sql: Sql, connection: PostgresConnection): Promise<string> {
  const find = async () =>
    (
      await sql.query<{ name: string }>(
        "SELECT n.nspname AS name FROM pg_extension AS e JOIN pg_namespace AS n ON n.oid = e.extnamespace WHERE e.extname = 'vector'",
      )
    )[0]?.name;
  let found = await find();
  if (found === undefined) {
    const [available] = await sql.query("SELECT 1 FROM pg_available_extensions WHERE name = 'vector'");
    if (available === undefined) {
      throw new IndexUnusableError(
        `${connection.shown} has no pgvector: install it on the server (Debian: postgresql-17-pgvector; Docker: the image pgvector/pgvector), then try again`,
      );
    }
    // It is the whole database's: others may be at it for schemas of their own, and have made it by the time that this one has the lock.
    await sql.query("SELECT pg_advisory_xact_lock($1, hashtext('extension vector'))", [lockClass]);
    if ((await find()) === undefined) await sql.query("CREATE EXTENSION vector SCHEMA public");
    found = (await find())!;
  }
  await requireServer(sql, connection.shown);
  return found;
}
