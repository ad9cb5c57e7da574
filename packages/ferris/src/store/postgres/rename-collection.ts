/** Giving an index in a PostgreSQL another name. Whoever writes to it goes on; whoever looks for its old name finds no index. */
import { IndexNotFoundError, UsageError } from "../../errors.ts";
import { type Collection, holdNames } from "./collection.ts";
import type { PostgresConnection } from "./connection.ts";

/** @throws UsageError where there is another index called `to` already */
export async function renameCollection(
  connection: PostgresConnection,
  { id, name }: Pick<Collection, "id" | "name">,
  to: string,
): Promise<void> {
  await connection.write(async (sql) => {
    await holdNames(sql, connection.schema);
    const [other] = await sql.query<{ id: number }>("SELECT id FROM collections WHERE name = $1", [to]);
    // Of a commit whose answer was lost, a second try finds the index itself.
    if (other?.id === id) return;
    if (other !== undefined) {
      throw new UsageError(
        `there is an index "${to}" in ${connection.shown} already: drop that one first, or choose another name`,
      );
    }
    const renamed = await sql.query("UPDATE collections SET name = $2 WHERE id = $1 RETURNING 1", [id, to]);
    if (renamed.length === 0)
      throw new IndexNotFoundError(`there is no index "${name}" in ${connection.shown} any more`);
  });
}
