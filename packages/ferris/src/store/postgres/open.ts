/** Opens an index kept in a PostgreSQL, to read it or to change it. */
import type { ModelIdentity, Store, StoreReader } from "../store.ts";
import { collectionNamed, collectionNames, ensureCollection, unnamed } from "./collection.ts";
import { connect, type ConnectOptions, type PostgresConnection } from "./connection.ts";
import { migrate, requireSchema, schemaStatus } from "./migrate.ts";
import { PostgresReader } from "./reader.ts";
import { requireServer } from "./server.ts";
import { PostgresStore } from "./writer.ts";

/** Whoever searches waits for an answer: a server that restarts is back by then. Writers have longer. */
const readersPatience = 5_000;

/**
 * Opens the index called `name` to search it.
 *
 * @throws UsageError for an invalid URL; StoreUnreachableError; IndexNotFoundError; IndexUnusableError for a schema or a pgvector that this
 *   program does not work with
 */
export async function openPostgres(url: string, name: string | null, options?: ConnectOptions): Promise<StoreReader> {
  return opened(url, { patience: readersPatience, ...options }, async (connection) => {
    await requireSchema(connection);
    await requireServer(connection, connection.shown);
    return new PostgresReader(connection, await collectionNamed(connection, name ?? unnamed));
  });
}

/**
 * The same to change it, beside other writers. With `identity`, an absent index is made, in a database without tables these first; a present one
 * must be of that model.
 */
export async function openPostgresForWriting(
  url: string,
  name: string | null,
  { identity, ...options }: ConnectOptions & { readonly identity?: ModelIdentity | undefined },
): Promise<Store> {
  return opened(url, options, (connection) => storeOn(connection, name, identity));
}

/** See openPostgresForWriting; on a connection that the store closes with itself. */
export async function storeOn(
  connection: PostgresConnection,
  name: string | null,
  identity?: ModelIdentity,
): Promise<PostgresStore> {
  if (identity !== undefined && (await schemaStatus(connection)).version === 0) await migrate(connection);
  await requireSchema(connection);
  await requireServer(connection, connection.shown);
  const collection =
    identity === undefined
      ? await collectionNamed(connection, name ?? unnamed)
      : await ensureCollection(connection, name ?? unnamed, identity);
  const store = new PostgresStore(connection, collection);
  if (identity !== undefined) store.requireIdentity(identity);
  return store;
}

async function opened<T>(
  url: string,
  options: ConnectOptions | undefined,
  open: (connection: PostgresConnection) => Promise<T>,
): Promise<T> {
  const connection = await connect(url, options);
  try {
    return await open(connection);
  } catch (error) {
    await connection.close();
    throw error;
  }
}

/** The names of all indexes there, null for the one without, which comes first. */
export async function indexesIn(url: string): Promise<(string | null)[]> {
  const connection = await connect(url);
  try {
    if ((await schemaStatus(connection)).version === 0) return [];
    return (await collectionNames(connection)).map((name) => (name === unnamed ? null : name));
  } finally {
    await connection.close();
  }
}
