/** Takes chunks out, with their words and vectors. */
import type { Totals } from "./collection.ts";
import type { Sql } from "./sessions.ts";
import { withNotes } from "./word-counts.ts";

/** The words of chunks. Returns how many they were. */
export async function removeWords(sql: Sql, collectionId: number, ids: readonly number[]): Promise<number> {
  const gone = await sql.query<{ size: number }>(
    withNotes("DELETE FROM chunk_words WHERE collection_id = $1 AND chunk_id = ANY ($2::bigint[])", "-"),
    [collectionId, ids],
  );
  return gone.reduce((sum, { size }) => sum + size, 0);
}

/** Returns what the collection has more since: nothing or less. */
export async function removeChunks(
  sql: Sql,
  collectionId: number,
  ids: readonly number[],
): Promise<Omit<Totals, "revision">> {
  if (ids.length === 0) return { chunks: 0, words: 0, vectors: 0 };
  const words = await removeWords(sql, collectionId, ids);
  const vectors = await sql.query(
    "DELETE FROM vectors WHERE collection_id = $1 AND chunk_id = ANY ($2::bigint[]) RETURNING 1",
    [collectionId, ids],
  );
  await sql.query("DELETE FROM vector_codes WHERE collection_id = $1 AND chunk_id = ANY ($2::bigint[])", [
    collectionId,
    ids,
  ]);
  const chunks = await sql.query("DELETE FROM chunks WHERE id = ANY ($1::bigint[]) RETURNING 1", [ids]);
  return {
    chunks: -chunks.length,
    words: -words,
    vectors: -vectors.length,
  };
}
