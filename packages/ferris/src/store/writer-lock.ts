/**
 * One writer at a time, and a word about who it is.
 *
 * The lock is an exclusive transaction on an empty SQLite file of its own: the operating system releases it however the
 * process ends, so there are no stale locks to judge. Beside it lies a note for people with the process id and the time.
 */
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "@photostructure/sqlite";
import { IndexBusyError, IndexNotWritableError } from "../errors.ts";

export class WriterLock {
  readonly #database: InstanceType<typeof DatabaseSync>;
  readonly #note: string;

  private constructor(database: InstanceType<typeof DatabaseSync>, note: string) {
    this.#database = database;
    this.#note = note;
  }

  /** Takes the lock in `folder`, which exists. Throws IndexBusyError, naming the holder, or IndexNotWritableError. */
  static take(folder: string): WriterLock {
    const note = join(folder, "writer.json");
    let database: InstanceType<typeof DatabaseSync> | undefined;
    try {
      database = new DatabaseSync(join(folder, "writer.lock"), { timeout: 200 });
      database.exec("BEGIN EXCLUSIVE");
    } catch (cause) {
      database?.close();
      const code = (cause as { errcode?: number }).errcode ?? 0;
      if ((code & 0xff) === 5) throw new IndexBusyError(`${holder(note, folder)} Wait for it, or stop it.`, { cause });
      throw new IndexNotWritableError(
        `Cannot write to ${folder} (${(cause as Error).message}). Check its permissions and that the disk is not full, or choose another folder with --db.`,
        { cause },
      );
    }
    try {
      writeFileSync(
        note,
        `${JSON.stringify({ pid: process.pid, host: hostname(), since: new Date().toISOString() })}\n`,
      );
    } catch {
      // The note is for people; without room for it the lock holds all the same.
    }
    return new WriterLock(database, note);
  }

  /** More than once does no harm. */
  release(): void {
    if (!this.#database.isOpen) return;
    rmSync(this.#note, { force: true });
    this.#database.close();
  }
}

function holder(note: string, folder: string): string {
  try {
    const { pid, host, since } = JSON.parse(readFileSync(note, "utf8"));
    const where = host === hostname() ? "" : ` on ${host}`;
    return `The index in ${folder} is being written by process ${pid}${where} since ${since}.`;
  } catch {
    return `The index in ${folder} is being written by another process.`;
  }
}
