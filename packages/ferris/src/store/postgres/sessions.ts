/**
 * Sessions with a PostgreSQL: node-postgres' pool, loaded when the first one is opened.
 *
 * A session finds names in ferris' schema and beside it only where pgvector is, whatever the role's own search path says. Behind a pooler that
 * hands a server's session on after each transaction (PgBouncer), this is said at the beginning of each, and is gone with it.
 */
import type { Client, Pool, PoolClient, PoolConfig, QueryConfig } from "pg";
import type { PostgresAddress } from "./address.ts";
import { tlsOptions } from "./tls.ts";

/** What a query returns: columns by name. */
// oxlint-disable-next-line typescript/no-explicit-any
export type Row = Record<string, any>;

export interface Sql {
  /** Parameters are values; `text` itself is never made of data. */
  query<Found = Row>(text: string, values?: readonly unknown[]): Promise<Found[]>;
}

export interface Session extends Sql {
  /** A statement that may take as long as it takes. */
  queryAtLength(text: string): Promise<void>;
  /** What each transaction must begin with; null where the session keeps its settings. */
  readonly opening: string | null;
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
/** What Node's timers take. */
const longestTimer = 2 ** 31 - 1;
const mostSessions = 10;

/**
 * The server lets go of what a client held that fell silent within about a minute, in place of two hours: another writer waits for its rows.
 */
const sessionSettings = [
  "idle_in_transaction_session_timeout = '60s'",
  "tcp_keepalives_idle = 10",
  "tcp_keepalives_interval = 5",
  "tcp_keepalives_count = 4",
  "client_min_messages = 'warning'",
  // Compiling a statement takes longer than any of ours.
  "jit = off",
  // What a role or a database may have otherwise, from another age: numbers lose digits, a backslash in a statement means another thing, and
  // searches find what they come upon.
  "extra_float_digits = 1",
  "standard_conforming_strings = on",
  "gin_fuzzy_search_limit = 0",
];

/**
 * For a transaction that wants a lock which autovacuum may have: that gives way to who has waited for longer than the server's deadlock_timeout,
 * and goes on for as long as it takes where everybody gives up before.
 */
export const untilAutovacuumYields =
  "SELECT set_config('lock_timeout', (setting::int + 1000)::text, true) FROM pg_catalog.pg_settings WHERE name = 'deadlock_timeout'";

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
    application_name: address.applicationName ?? "ferris",
    ...(address.options === null ? {} : { options: address.options }),
    connectionTimeoutMillis: address.connectSeconds === null ? longestConnect : address.connectSeconds * 1000,
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
  const pool = await firstThatServes(waysFor(address).map((ssl) => () => make(ssl)));
  const openings = new WeakMap<PoolClient, string | null>();
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
      let opening = openings.get(client);
      if (opening === undefined) {
        try {
          opening = await prepare(client, address.schema);
        } catch (error) {
          release(true);
          throw error;
        }
        openings.set(client, opening);
      }
      return {
        opening,
        queryAtLength: async (text) => void (await client.query({ text, query_timeout: longestTimer } as QueryConfig)),
        query: async <Found>(text: string, values?: readonly unknown[]) =>
          (await client.query(text, values as unknown[])).rows as Found[],
        release,
      };
    },
    close: () => pool.end(),
  };
}

/** With TLS and without, in libpq's order. */
function waysFor(address: PostgresAddress): (false | object)[] {
  const encrypted = tlsOptions(address);
  if (encrypted === false) return [false];
  if (address.ssl === "allow") return [false, encrypted];
  return address.ssl === "prefer" ? [encrypted, false] : [encrypted];
}

async function firstThatServes([make, ...others]: readonly (() => Pool)[]): Promise<Pool> {
  const pool = make!();
  try {
    (await pool.connect()).release();
    return pool;
  } catch (error) {
    await pool.end();
    // No TLS there, or pg_hba.conf wants it the other way.
    const { message, code } = error as Error & { code?: string };
    if (others.length === 0 || !(code === "28000" || /does not support SSL/i.test(message))) throw error;
    return firstThatServes(others);
  }
}

/** Settles the session's settings, or returns what each transaction must settle. */
async function prepare(client: Pick<Client, "query">, schema: string): Promise<string | null> {
  const { rows } = await client.query(
    `SELECT pg_catalog.pg_backend_pid() AS process, (SELECT n.nspname FROM pg_catalog.pg_extension AS e
     JOIN pg_catalog.pg_namespace AS n ON n.oid = e.extnamespace WHERE e.extname = 'vector') AS name`,
  );
  const { process, name } = rows[0] as { process: number; name: string | null };
  const settings = (scope: "SET" | "SET LOCAL"): string =>
    [...sessionSettings.map((one) => `${scope} ${one}`), searchPath(schema, name ?? undefined, scope)].join("; ");
  // A server names its process when it greets; a pooler, which speaks for many of them, makes a number up.
  if ((client as { processID?: unknown }).processID !== process) return settings("SET LOCAL");
  await client.query(settings("SET"));
  return null;
}

/** PostgreSQL's own catalogue is searched before all of these, and temporary tables after them: nobody's function stands in for another. */
export function searchPath(schema: string, vectorSchema = "public", scope: "SET" | "SET LOCAL" = "SET"): string {
  return `${scope} search_path = ${identifier(schema)}, ${identifier(vectorSchema)}, pg_temp`;
}

/** A name in SQL. */
export function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
