/** SQLite as a page has it, in Node: its loader fetches the program, and Node fetches no files. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import type { Database, Sqlite3Static } from "@sqlite.org/sqlite-wasm";

let loading: Promise<Sqlite3Static> | undefined;

export function loadSqliteWasm(): Promise<Sqlite3Static> {
  return (loading ??= load());
}

async function load(): Promise<Sqlite3Static> {
  const program = pathToFileURL(createRequire(import.meta.url).resolve("@sqlite.org/sqlite-wasm/sqlite3.wasm"));
  const { fetch: fetchAnything, sqlite3ApiConfig } = globalThis as { fetch: typeof fetch; sqlite3ApiConfig?: object };
  Object.assign(globalThis, {
    fetch: async () => new Response(readFileSync(program), { headers: { "content-type": "application/wasm" } }),
    // It would say what this thread does not have.
    sqlite3ApiConfig: { warn() {} },
  });
  try {
    const { default: init } = (await import(new URL("sqlite3.mjs", program).href)) as {
      default: () => Promise<Sqlite3Static>;
    };
    return await init();
  } finally {
    Object.assign(globalThis, { fetch: fetchAnything, sqlite3ApiConfig });
  }
}

/** A database in memory. */
export async function wasmDatabase(): Promise<{ sqlite3: Sqlite3Static; database: Database }> {
  const sqlite3 = await loadSqliteWasm();
  return { sqlite3, database: new sqlite3.oo1.DB(":memory:", "c") };
}
