/**
 * In how many chunks each word stands, as notes of what each transaction added and removed: their sums weigh the words of a query. Counting by the index
 * of words reads the row of every chunk that has one.
 */
import type { Migration } from "./migration.ts";

const statements = [
  `CREATE TABLE word_counts (
    collection_id integer NOT NULL REFERENCES collections ON DELETE CASCADE,
    word text COLLATE "C" NOT NULL,
    chunks integer NOT NULL
  )`,
  `INSERT INTO word_counts (collection_id, word, chunks)
   SELECT c.collection_id, w, count(*) FROM chunk_words AS c, unnest(tsvector_to_array(c.words)) AS w GROUP BY 1, 2`,
  `CREATE INDEX word_counts_by_word ON word_counts (collection_id, word) INCLUDE (chunks)`,
];

export const wordCounts: Migration = { version: 4, name: "word-counts", statements };
