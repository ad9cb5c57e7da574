/**
 * Sessions with a PostgreSQL: node-postgres' pool, loaded when the first one is opened.
 *
 * A session finds names in ferris' schema and beside it only where pgvector is, whatever the role's own search path says.
 */
import type { Client, Pool, PoolClient, PoolConfig } from "pg";
import { type PostgresAddress, tlsOptions } from "./address.ts";

/** What a query returns: columns by name. */
// oxlint-disable-next-line typescript/no-explicit-any
export type Row = Record<string, any>;

export interface Sql {
  /** Parameters are values; `text` itself is never made of data. */
  query<Found = Row>(text: string, values?: readonly unknown[]): Promise<Found[]>;
}

export interface Session extends Sql {
  /** @param isBroken its connection is not to be used again */
  release(isBroken: boolean): void;
}

/** Where sessions come from: a pool, or in tests an engine in this process. */
export interface Sessions {
  open(): Promise<Session>;
  close(): Promise<void>;
}

/** A statement that takes longer hangs on a link that was cut. What may take longer says so. */
const longestQuery = 120_000;
const longestConnect = 10_000;
const mostSessions = 10;

/**
 * The server lets go of what a client held that fell silent within about a minute, in place of two hours: another writer waits for its rows.
 */
const sessionSettings = [
  "SET idle_in_transaction_session_timeout = '60s'",
  "SET tcp_keepalives_idle = 10",
  "SET tcp_keepalives_interval = 5",
  "SET tcp_keepalives_count = 4",
  "SET client_min_messages = 'warning'",
];

/** Numbers that JavaScript has exactly up to 2^53: ids and counts. */
const numberTypes = new Set([20, 1700]);

export interface SessionOptions {
  /** Milliseconds that one statement may take. */
  readonly longestStatement?: number;
  readonly most?: number;
}

/** Sessions at this address. Connects to learn whether the server speaks TLS. @throws node-postgres' errors */
export async function openSessions(
  address: PostgresAddress,
  { longestStatement = longestQuery, most = mostSessions }: SessionOptions = {},
): Promise<Sessions> {
  const { default: pg } = await import("pg");
  const types = {
    getTypeParser: (oid: number, format?: "text" | "binary") =>
      numberTypes.has(oid) && format !== "binary" ? Number : pg.types.getTypeParser(oid, format as "text"),
  };
  const { host, port, user, database, password } = address;
  const config = (ssl: false | object): PoolConfig => ({
    host,
    port,
    user,
    database,
    // Absent: node-postgres looks into ~/.pgpass.
    ...(password === undefined ? {} : { password }),
    ssl,
    types: types as PoolConfig["types"],
    application_name: "ferris",
    connectionTimeoutMillis: longestConnect,
    query_timeout: longestStatement,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    max: most,
    idleTimeoutMillis: 30_000,
    allowExitOnIdle: true,
  });
  const make = (ssl: false | object): Pool => {
    const pool = new pg.Pool(config(ssl));
    // A connection that breaks while nobody uses it: the next query gets another.
    pool.on("error", () => {});
    return pool;
  };
  let pool = make(tlsOptions(address));
  try {
    (await pool.connect()).release();
  } catch (error) {
    await pool.end();
    const isPlain = address.ssl === "prefer" && /does not support SSL/i.test((error as Error).message);
    if (!isPlain) throw error;
    pool = make(false);
  }
  const prepared = new WeakSet<PoolClient>();
  return {
    async open() {
      const client = await pool.connect();
      // The pool listens no longer while it is out: without this, a cut connection ends the process.
      const ignore = (): void => {};
      client.on("error", ignore);
      const release = (isBroken: boolean): void => {
        client.off("error", ignore);
        client.release(isBroken);
      };
      if (!prepared.has(client)) {
        try {
          await prepare(client, address.schema);
        } catch (error) {
          release(true);
          throw error;
        }
        prepared.add(client);
      }
      return {
        query: async <Found>(text: string, values?: readonly unknown[]) =>
          (await client.query(text, values as unknown[])).rows as Found[],
        release,
      };
    },
    close: () => pool.end(),
  };
}

async function prepare(client: Pick<Client, "query">, schema: string): Promise<void> {
  const { rows } = await client.query(
    "SELECT n.nspname AS name FROM pg_catalog.pg_extension AS e JOIN pg_catalog.pg_namespace AS n ON n.oid = e.extnamespace WHERE e.extname = 'vector'",
  );
  await client.query(`${sessionSettings.join("; ")}; ${searchPath(schema, rows[0]?.name as string | undefined)}`);
}

/** PostgreSQL's own catalogue is searched before all of these, and temporary tables after them: nobody's function stands in for another. */
export function searchPath(schema: string, vectorSchema = "public"): string {
  return `SET search_path = ${identifier(schema)}, ${identifier(vectorSchema)}, pg_temp`;
}

/** A name in SQL. */
export function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
