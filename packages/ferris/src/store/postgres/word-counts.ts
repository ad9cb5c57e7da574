/** Notes of how many chunks with each word came and went: written with the chunks, put into one now and then, summed up by searches. */
import type { Sql } from "./sessions.ts";

/** Notes of one word that are left beside each other. */
const mostNotes = 8;

/**
 * A statement that writes or removes rows of chunk_words, and notes their words with it.
 *
 * @param change ends before its RETURNING; its first parameter is the collection's id
 */
export function withNotes(change: string, sign: "+" | "-"): string {
  return `WITH changed AS (${change} RETURNING size, words), noted AS (
      INSERT INTO word_counts (collection_id, word, chunks)
      SELECT $1, w, ${sign}count(*) FROM changed, unnest(tsvector_to_array(words)) AS w GROUP BY w
    ) SELECT size FROM changed`;
}

/** In how many chunks each of these words stands; those that stand nowhere are left out. */
export async function chunksWith(
  sql: Sql,
  collectionId: number,
  words: readonly string[],
): Promise<Map<string, number>> {
  const rows = await sql.query<{ word: string; chunks: number }>(
    "SELECT word, sum(chunks)::bigint AS chunks FROM word_counts WHERE collection_id = $1 AND word = ANY ($2::text[]) GROUP BY word",
    [collectionId, words],
  );
  return new Map(rows.map(({ word, chunks }) => [word, chunks]));
}

/** Puts the notes of words that have many into one each, which says the same. Whoever is at some already does it for those. */
export async function foldWordCounts(sql: Sql, collectionId: number): Promise<void> {
  await sql.query(
    `WITH many AS (SELECT word FROM word_counts WHERE collection_id = $1 GROUP BY word HAVING count(*) > ${mostNotes}),
     gone AS (
       DELETE FROM word_counts WHERE ctid = ANY (ARRAY(
         SELECT w.ctid FROM word_counts AS w WHERE w.collection_id = $1 AND w.word IN (SELECT word FROM many) FOR UPDATE OF w SKIP LOCKED
       )) RETURNING word, chunks
     )
     INSERT INTO word_counts (collection_id, word, chunks)
     SELECT $1, word, sum(chunks) FROM gone GROUP BY word HAVING sum(chunks) <> 0`,
    [collectionId],
  );
}
