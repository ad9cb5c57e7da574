/** The store that the settings name: its URL, checked, and a connection to it. */
import { UsageError } from "../errors.ts";
import { hasPassword } from "../store/postgres/address.ts";
import type { ConnectOptions, PostgresConnection } from "../store/postgres/connection.ts";
import type { Session } from "./session.ts";

/**
 * Its URL, or null where the index is a folder.
 *
 * @throws UsageError for a password on the command line, which everybody on the machine can read in the list of processes
 */
export function storeOf({ settings: { values, origins } }: Session): string | null {
  const { store } = values;
  if (store !== null && origins.store.kind === "flag" && hasPassword(store)) {
    throw new UsageError(
      "--store has a password in it, which everybody on this machine can read in the list of processes: put it into ~/.pgpass, PGPASSWORD, a service file (postgres://?service=name), or the whole URL into FERRIS_STORE",
    );
  }
  // A folder that is named on the command line is meant, whatever store the environment names.
  if (origins.db.kind === "flag" && origins.store.kind === "flag") {
    throw new UsageError("--db and --store exclude each other: an index is in a folder or in a store");
  }
  return origins.db.kind === "flag" ? null : store;
}

/** For what goes through all rows of an index that may have many millions: a migration, a removal. */
export const asLongAsItTakes: ConnectOptions = { longestStatement: 24 * 3_600_000 };

/** @throws UsageError where no store is named; what `connect` throws */
export async function connectToStore(session: Session, options: ConnectOptions = {}): Promise<PostgresConnection> {
  const url = storeOf(session);
  if (url === null) throw new UsageError("no store is named: give --store postgres://…, or set FERRIS_STORE");
  const { connect } = await import("../store/postgres/connection.ts");
  return connect(url, { onNotice: (line) => session.warn(line), ...options });
}
