/** The word that was meant, where no chunk has the one that was typed: the nearest of the index's own words. */
import {
  likeliest,
  mostCompared,
  mostRead,
  nearestWritten,
  nearStems,
  typedWord,
  type WrittenChunk,
  type WrittenWord,
} from "../near-words.ts";
import { wordsOf } from "./phrase-counts.ts";
import type { TextScope } from "./scope.ts";
import { chunksWith } from "./word-counts.ts";
import { lexemeQuery } from "./words.ts";

/** Null where nothing is near, or `typed` is not a word that could be misspelt. */
export async function nearestWord({ sql, collectionId }: TextScope, typed: string): Promise<string | null> {
  const word = typedWord(typed);
  if (word === null) return null;
  const known = await sql.query<{ term: string }>(
    "SELECT word AS term FROM vocabulary WHERE collection_id = $1 AND word >= $2 AND word < $3 ORDER BY word LIMIT $4",
    [collectionId, word.firstLetter, `${word.firstLetter}\u{10FFFF}`, mostCompared],
  );
  const near = nearStems(word, known);
  const counts = await chunksWith(
    sql,
    collectionId,
    near.map(({ term }) => term),
  );
  let best: WrittenWord | null = null;
  for (const stem of likeliest(near, counts)) {
    // The first ones by their id, as on the embedded store: found by their word, and then put in order.
    const chunks = await sql.query<WrittenChunk>(
      `SELECT c.heading_path AS heading, c.text, d.path, d.title FROM
         (SELECT chunk_id FROM (SELECT chunk_id FROM ${wordsOf(collectionId)} WHERE words @@ $1::tsquery OFFSET 0) AS found
          ORDER BY chunk_id LIMIT ${mostRead}) AS w
       JOIN chunks AS c ON c.id = w.chunk_id JOIN documents AS d ON d.id = c.document_id ORDER BY c.id`,
      [lexemeQuery(stem)],
    );
    const written = nearestWritten(word, stem, chunks);
    if (written !== null && (best === null || written.distance < best.distance)) best = written;
  }
  return best?.text ?? null;
}
