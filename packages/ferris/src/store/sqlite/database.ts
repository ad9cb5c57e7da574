/**
 * Opens SQLite files the way an index needs it, and turns SQLite's errors into ours.
 *
 * @photostructure/sqlite is node:sqlite's interface with binaries of its own, so that every Node version runs the same
 * SQLite with the same FTS5. Nothing here knows the tables.
 */
import { existsSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { DatabaseSync, type DatabaseSyncInstance } from "@photostructure/sqlite";
import { collectGarbage } from "../../main-thread/collect-garbage.ts";
import { IndexBusyError, IndexNotFoundError, IndexNotWritableError, IndexUnusableError } from "../../errors.ts";
import { statIfThere } from "../../files/stat-if-there.ts";
import { guardedPath } from "../own-folder.ts";
import { vectorExtensionPath } from "./vector-extension.ts";

type Statement = ReturnType<DatabaseSyncInstance["prepare"]>;

/** An open SQLite file with its prepared statements. */
export class Database {
  readonly #connection: DatabaseSyncInstance;
  readonly #statements = new Map<string, Statement>();

  readonly #writes: boolean;

  constructor(connection: DatabaseSyncInstance, writes: boolean) {
    this.#connection = connection;
    this.#writes = writes;
  }

  get isTransaction(): boolean {
    return this.#connection.isTransaction;
  }

  exec(sql: string): void {
    this.#connection.exec(sql);
  }

  /** The statement for `sql`, prepared once. Its parameters are values; `sql` itself is never made of data. */
  prepare(sql: string): Statement {
    let statement = this.#statements.get(sql);
    if (statement === undefined) this.#statements.set(sql, (statement = this.#connection.prepare(sql)));
    return statement;
  }

  /**
   * Closes the file; more than once does no harm. A writer leaves a plain file without a log beside it, which can be read
   * from a read-only folder and copied. It does so by itself, because this library's `close` leaves the connection open
   * until its statements have been garbage collected. Where somebody reads at this moment, the log stays, emptied.
   */
  close(): void {
    if (!this.#connection.isOpen) return;
    if (this.#writes) {
      try {
        this.exec("PRAGMA busy_timeout = 0; PRAGMA journal_mode = DELETE");
      } catch {
        this.#emptyLog();
      }
    }
    const isWriteAhead = this.#isWriteAhead();
    this.#statements.clear();
    this.#connection.close();
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

const busyMilliseconds = 5_000;

/**
 * For writing; made if it is not there. WAL lets readers see the last commit while we write. `synchronous = NORMAL`: a
 * process that is killed loses nothing that was committed, and a power failure may take back the last commits but never
 * corrupts; what it took back is simply indexed again by the next run.
 */
export function openForWriting(path: string): Database {
  return translated(path, () => {
    const guard = guardedPath(path);
    const database = new DatabaseSync(path, options(false));
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
  if (!existsSync(path)) throw new IndexNotFoundError(`There is no index at ${path}.`);
  return translated(path, () => {
    const guard = guardedPath(path);
    let database = new DatabaseSync(path, options(true));
    try {
      look(database);
    } catch (error) {
      database.close();
      if (!isLeftInBetween(error)) throw error;
      if (isWriteAhead && !isFilled(`${path}-wal`) && !isFilled(`${path}-journal`)) {
        database = new DatabaseSync(`${pathToFileURL(path).href}?immutable=1`, options(true));
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
  connection.enableLoadExtension(true);
  connection.loadExtension(vectorExtensionPath());
  connection.enableLoadExtension(false);
  return new Database(connection, writes);
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
          `Cannot open or write ${path} (${detail}). Check the permissions of the folder, or choose another.`,
          { cause, option: "db" },
        );
      default:
        throw cause;
    }
  }
}

/** By SQLite's own words, for errors that the library passes on without a number. */
const codesByMessage: readonly (readonly [RegExp, number])[] = [
  // FTS5's and sqlite-vec's words about rows that only a damaged or made-up file holds.
  [/malformed|corrupt|vector|unsupported file format|no such (?:table|column)/i, 11],
  [/not a database/, 26],
  [/disk is full/, 13],
  [/disk I\/O error/, 10],
  [/readonly/, 8],
  [/unable to open/, 14],
  [/locked/, 5],
];

/** SQLite's primary result code, or null for other errors. */
function primaryCode(error: unknown): number | null {
  if (!(error instanceof Error) || !("code" in error) || error.code !== "ERR_SQLITE_ERROR") return null;
  const code = "errcode" in error && typeof error.errcode === "number" ? error.errcode & 0xff : 1;
  // 1 is everything that has no number of its own.
  if (code !== 1) return code;
  return codesByMessage.find(([words]) => words.test(error.message))?.[1] ?? null;
}
