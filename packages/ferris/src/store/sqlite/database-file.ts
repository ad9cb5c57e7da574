/**
 * Opens an index's SQLite file, the way an index needs it.
 *
 * @photostructure/sqlite is node:sqlite's interface with binaries of its own, so that every Node version runs the same
 * SQLite with the same FTS5. Nothing here knows the tables.
 */
import { existsSync } from "node:fs";
import { pathToFileURL } from "node:url";
import type { DatabaseSyncInstance } from "@photostructure/sqlite";
import { collectGarbage } from "../../main-thread/collect-garbage.ts";
import { IndexNotFoundError, IndexNotWritableError } from "../../errors.ts";
import { statIfThere } from "../../files/stat-if-there.ts";
import { guardedPath } from "../own-folder.ts";
import { busyMilliseconds, Database, primaryCode, translated } from "./database.ts";
import { openSqlite } from "./sqlite.ts";
import { addVectorFunctions } from "./vector-functions.ts";

/** A database in a file, which is left as a plain one without a log beside it. */
class FileDatabase extends Database {
  readonly #writes: boolean;

  constructor(connection: DatabaseSyncInstance, writes: boolean) {
    super(connection);
    this.#writes = writes;
  }

  /**
   * A writer leaves a plain file without a log beside it, which can be read
   * from a read-only folder and copied. It does so by itself, because this library's `close` leaves the connection open
   * until its statements have been garbage collected. Where somebody reads at this moment, the log stays, emptied.
   */
  override close(): void {
    if (!this.isOpen) return;
    if (this.#writes) {
      try {
        this.exec("PRAGMA busy_timeout = 0; PRAGMA journal_mode = DELETE");
      } catch {
        this.#emptyLog();
      }
    }
    const isWriteAhead = this.#isWriteAhead();
    super.close();
    // Until then it would count as a reader, and nobody could take the index out of write-ahead mode.
    if (isWriteAhead) collectGarbage();
  }

  #isWriteAhead(): boolean {
    try {
      return this.prepare("PRAGMA journal_mode").get()?.journal_mode === "wal";
    } catch {
      return false;
    }
  }

  #emptyLog(): void {
    try {
      this.exec("PRAGMA wal_checkpoint(TRUNCATE)");
    } catch {
      // On a full disk, say: what was committed is in the log, where the next process finds it. An error here would
      // take the place of the one that ended the run.
    }
  }
}

/**
 * For writing; made if it is not there. WAL lets readers see the last commit while we write. `synchronous = NORMAL`: a
 * process that is killed loses nothing that was committed, and a power failure may take back the last commits but never
 * corrupts; what it took back is simply indexed again by the next run.
 */
export function openForWriting(path: string): Database {
  return translated(path, () => {
    const guard = guardedPath(path);
    const database = openSqlite(path, options(false));
    // Holds five vectors of 384 dimensions where 4096 held two, and reads them a third faster. Only works while empty.
    database.exec("PRAGMA page_size = 8192");
    database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA journal_size_limit = 67108864");
    guard.check();
    return configured(database, true);
  });
}

/**
 * For reading; the folder may be read-only.
 *
 * @param isWriteAhead the file needs a log beside it, which cannot be made in a read-only folder. Where there is nothing in the log,
 * the file alone is the index, and is read as one that nobody changes.
 */
export function openForReading(path: string, isWriteAhead = false): Database {
  if (!existsSync(path)) throw new IndexNotFoundError(`there is no index at ${path}`);
  return translated(path, () => {
    const guard = guardedPath(path);
    let database = openSqlite(path, options(true));
    try {
      look(database);
    } catch (error) {
      database.close();
      if (!isLeftInBetween(error)) throw error;
      if (isWriteAhead && !isFilled(`${path}-wal`) && !isFilled(`${path}-journal`)) {
        database = openSqlite(`${pathToFileURL(path).href}?immutable=1`, options(true));
        look(database);
        guard.check();
        return configured(database, false);
      }
      throw new IndexNotWritableError(
        `${path} has an unfinished write-ahead log that cannot be recovered, because its folder is read-only. ` +
          "Run any command on it once where it can be written.",
        { cause: error },
      );
    }
    guard.check();
    return configured(database, false);
  });

  function look(database: DatabaseSyncInstance): void {
    database.exec("PRAGMA query_only = ON; SELECT 1 FROM sqlite_schema");
  }
}

/** The log or journal of a killed writer is there, and cannot be read or rolled back from here. */
function isLeftInBetween(error: unknown): boolean {
  const code = primaryCode(error);
  return code === 14 || code === 8;
}

function isFilled(path: string): boolean {
  return (statIfThere(path)?.size ?? 0) > 0;
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

function configured(connection: DatabaseSyncInstance, writes: boolean): Database {
  // The file may come from anybody: its schema must not call functions, and damaged pages are found when they are read.
  connection.exec("PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON; PRAGMA mmap_size = 0");
  connection.exec("PRAGMA cache_size = -32768; PRAGMA temp_store = MEMORY");
  addVectorFunctions(connection);
  return new FileDatabase(connection, writes);
}
