/**
 * Where the tab keeps its index: SQLite on the origin's private file system (OPFS), which needs no special headers with the pool of
 * handles; where there is none (some private windows), a copy of the database in IndexedDB; else memory.
 */
import type { Database, Sqlite3Static } from "@sqlite.org/sqlite-wasm";
import type { StorageKind } from "../protocol.ts";
import { filesAreFree } from "./free-handles.ts";
import { loadCopy, removeCopy, saveCopy } from "./indexed-copy.ts";

const directory = "ferris";
const file = "/index.db";

/** An open database and what it takes to keep it. */
export interface Storage {
  readonly kind: StorageKind;
  readonly notice: string | null;
  /** A database that is empty or the index; the one before must be closed. */
  open(): Promise<Database>;
  /** The database as a file's bytes. */
  copy(database: Database): Promise<Uint8Array<ArrayBuffer>>;
  /** To be called when something was written. */
  save(database: Database): Promise<void>;
  /** Forgets all of it; the database must be closed. */
  clear(): Promise<void>;
}

/** @throws Error where another page has the index's files and does not let go of them */
export async function openStorage(sqlite3: Sqlite3Static): Promise<Storage> {
  // Whoever cannot have them has not lost them: an empty index in another place would look so.
  if (await hasPrivateFiles()) await filesAreFree(directory);
  try {
    return await privateFiles(sqlite3);
  } catch (error) {
    return copiesOrMemory(sqlite3, `the browser offers no private files here (${(error as Error).message})`);
  }
}

/** Some private windows have the call and refuse it. */
async function hasPrivateFiles(): Promise<boolean> {
  if (typeof navigator.storage?.getDirectory !== "function") return false;
  return navigator.storage.getDirectory().then(
    () => true,
    () => false,
  );
}

async function privateFiles(sqlite3: Sqlite3Static): Promise<Storage> {
  const pool = await sqlite3.installOpfsSAHPoolVfs({ name: "ferris", directory: `/${directory}`, initialCapacity: 6 });
  return {
    kind: "opfs",
    notice: null,
    async open() {
      const database = new pool.OpfsSAHPoolDb(file);
      // Nobody else has the file: the page holds a lock for all of its tabs.
      database.exec("PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = TRUNCATE; PRAGMA synchronous = NORMAL");
      return database;
    },
    async copy() {
      return Uint8Array.from(await pool.exportFile(file));
    },
    async save() {},
    async clear() {
      pool.unlink(file);
    },
  };
}

/** The whole database is written after each change: fit for the few documents of a private window. */
async function copiesOrMemory(sqlite3: Sqlite3Static, why: string): Promise<Storage> {
  let copy: Uint8Array | null = null;
  let keeps = true;
  try {
    copy = await loadCopy();
  } catch {
    keeps = false;
  }
  return {
    kind: keeps ? "indexeddb" : "memory",
    notice: keeps
      ? `The index is kept in IndexedDB: ${why}.`
      : `The index is gone when this tab is closed: ${why}, and no IndexedDB.`,
    async open() {
      const database = new sqlite3.oo1.DB(":memory:", "c");
      if (copy !== null && copy.length > 0) {
        const { capi, wasm } = sqlite3;
        const place = wasm.allocFromTypedArray(copy);
        const flags = capi.SQLITE_DESERIALIZE_FREEONCLOSE | capi.SQLITE_DESERIALIZE_RESIZEABLE;
        database.checkRc(capi.sqlite3_deserialize(database.pointer!, "main", place, copy.length, copy.length, flags));
      }
      return database;
    },
    async copy(database) {
      return Uint8Array.from(sqlite3.capi.sqlite3_js_db_export(database.pointer!));
    },
    async save(database) {
      if (!keeps) return;
      copy = sqlite3.capi.sqlite3_js_db_export(database.pointer!);
      await saveCopy(copy);
    },
    async clear() {
      copy = null;
      if (keeps) await removeCopy();
    },
  };
}
