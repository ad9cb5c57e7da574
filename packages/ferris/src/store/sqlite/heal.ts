/**
 * Puts an index in order that was left in between: by a writer that was killed, or by one that could not close it fully because
 * somebody was reading.
 *
 * A killed writer may leave a rollback journal, which only a connection that writes can roll back; and an index stays in write-ahead
 * mode, and so cannot be read from a read-only folder, until somebody takes it out of it alone. Whoever opens or closes an index tries,
 * readers too. It is never an error that it did not work: opening says what is wrong then.
 */
import { closeSync, openSync, readSync } from "node:fs";
import { join } from "node:path";
import type { DatabaseSyncInstance } from "@photostructure/sqlite";
import { noFollow } from "../../files/read-file.ts";
import { lstatIfThere } from "../../files/stat-if-there.ts";
import { checkOwnFolder, guardedPath } from "../own-folder.ts";
import { fileName } from "../places.ts";
import { applicationId } from "./schema.ts";
import { openSqlite } from "./sqlite.ts";
import { WriterLock } from "./writer-lock.ts";

/** Of SQLite's file header: where it says which journal the file needs, and whose the file is. */
const journalModeByte = 18;
const writeAheadMode = 2;
const applicationIdByte = 68;

/** Tries to put the index in `folder` in order, unless somebody writes to it. */
export function heal(folder: string): void {
  const path = join(folder, fileName);
  if (!isLeftOver(path)) return;
  const lock = WriterLock.takeForAMoment(folder);
  if (lock === null) return;
  let database: DatabaseSyncInstance | undefined;
  try {
    checkOwnFolder(folder, { forWriting: true });
    const guard = guardedPath(path);
    database = openSqlite(path, { readOnly: false, timeout: 0, defensive: true });
    guard.check();
    // The first look rolls back what a killed writer left half done.
    database.exec("PRAGMA trusted_schema = OFF; SELECT count(*) FROM sqlite_schema");
    if (isOurs(headerOf(path))) database.exec("PRAGMA journal_mode = DELETE");
  } catch {
    // Another reader is there, or the folder is read-only; or it is not an index, which opening says in its own words.
  } finally {
    database?.close();
    lock.release();
  }
}

/** Whether the index is in write-ahead mode: somebody writes, or it could not be closed fully. */
export function isWriteAhead(path: string): boolean {
  const header = headerOf(path);
  return isOurs(header) && header[journalModeByte] === writeAheadMode;
}

function isLeftOver(path: string): boolean {
  const journal = lstatIfThere(`${path}-journal`);
  return (journal !== undefined && journal.isFile() && journal.size > 0) || isWriteAhead(path);
}

function isOurs(header: Buffer): boolean {
  return header.length >= applicationIdByte + 4 && header.readInt32BE(applicationIdByte) === applicationId;
}

function headerOf(path: string): Buffer {
  try {
    const file = openSync(path, noFollow);
    try {
      const header = Buffer.alloc(100);
      return header.subarray(0, readSync(file, header, 0, header.length, 0));
    } finally {
      closeSync(file);
    }
  } catch {
    return Buffer.alloc(0);
  }
}
