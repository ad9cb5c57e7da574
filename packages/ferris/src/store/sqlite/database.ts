/**
 * An open SQLite database with its prepared statements, and SQLite's errors as ours.
 *
 * Nothing here knows the tables, nor which SQLite it is: of files database-file.ts opens one, in a page browser/sqlite-wasm.ts does.
 */
import type { DatabaseSyncInstance, StatementSyncInstance } from "@photostructure/sqlite";
import { IndexBusyError, IndexNotWritableError, IndexUnusableError } from "../../errors.ts";

/** What is asked of SQLite: a part of node:sqlite's interface. */
export interface Connection extends Pick<DatabaseSyncInstance, "isOpen" | "isTransaction" | "exec" | "close"> {
  prepare(sql: string): Statement;
}

export type Statement = Pick<StatementSyncInstance, "get" | "all" | "iterate" | "run">;

/** An open SQLite database with its prepared statements. */
export class Database {
  readonly #connection: Connection;
  readonly #statements = new Map<string, Statement>();

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  get isTransaction(): boolean {
    return this.#connection.isTransaction;
  }

  get isOpen(): boolean {
    return this.#connection.isOpen;
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

  /** More than once does no harm. */
  close(): void {
    this.#statements.clear();
    if (this.#connection.isOpen) this.#connection.close();
  }
}

/** How long SQLite waits for another process's lock. */
export const busyMilliseconds = 5_000;

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
  [/malformed|corrupt|vector|(?:unsupported|invalid fts5) file format|no such (?:table|column)/i, 11],
  [/not a database/, 26],
  [/disk is full/, 13],
  [/disk I\/O error/, 10],
  [/readonly/, 8],
  [/unable to open/, 14],
  [/locked/, 5],
];

/** SQLite's primary result code, or null for other errors. */
export function primaryCode(error: unknown): number | null {
  if (!(error instanceof Error) || !("code" in error) || error.code !== "ERR_SQLITE_ERROR") return null;
  const code = "errcode" in error && typeof error.errcode === "number" ? error.errcode & 0xff : 1;
  // 1 is everything that has no number of its own.
  if (code !== 1) return code;
  return codesByMessage.find(([words]) => words.test(error.message))?.[1] ?? null;
}
