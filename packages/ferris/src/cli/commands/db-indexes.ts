/** `ferris db rename` and `ferris db drop`: one index of a PostgreSQL under another name, or gone. */
import { UsageError } from "../../errors.ts";
import { indexNameRule, isIndexName } from "../../store/places.ts";
import type { Collection } from "../../store/postgres/collection.ts";
import type { PostgresConnection } from "../../store/postgres/connection.ts";
import { exitCodes } from "../exit-codes.ts";
import type { Session } from "../session.ts";
import { asLongAsItTakes, connectToStore } from "../store.ts";
import { confirmed } from "../terminal/confirm.ts";
import { plural } from "../terminal/text.ts";

export async function renameIndex(session: Session, to: string | undefined): Promise<number> {
  const from = namedIndex(session);
  if (to === undefined) throw new UsageError("rename needs the new name: ferris db rename NEW --index OLD");
  if (!isIndexName(to)) throw new UsageError(`invalid index name "${to}": it must be ${indexNameRule}`);
  return withStore(session, async (connection, collectionNamed) => {
    const { renameCollection } = await import("../../store/postgres/rename-collection.ts");
    await renameCollection(connection, await collectionNamed(from), to);
    if (session.json) session.printJson({ store: connection.shown, index: to, before: from });
    else session.inform(`${connection.shown}: the index "${from}" is called "${to}" now`);
    return exitCodes.success;
  });
}

export async function dropIndex(session: Session, { yes }: { readonly yes?: true }): Promise<number> {
  const name = namedIndex(session);
  return withStore(session, async (connection, collectionNamed) => {
    const { contentsToDrop, dropAbandoned, dropCollection } = await import("../../store/postgres/drop-collection.ts");
    await dropAbandoned(connection);
    const collection = await collectionNamed(name);
    const contents = await contentsToDrop(connection, collection.id);
    const { documents, chunks, jobs } = contents;
    const queued = jobs === 0 ? "" : `, and ${plural(jobs, "document")} in its queue`;
    const what = `the index "${name}" of ${connection.shown}: ${plural(documents, "document")}, ${plural(chunks, "passage")}${queued}`;
    if (!(await confirmed(session, `Drop ${what}?`, yes === true))) {
      session.inform("nothing was dropped");
      return exitCodes.nothingFound;
    }
    await dropCollection(connection, collection);
    if (session.json) session.printJson({ store: connection.shown, dropped: name, ...contents });
    else session.inform(`dropped ${what}`);
    return exitCodes.success;
  });
}

/** Said, not guessed: what is dropped by mistake is gone. */
function namedIndex(session: Session): string {
  const { index } = session.settings.values;
  if (index === null) throw new UsageError("say which index: --index NAME; the one without a name is --index default");
  return index;
}

async function withStore(
  session: Session,
  work: (connection: PostgresConnection, collectionNamed: (name: string) => Promise<Collection>) => Promise<number>,
): Promise<number> {
  const [{ requireSchema }, { collectionNamed, collectionNames }] = await Promise.all([
    import("../../store/postgres/migrate.ts"),
    import("../../store/postgres/collection.ts"),
  ]);
  const connection = await connectToStore(session, asLongAsItTakes);
  try {
    await requireSchema(connection);
    return await work(connection, async (name) => {
      const names = await collectionNames(connection);
      if (names.includes(name)) return collectionNamed(connection, name);
      throw new UsageError(
        `there is no index "${name}" in ${connection.shown}: ${names.length === 0 ? "it has none" : `it has ${names.join(", ")}`}`,
      );
    });
  } finally {
    await connection.close();
  }
}
