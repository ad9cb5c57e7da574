/** SQLite's WebAssembly, from where the bundler has put it. */
import sqlite3InitModule, { type Sqlite3Static } from "@sqlite.org/sqlite-wasm";
import program from "@sqlite.org/sqlite-wasm/sqlite3.wasm?url";

/** What the package's loader reads when it is called. It looks beside its own file, which is elsewhere in a bundle. */
interface LoaderState {
  readonly sqlite3InitModuleState?: { wasmFilename: string };
}

export function loadSqlite(): Promise<Sqlite3Static> {
  const state = (globalThis as LoaderState).sqlite3InitModuleState;
  if (state) state.wasmFilename = new URL(program, import.meta.url).href;
  return sqlite3InitModule();
}
