/**
 * Opens an index kept in SQLite, to read it or to change it: a folder (`.ferris` beside the documents, or what `db` says) with `index.db`,
 * and while someone writes, a lock and a note on who.
 */
import { existsSync, writeFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { IndexNotFoundError, IndexNotWritableError } from "../../errors.ts";
import { makeFolder } from "../../files/make-folder.ts";
import { type Database, transaction, translated } from "./database.ts";
import { openForReading, openForWriting } from "./database-file.ts";
import { FilePlace } from "./file-place.ts";
import { removeChecksum, verifyChecksum, writeChecksum } from "./checksum.ts";
import { heal, isWriteAhead } from "./heal.ts";
import { checkOwnFolder } from "../own-folder.ts";
import { fileName } from "../places.ts";
import { checkSchema, createSchema, isEmpty, upgradeSchema } from "./schema.ts";
import { SqliteReader } from "./reader.ts";
import { SqliteStore } from "./writer.ts";
import type { ModelIdentity, Store, StoreReader } from "../store.ts";
import { WriterLock } from "./writer-lock.ts";

/**
 * Opens the index in `folder` to search it. Beside a writer: it sees the last commit and never blocks it. Throws
 * IndexNotFoundError, IndexUnusableError.
 */
export async function openIndex(folder: string): Promise<StoreReader> {
  const place = resolve(folder);
  const path = join(place, fileName);
  checkOwnFolder(place);
  verifyChecksum(path);
  heal(place);
  // Before it is opened: a file that comes in its place meanwhile is then another one, and not taken for this.
  const file = new FilePlace(path);
  const database = openForReading(path, isWriteAhead(path));
  return closedOnError(database, path, () => {
    if (isEmpty(database)) {
      throw new IndexNotFoundError(`The index at ${path} is empty: creating it was interrupted. Index again.`);
    }
    checkSchema(database, path);
    return new SqliteReader(database, file);
  });
}

/**
 * Opens the index in `folder` to change it, and holds its lock until `close()`: a second writer gets IndexBusyError with
 * the first one's process id. With `identity`, an absent index is made and a present one must be of that model; without,
 * an absent one is IndexNotFoundError (removing and compacting need no model).
 */
export async function openIndexForWriting(folder: string, options: { identity?: ModelIdentity }): Promise<Store> {
  const { identity } = options;
  const place = resolve(folder);
  const path = join(place, fileName);
  if (identity === undefined && !existsSync(path)) {
    throw new IndexNotFoundError(`there is no index at ${path}`);
  }
  checkOwnFolder(place, { forWriting: true });
  try {
    const isNew = makeFolder(place);
    // An index made inside a repository is nothing to commit. A folder that was there may hold what is.
    if (isNew || basename(place) === ".ferris") makeUnlessThere(join(place, ".gitignore"), "*\n");
  } catch (cause) {
    throw new IndexNotWritableError(
      `Cannot make the folder ${place} for the index (${(cause as Error).message}). Check the permissions, or choose another folder.`,
      { cause, option: "db" },
    );
  }
  const lock = WriterLock.take(place);
  let isVerified = false;
  try {
    isVerified = verifyChecksum(path);
    removeChecksum(path);
    const database = openForWriting(path);
    return closedOnError(database, path, () => {
      if (isEmpty(database)) {
        if (identity === undefined) {
          throw new IndexNotFoundError(`the index at ${path} is empty`);
        }
        const meta = { identity: JSON.stringify(identity), created: new Date().toISOString() };
        transaction(database, path, () => createSchema(database, meta));
      }
      upgradeSchema(database, path);
      const store = new SqliteStore(database, new FilePlace(path, lock));
      if (identity !== undefined) store.requireIdentity(identity);
      return store;
    });
  } catch (error) {
    // Nothing was changed but the mode of its journal.
    if (isVerified) writeChecksum(path);
    lock.release();
    throw error;
  }
}

/** Never through what lies there, not even a link to nowhere. */
function makeUnlessThere(path: string, text: string): void {
  try {
    writeFileSync(path, text, { flag: "wx" });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
}

function closedOnError<T>(database: Database, path: string, work: () => T): T {
  try {
    return translated(path, work);
  } catch (error) {
    database.close();
    throw error;
  }
}
