/**
 * One writer at a time, and a note on who it is.
 *
 * The lock is an exclusive transaction on an empty SQLite file of its own: the operating system releases it however the
 * process ends, so there are no stale locks to judge. Beside it lies a note for people with the process id and the time.
 */
import { existsSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import type { DatabaseSyncInstance } from "@photostructure/sqlite";
import { FerrisError, IndexBusyError, IndexNotWritableError } from "../../errors.ts";
import { readRegularFileSync } from "../../files/read-file.ts";
import { guardedPath } from "../own-folder.ts";
import { primaryCode } from "./database.ts";
import { openSqlite } from "./sqlite.ts";

/** How long somebody may hold the lock who has left no note: they only put the index in order. */
const momentMilliseconds = 5_000;
/** SQLITE_BUSY. */
const busyCode = 5;

export class WriterLock {
  readonly #database: DatabaseSyncInstance;
  readonly #note: string;

  private constructor(database: DatabaseSyncInstance, note: string) {
    this.#database = database;
    this.#note = note;
  }

  /**
   * Takes the lock in `folder`, which exists and has been looked at (own-folder.ts). Throws IndexBusyError, naming the holder, or
   * IndexNotWritableError.
   */
  static take(folder: string): WriterLock {
    const note = join(folder, "writer.json");
    let database: DatabaseSyncInstance;
    try {
      try {
        database = lock(folder, 200);
      } catch (cause) {
        if (!isBusy(cause) || existsSync(note)) throw cause;
        database = lock(folder, momentMilliseconds);
      }
    } catch (cause) {
      if (cause instanceof FerrisError) throw cause;
      if (isBusy(cause)) throw new IndexBusyError(`${holder(note, folder)} Wait for it, or stop it.`, { cause });
      throw new IndexNotWritableError(
        `Cannot write to ${folder} (${(cause as Error).message}). Check its permissions and that the disk is not full, or choose another folder.`,
        { cause, option: "db" },
      );
    }
    try {
      rmSync(note, { force: true });
      // Made anew, so that nothing that lies there is written through.
      writeFileSync(
        note,
        `${JSON.stringify({ pid: process.pid, host: hostname(), since: new Date().toISOString() })}\n`,
        { flag: "wx" },
      );
    } catch {
      // The note is for people; without room for it the lock holds all the same.
    }
    return new WriterLock(database, note);
  }

  /** The lock without a note, for work of milliseconds; null where somebody has it, or nothing can be written. */
  static takeForAMoment(folder: string): WriterLock | null {
    try {
      return new WriterLock(lock(folder, 0), join(folder, "writer.json"));
    } catch {
      return null;
    }
  }

  /** More than once does no harm. */
  release(): void {
    if (!this.#database.isOpen) return;
    // Whose ever it is: nobody writes now.
    rmSync(this.#note, { force: true });
    this.#database.close();
  }
}

function lock(folder: string, timeout: number): DatabaseSyncInstance {
  const path = join(folder, "writer.lock");
  const guard = guardedPath(path);
  const database = openSqlite(path, { timeout, defensive: true });
  try {
    database.exec("PRAGMA trusted_schema = OFF; BEGIN EXCLUSIVE");
    guard.check();
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

function isBusy(cause: unknown): boolean {
  return primaryCode(cause) === busyCode;
}

function holder(note: string, folder: string): string {
  try {
    const { pid, host, since } = JSON.parse(readRegularFileSync(note, { mostBytes: 4096 }).toString()) as Record<
      string,
      unknown
    >;
    const where = host === hostname() ? "" : ` on ${String(host)}`;
    return `The index in ${folder} is being written by process ${String(pid)}${where} since ${String(since)}.`;
  } catch {
    return `The index in ${folder} is being written by another process.`;
  }
}
