/**
 * The word that was meant, where no chunk has the one that was typed: the nearest of the index's own words.
 *
 * The full-text index knows words by their stems alone, so a stem that is near leads to the chunks that have it, and these to the word as
 * it is written.
 */
import {
  likeliest,
  mostCompared,
  mostRead,
  nearestWritten,
  nearStems,
  type TypedWord,
  typedWord,
  type WrittenChunk,
  type WrittenWord,
} from "../near-words.ts";
import type { Database } from "./database.ts";

/** Null where nothing is near, or `typed` is not a word that could be misspelt. */
export function nearestWord(database: Database, typed: string): string | null {
  const word = typedWord(typed);
  if (word === null) return null;
  let best: WrittenWord | null = null;
  for (const stem of nearestStems(database, word)) {
    const written = nearestWritten(word, stem, chunksWith(database, stem));
    if (written !== null && (best === null || written.distance < best.distance)) best = written;
  }
  return best?.text ?? null;
}

/** Mistakes are seldom in the first letter, and words with one beginning stand together in the index. */
function nearestStems(database: Database, word: TypedWord): string[] {
  openVocabulary(database);
  const rows = database
    .prepare("SELECT term, doc FROM temp.known_words WHERE term >= ? AND term < ? LIMIT ?")
    .all(word.firstLetter, `${word.firstLetter}\u{10FFFF}`, mostCompared) as unknown as { term: string; doc: number }[];
  return likeliest(nearStems(word, rows), new Map(rows.map(({ term, doc }) => [term, doc])));
}

/** The words of the full-text index, and where each stands, as tables of this connection alone: the index itself is not written. */
function openVocabulary(database: Database): void {
  if (database.prepare("SELECT 1 FROM sqlite_temp_schema WHERE name = 'word_places'").get() !== undefined) return;
  const { query_only: isReadOnly } = database.prepare("PRAGMA query_only").get() as { query_only: number };
  if (isReadOnly) database.exec("PRAGMA query_only = OFF");
  try {
    database.exec("CREATE VIRTUAL TABLE temp.known_words USING fts5vocab('main', 'chunk_words', 'row')");
    database.exec("CREATE VIRTUAL TABLE temp.word_places USING fts5vocab('main', 'chunk_words', 'instance')");
  } finally {
    if (isReadOnly) database.exec("PRAGMA query_only = ON");
  }
}

/** By the stem itself: a query would stem it once more, and `respons` is not `respon`. */
function chunksWith(database: Database, stem: string): WrittenChunk[] {
  return database
    .prepare(
      `SELECT c.heading_path AS heading, c.text, d.path, d.title FROM chunks AS c JOIN documents AS d ON d.id = c.document_id
       WHERE c.id IN (SELECT DISTINCT doc FROM temp.word_places WHERE term = ? LIMIT ${mostRead}) ORDER BY c.id`,
    )
    .all(stem) as unknown as WrittenChunk[];
}
