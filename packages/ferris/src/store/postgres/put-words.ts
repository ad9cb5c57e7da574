/** Words of chunks: what full-text search looks in, and the words that misspelt ones are compared with. */
import { indexedWords } from "../indexed-words.ts";
import type { DocumentRecord, ModelIdentity, NewChunk } from "../store.ts";
import { joinHeadings } from "../stored-values.ts";
import type { Sql } from "./sessions.ts";
import { removeWords } from "./remove-chunks.ts";
import { rowsParameter } from "./values.ts";
import type { NewWords } from "./vocabulary.ts";
import { withNotes } from "./word-counts.ts";
import { chunkWords } from "./words.ts";

/** The collection that is written to. */
export interface Target {
  readonly id: number;
  readonly identity: ModelIdentity;
  /** Words that this transaction writes at its end. */
  readonly newWords: NewWords;
}

/** A chunk that has a row now. */
export interface Added {
  readonly id: number;
  readonly document: number;
  readonly ordinal: number;
  readonly chunk: NewChunk;
  readonly record: DocumentRecord;
}

/** Returns how many words they are. */
export async function insertWords(
  sql: Sql,
  { id: collection, newWords }: Target,
  added: readonly Added[],
): Promise<number> {
  if (added.length === 0) return 0;
  let count = 0;
  const rows = added.map(({ id, document, chunk, record }) => {
    const indexed = indexedWords({
      headingPath: joinHeadings(chunk.headingPath),
      text: chunk.text,
      path: record.path,
      title: record.title,
    });
    const { vector, size, lexemes } = chunkWords(indexed);
    newWords.add(lexemes, chunk.text, indexed.language);
    count += size;
    return { id, document_id: document, size, words: vector };
  });
  await sql.query(
    withNotes(
      `INSERT INTO chunk_words (collection_id, chunk_id, document_id, size, words)
       SELECT $1, r.id, r.document_id, r.size, r.words::tsvector
       FROM json_to_recordset($2) AS r (id bigint, document_id bigint, size int, words text)`,
      "+",
    ),
    [collection, rowsParameter(rows)],
  );
  return count;
}

/** A document got another name: its chunks, but for `except`, are found by the new one. Returns how many words more there are. */
export async function renameDocument(
  sql: Sql,
  target: Target,
  document: number,
  record: DocumentRecord,
  except: ReadonlySet<number> = new Set(),
): Promise<number> {
  const rows = await sql.query<{ id: number; heading: string; text: string }>(
    "SELECT id, heading_path AS heading, text FROM chunks WHERE document_id = $1 ORDER BY ordinal",
    [document],
  );
  const kept = rows.filter(({ id }) => !except.has(id));
  const gone = await removeWords(
    sql,
    target.id,
    kept.map(({ id }) => id),
  );
  const added = kept.map(({ id, heading, text }, ordinal) => ({
    id,
    document,
    ordinal,
    record,
    chunk: { headingPath: [heading], text } as unknown as NewChunk,
  }));
  return (await insertWords(sql, target, added)) - gone;
}
