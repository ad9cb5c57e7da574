/**
 * Opens SQLite files the way an index needs it, and turns SQLite's errors into ours.
 *
 * @photostructure/sqlite is node:sqlite's interface with binaries of its own, so that every Node version runs the same
 * SQLite with the same FTS5. Nothing here knows the tables.
 */
import { existsSync, statSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { DatabaseSync, type DatabaseSyncInstance } from "@photostructure/sqlite";
import { getLoadablePath } from "sqlite-vec";
import { IndexBusyError, IndexNotFoundError, IndexNotWritableError, IndexUnusableError } from "../errors.ts";

export type Database = DatabaseSyncInstance;

const busyMilliseconds = 5_000;

/**
 * For writing; made if it is not there. WAL lets readers see the last commit while we write. `synchronous = NORMAL`: a
 * process that is killed loses nothing that was committed, and a power failure may take back the last commits but never
 * corrupts; what it took back is simply indexed again by the next run.
 */
export function openForWriting(path: string): Database {
  return translated(path, () => {
    const database = new DatabaseSync(path, options(false));
    // Holds five vectors of 384 dimensions where 4096 held two, and reads them a third faster. Only works while empty.
    database.exec("PRAGMA page_size = 8192");
    database.exec("PRAGMA journal_mode = WAL");
    database.exec("PRAGMA synchronous = NORMAL");
    database.exec("PRAGMA journal_size_limit = 67108864");
    return prepare(database);
  });
}

/** For reading. In a folder that cannot be written to, too, if the last writer closed the index properly. */
export function openForReading(path: string): Database {
  if (!existsSync(path)) throw new IndexNotFoundError(`There is no index at ${path}. Make one with ferris index PATH.`);
  return translated(path, () => {
    let database = new DatabaseSync(path, options(true));
    try {
      database.prepare("SELECT 1 FROM sqlite_schema").get();
    } catch (error) {
      if (primaryCode(error) !== 14) throw error;
      // WAL needs a file for shared memory beside the database, which cannot be made here. With no log left to read, the
      // file is all there is, and nobody can change it.
      database.close();
      if (existsSync(`${path}-wal`) && statSync(`${path}-wal`).size > 0) {
        throw new IndexNotWritableError(
          `${path} was not closed properly and cannot be put in order, because its folder is read-only. ` +
            "Make the folder writable once, or copy it to where it is.",
          { cause: error },
        );
      }
      database = new DatabaseSync(`${pathToFileURL(path).href}?immutable=1`, options(true));
    }
    database.exec("PRAGMA query_only = ON");
    return prepare(database);
  });
}

function options(readOnly: boolean) {
  return {
    readOnly,
    timeout: busyMilliseconds,
    allowExtension: true,
    defensive: true,
    enableForeignKeyConstraints: false,
  };
}

function prepare(database: Database): Database {
  // The file may come from anybody: its schema must not call functions, and damaged pages are found when they are read.
  database.exec("PRAGMA trusted_schema = OFF");
  database.exec("PRAGMA cell_size_check = ON");
  database.exec("PRAGMA mmap_size = 0");
  database.exec("PRAGMA cache_size = -32768");
  database.exec("PRAGMA temp_store = MEMORY");
  database.enableLoadExtension(true);
  database.loadExtension(getLoadablePath());
  database.enableLoadExtension(false);
  return database;
}

/** Runs `work` in one transaction: all of it or nothing. */
export function transaction<T>(database: Database, path: string, work: () => T): T {
  return translated(path, () => {
    database.exec("BEGIN IMMEDIATE");
    try {
      const result = work();
      database.exec("COMMIT");
      return result;
    } catch (error) {
      // SQLite rolls back by itself on a full disk; a second error would hide the first.
      if (database.isTransaction) database.exec("ROLLBACK");
      throw error;
    }
  });
}

/** Runs `work`; SQLite's errors come out as ours, with what to do. */
export function translated<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    const detail = cause instanceof Error ? cause.message : String(cause);
    switch (primaryCode(cause)) {
      case 5: // BUSY
      case 6: // LOCKED
        throw new IndexBusyError(
          `Another process kept ${path} locked for ${busyMilliseconds / 1000} s. Try again later.`,
          {
            cause,
          },
        );
      case 11: // CORRUPT
      case 26: // NOTADB
        throw new IndexUnusableError(`${path} is damaged, or no index (${detail}). Delete it and index again.`, {
          cause,
        });
      case 13: // FULL
        throw new IndexNotWritableError(
          `The disk that holds ${path} is full. What was indexed so far is safe: make room, then run the same command again.`,
          { cause },
        );
      case 10: // IOERR: a write past a quota or a file size limit, a disk that went away
        throw new IndexNotWritableError(
          `Reading or writing ${path} failed (${detail}): is the disk full, or its quota? ` +
            "What was indexed so far is safe: make room, then run the same command again.",
          { cause },
        );
      case 3: // PERM
      case 8: // READONLY
      case 14: // CANTOPEN
        throw new IndexNotWritableError(
          `Cannot open or write ${path} (${detail}). Check the permissions of the folder, or choose another with --db.`,
          { cause },
        );
      default:
        throw cause;
    }
  }
}

/** SQLite's primary result code, or null for other errors. */
function primaryCode(error: unknown): number | null {
  const code = (error as { errcode?: unknown }).errcode;
  return typeof code === "number" ? code & 0xff : null;
}
