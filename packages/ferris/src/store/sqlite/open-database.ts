/** Opens an index in a database that is not a file: a page's. What a file needs besides (locks, checksums, journals) is open.ts's. */
import { type Connection, Database, transaction, translated } from "./database.ts";
import { createSchema, isEmpty, upgradeSchema } from "./schema.ts";
import type { ModelIdentity, Store } from "../store.ts";
import { SqliteStore } from "./writer.ts";

export interface OpenDatabase {
  /** The index in it; null while it is empty. Throws IndexUnusableError where it is something else. */
  store(): Store | null;
  /** Makes one, of this model. */
  make(identity: ModelIdentity): Store;
  close(): void;
}

/** @param path what it is called in messages */
export function openDatabase(connection: Connection, path: string): OpenDatabase {
  const database = new Database(connection);
  const bytes = (): number => {
    const sizes = database.prepare("SELECT page_count * page_size AS bytes FROM pragma_page_count, pragma_page_size");
    return (sizes.get() as { bytes: number }).bytes;
  };
  const place = { path, folder: null, bytes, isCurrent: () => true, leave: async () => {} };
  const open = (): Store => {
    upgradeSchema(database, path);
    return new SqliteStore(database, place);
  };
  translated(path, () => {
    // Holds five vectors of 384 dimensions where 4096 held two. Only works while empty.
    database.exec("PRAGMA page_size = 8192; PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON");
    database.exec("PRAGMA cache_size = -32768; PRAGMA temp_store = MEMORY");
  });
  return {
    store: () => translated(path, () => (isEmpty(database) ? null : open())),
    make(identity) {
      const meta = { identity: JSON.stringify(identity), created: new Date().toISOString() };
      transaction(database, path, () => createSchema(database, meta));
      return open();
    },
    close: () => database.close(),
  };
}
