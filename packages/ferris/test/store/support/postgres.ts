/**
 * PostgreSQL for tests: PGlite with pgvector in this process, always; and the real one that FERRIS_TEST_POSTGRES_URL names.
 *
 * Each test gets a schema of its own, which goes with it. Without a real one its tests are skipped by a name that says so; .ci/run starts one.
 */
import { PGlite } from "@electric-sql/pglite";
import { vector } from "@electric-sql/pglite-pgvector";
import { setTimeout as sleep } from "node:timers/promises";
import { onTestFinished, vi } from "vitest";
import {
  Connection,
  connect,
  type ConnectOptions,
  type PostgresConnection,
} from "../../../src/store/postgres/connection.ts";
import { parseAddress } from "../../../src/store/postgres/address.ts";
import { searchPath, type Sessions, type Sql } from "../../../src/store/postgres/sessions.ts";

/** The real server, or null. */
export const realUrl = process.env.FERRIS_TEST_POSTGRES_URL || null;
/** For names of tests. */
export const realName = realUrl === null ? "PostgreSQL: NOT RUN, FERRIS_TEST_POSTGRES_URL is not set" : "PostgreSQL";

let schemas = 0;
export const newSchema = (): string => `ferris_test_${process.pid}_${++schemas}`;

/** `url` with another schema. */
export function withSchema(url: string, schema: string): string {
  const parsed = new URL(url);
  parsed.searchParams.set("schema", schema);
  return parsed.href;
}

/** A connection to the real one, on an empty schema that goes when the test ends. */
export async function realConnection(
  options: ConnectOptions = {},
): Promise<PostgresConnection & { readonly url: string }> {
  const url = withSchema(realUrl!, newSchema());
  const connection = await connect(url, options);
  onTestFinished(async () => {
    await connection.close();
    await dropSchema(url);
  });
  return Object.assign(connection, { url });
}

/** Until a statement has waited for a lock on this table, without giving up, for longer than autovacuum keeps one from others. */
export async function waitedPastDeadlockTimeout(connection: PostgresConnection, table: string): Promise<void> {
  const hasWaited = async (): Promise<boolean> => {
    const rows = await connection.query(
      `SELECT 1 FROM pg_locks AS l JOIN pg_stat_activity AS a ON a.pid = l.pid WHERE l.relation = to_regclass($1) AND NOT l.granted
         AND clock_timestamp() - a.query_start > make_interval(secs => (SELECT setting::int + 200 FROM pg_settings WHERE name = 'deadlock_timeout') / 1000.0)`,
      [table],
    );
    return rows.length > 0;
  };
  await vi.waitUntil(hasWaited, { timeout: 10_000, interval: 50 });
}

/** A server that a test made crash may still be recovering: it is waited for. */
export async function dropSchema(url: string): Promise<void> {
  const connection = await connectedWithin(60_000, url);
  await connection.query(`DROP SCHEMA IF EXISTS ${parseAddress(url).schema} CASCADE`);
  await connection.close();
}

/** A connection to a server that may still be recovering. */
export async function connectedWithin(milliseconds: number, url: string): Promise<PostgresConnection> {
  for (const until = performance.now() + milliseconds; ;) {
    try {
      return await connect(url);
    } catch (error) {
      if (performance.now() > until) throw error;
      await sleep(100);
    }
  }
}

let engine: Promise<PGlite> | null = null;

/** One engine for all tests of a file: it takes two seconds to start. */
function pglite(): Promise<PGlite> {
  return (engine ??= PGlite.create({ extensions: { vector }, parsers: { 20: Number, 1700: Number } }));
}

/** @param isPooled as behind a pooler: what a transaction sets is gone after it, and what a session sets as well */
export async function pgliteConnection({ isPooled = false } = {}): Promise<PostgresConnection> {
  const database = await pglite();
  const schema = newSchema();
  const connection = new Connection({ shown: `pglite:${schema}`, schema }, sessionsOf(database, schema, isPooled));
  onTestFinished(async () => void (await database.exec(`DROP SCHEMA IF EXISTS ${schema} CASCADE`)));
  return connection;
}

/** It has one session: who wants it waits for who has it. */
function sessionsOf(database: PGlite, schema: string, isPooled: boolean): Sessions {
  let last: Promise<void> = Promise.resolve();
  return {
    async open() {
      const before = last;
      let release = (): void => {};
      last = new Promise((resolve) => (release = resolve));
      await before;
      await database.exec(isPooled ? "RESET ALL" : searchPath(schema));
      const query: Sql["query"] = async <Found>(text: string, values?: readonly unknown[]) => {
        // Several statements, which have no values and no rows, go by another way.
        if (text.includes("; SET LOCAL")) {
          await database.exec(text);
          return [];
        }
        return (await database.query<Found>(text, values as unknown[])).rows;
      };
      const queryAtLength = async (text: string) => void (await database.exec(text));
      return { query, queryAtLength, release, opening: isPooled ? searchPath(schema, "public", "SET LOCAL") : null };
    },
    close: async () => {},
  };
}
