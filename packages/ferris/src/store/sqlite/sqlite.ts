/** The one place that loads SQLite's binary, so that a machine which has none for it gets an error that says so. */
import { createRequire } from "node:module";
import type * as Sqlite from "@photostructure/sqlite";
import type { DatabaseSyncInstance, DatabaseSyncOptions } from "@photostructure/sqlite";
import { StorageUnavailableError } from "../../errors.ts";

/**
 * Opens a database.
 *
 * @throws StorageUnavailableError where SQLite has no binary for this machine; else SQLite's own error
 */
export function openSqlite(path: string, options: DatabaseSyncOptions): DatabaseSyncInstance {
  const { DatabaseSync } = load();
  return new DatabaseSync(path, options);
}

function load(): typeof Sqlite {
  // In two steps, as tools read it that copy what a program needs (@vercel/nft).
  const require = createRequire(import.meta.url);
  try {
    return require("@photostructure/sqlite") as typeof Sqlite;
  } catch (cause) {
    throw new StorageUnavailableError(`SQLite, which keeps an index, does not load: ${problemOf(cause as Error)}`, {
      cause,
    });
  }
}

/** What is wrong and what to do, by what Node said. */
function problemOf(error: NodeJS.ErrnoException): string {
  if (error.code === "ERR_DLOPEN_DISABLED")
    return "native addons are disabled in this process (Node's options allow-addons and no-addons).";
  const [reason] = error.message.split("\n");
  return (
    `${reason!.replace(/\.$/, "")} (${process.platform}-${process.arch}). @photostructure/sqlite has binaries for Linux, macOS and ` +
    "Windows on x64 and arm64."
  );
}
