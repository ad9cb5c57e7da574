/** Every store there is, each empty, for tests that must hold on all of them. */
import { onTestFinished } from "vitest";
import { type SqliteWasm, wasmConnection } from "../../../src/browser/sqlite-wasm.ts";
import { openIndexForWriting } from "../../../src/store/index.ts";
import { storeOn } from "../../../src/store/postgres/open.ts";
import { openDatabase } from "../../../src/store/sqlite/open-database.ts";
import type { Store } from "../../../src/store/store.ts";
import { folderOf } from "../../support/files.ts";
import { wasmDatabase } from "../../support/sqlite-wasm.ts";
import { pgliteConnection, realConnection, realName, realUrl } from "./postgres.ts";
import { identity } from "./records.ts";

async function sqliteStore(): Promise<Store> {
  const store = await openIndexForWriting(folderOf(), { identity });
  onTestFinished(() => store.close());
  return store;
}

/** The one of a page, in memory. */
async function wasmStore(): Promise<Store> {
  const { sqlite3, database } = await wasmDatabase();
  const opened = openDatabase(wasmConnection(sqlite3 as unknown as SqliteWasm, database), "memory");
  const store = opened.make(identity);
  onTestFinished(() => store.close());
  return store;
}

async function pgliteStore(): Promise<Store> {
  return storeOn(await pgliteConnection(), null, identity);
}

async function postgresStore(): Promise<Store> {
  return storeOn(await realConnection(), "of tests", identity);
}

export const stores = [
  { name: "sqlite", open: sqliteStore, isThere: true },
  { name: "sqlite in a page", open: wasmStore, isThere: true },
  { name: "PGlite", open: pgliteStore, isThere: true },
  { name: realName, open: postgresStore, isThere: realUrl !== null },
];
