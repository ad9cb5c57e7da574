/**
 * `ferris db`: the tables of ferris in a PostgreSQL: what is there, and bringing them up to date; and what is done with an index there as a whole.
 */
import { Command } from "commander";
import { UsageError } from "../../errors.ts";
import type { PostgresConnection } from "../../store/postgres/connection.ts";
import { exitCodes } from "../exit-codes.ts";
import { runs } from "../run.ts";
import type { Session } from "../session.ts";
import { asLongAsItTakes, connectToStore } from "../store.ts";
import { Flag } from "../options.ts";
import { table } from "../terminal/table.ts";
import { grouped, plural } from "../terminal/text.ts";
import { dropIndex, renameIndex } from "./db-indexes.ts";
import { withExamples } from "./shared-options.ts";

const actions = ["migrate", "status", "hnsw", "rename", "drop"] as const;

interface DbOptions {
  readonly yes?: true;
}

export function dbCommand(): Command {
  const command = new Command("db")
    .summary("the tables of a PostgreSQL store")
    .description(
      "migrate brings the tables of the store up to date; run it after an update of ferris, as a role that may create\n" +
        "tables. It may be run twice, and by several at once. status says what is there, and changes nothing. hnsw makes an\n" +
        "HNSW index of the vectors of one index (--index NAME), for searches by meaning among millions of passages. rename\n" +
        "gives that index another name, and drop removes it with its queue, after a question; others go on meanwhile. The\n" +
        "index without a name is called default there.",
    )
    .argument("<action>", "migrate, status, hnsw, rename or drop")
    .argument("[name]", "for rename: what the index is to be called")
    .addOption(new Flag("--yes", "drop without asking"));
  withExamples(command, [
    ["ferris db migrate --store postgres://admin@host/database", "makes the tables, or brings them up to date"],
    ["ferris db hnsw --index manuals", "a graph over the vectors of that index, made while it is in use"],
    ["ferris db rename handbooks --index manuals", "the index manuals is called handbooks"],
    ["ferris db drop --index manuals", "says what goes, asks, and removes that index"],
    ["ferris db status", "versions of the server, pgvector and the tables, of the store in FERRIS_STORE"],
  ]);
  return runs(command, async (session, [action = "", name]: readonly string[], options) => {
    if (!(actions as readonly string[]).includes(action)) {
      throw new UsageError(`unknown action "${action}": it must be one of ${actions.join(", ")}`);
    }
    if (name !== undefined && action !== "rename") {
      throw new UsageError(
        `"${name}" is one word too many: the index is named by --index, and only rename takes a name`,
      );
    }
    if (action === "drop") return dropIndex(session, options as DbOptions);
    if (action === "rename") return renameIndex(session, name);
    const connection = await connectToStore(session, action === "migrate" ? asLongAsItTakes : {});
    try {
      if (action === "hnsw") return await makeGraph(session, connection);
      return await (action === "migrate" ? migrateStore(session, connection) : statusOfStore(session, connection));
    } finally {
      await connection.close();
    }
  });
}

async function migrateStore(session: Session, connection: PostgresConnection): Promise<number> {
  const [{ migrate, schemaStatus }, { pgvectorWarning, serverVersions }] = await modules();
  const applied = await migrate(connection);
  const { version } = await schemaStatus(connection);
  const { pgvector } = await serverVersions(connection);
  const problem = pgvector === null ? null : pgvectorWarning(pgvector);
  if (problem !== null) session.warn(problem);
  if (session.json) session.printJson({ store: connection.shown, version, applied });
  else if (applied.length === 0) session.inform(`${connection.shown} is up to date (schema version ${version})`);
  else {
    session.inform(
      `${connection.shown}: ${plural(applied.length, "migration")} applied (${applied.join(", ")}), schema version ${version} now`,
    );
  }
  return exitCodes.success;
}

async function makeGraph(session: Session, connection: PostgresConnection): Promise<number> {
  const [{ requireSchema }, { collectionNamed, unnamed }, graph] = await Promise.all([
    import("../../store/postgres/migrate.ts"),
    import("../../store/postgres/collection.ts"),
    import("../../store/postgres/graph.ts"),
  ]);
  await requireSchema(connection);
  const collection = await collectionNamed(connection, session.settings.values.index ?? unnamed);
  const began = performance.now();
  const bytes = await graph.makeGraph(connection, collection);
  const seconds = (performance.now() - began) / 1000;
  if (session.json) session.printJson({ store: connection.shown, index: collection.name, bytes, seconds });
  else {
    session.inform(
      `${connection.shown} "${collection.name}" has an HNSW index of ${grouped(Math.round(bytes / 2 ** 20))} MB (${seconds.toFixed(0)} s)`,
    );
  }
  return exitCodes.success;
}

/** Ends with the code of an index that cannot be used where something has to be done first. */
async function statusOfStore(session: Session, connection: PostgresConnection): Promise<number> {
  const [{ schemaStatus }, { isOlder, oldestPgvector, pgvectorWarning, serverVersions }] = await modules();
  const versions = await serverVersions(connection);
  const { pgvector } = versions;
  const status = await schemaStatus(connection);
  const isTooOld = pgvector !== null && isOlder(pgvector, oldestPgvector);
  if (session.json) session.printJson({ store: connection.shown, ...versions, ...status });
  else {
    const rows = [
      ["Store", connection.shown],
      ["PostgreSQL", versions.postgres],
      ["pgvector", pgvector ?? "not in this database"],
      ["Schema", status.version === 0 ? "nothing of ferris is there" : `version ${status.version}`],
      ...status.applied.map(({ version, name, applied }) => ["", `${version} ${name}, ${applied}`]),
      ...(status.due.length === 0 ? [] : [["To apply", status.due.join(", ")]]),
    ];
    session.print(table(rows).join("\n"));
  }
  if (status.version > status.wanted) {
    session.warn(`the tables are of a newer ferris: this one knows versions up to ${status.wanted}`);
  }
  const problem = isTooOld ? `ferris needs pgvector ${oldestPgvector} or later` : pgvector && pgvectorWarning(pgvector);
  if (problem) session.warn(problem);
  const isReady = status.version === status.wanted && pgvector !== null && !isTooOld;
  return isReady ? exitCodes.success : exitCodes.indexUnusable;
}

function modules() {
  return Promise.all([import("../../store/postgres/migrate.ts"), import("../../store/postgres/server.ts")]);
}
