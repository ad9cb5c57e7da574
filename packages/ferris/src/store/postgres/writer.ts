/**
 * Changing an index kept in a PostgreSQL: documents with their chunks, words and vectors, all or nothing, by any number of writers at once.
 *
 * Whoever changes a document holds its row until the commit. Every method may be run twice: a transaction whose connection was lost is begun
 * again (connection.ts).
 */
import { isAtOrBelow } from "../../files/paths.ts";
import { fewChunks } from "../agreed-limits.ts";
import type {
  DocumentRecord,
  NewDocument,
  PendingChunk,
  PendingDocument,
  Store,
  StoredDocument,
  Work,
} from "../store.ts";
import { type Collection, foldChanges, noteChange } from "./collection.ts";
import type { PostgresConnection } from "./connection.ts";
import { putDocuments } from "./put-documents.ts";
import { renameDocument } from "./put-words.ts";
import { PostgresReader } from "./reader.ts";
import { removeChunks } from "./remove-chunks.ts";
import { completeDocuments, shareStage, stageVectors, takeStageAlone } from "./stage.ts";
import { identifier, type Sql } from "./sessions.ts";
import { documentColumns, documentRow, isBelow, pathsAmong, rowsParameter, toDocument } from "./values.ts";
import { textsOf } from "../stored-values.ts";
import { foldWordCounts } from "./word-counts.ts";
import { Vocabulary } from "./vocabulary.ts";

/** Documents removed in one transaction. */
const removedAtOnce = 256;
/** Notes of changes are put into one when a writer leaves, and this often besides. */
const foldedEvery = 256;
/** Notes of words are looked through for those that have many, which is not worth it for less. */
const worthFolding = 32;

export class PostgresStore extends PostgresReader implements Store {
  readonly #vocabulary: Vocabulary;
  #changes = 0;

  constructor(connection: PostgresConnection, collection: Collection) {
    super(connection, collection);
    this.#vocabulary = new Vocabulary(collection.id);
  }

  /** By which the queue's rows know it. */
  get collectionId(): number {
    return this.collection.id;
  }

  async documentsWithContent(contentHash: string): Promise<StoredDocument[]> {
    const rows = await this.connection.query(
      `SELECT ${documentColumns} FROM documents AS d WHERE d.collection_id = $1 AND d.content_hash = decode($2, 'hex') ORDER BY d.path`,
      [this.collection.id, contentHash],
    );
    return rows.map(toDocument);
  }

  /** @param choose says within the transaction which of the documents are written: a worker's, those whose jobs it still holds */
  async putDocuments(
    documents: readonly NewDocument[],
    vectors: ReadonlyMap<string, Float32Array>,
    choose: (sql: Sql) => Promise<readonly NewDocument[]> = async () => documents,
  ): Promise<readonly Work[]> {
    const { work, newWords } = await this.connection.write(async (sql) => {
      // First: who may not commit waits for nobody.
      const chosen = await choose(sql);
      await shareStage(sql, this.collection.id);
      const words = this.#vocabulary.begin();
      const done = await putDocuments(sql, { ...this.collection, newWords: words }, chosen, vectors);
      await words.write(sql);
      return { work: done, newWords: words };
    });
    this.#vocabulary.commit(newWords);
    await this.#changed();
    return work;
  }

  async updateDocument(path: string, record: DocumentRecord): Promise<void> {
    const { id } = this.collection;
    const newWords = await this.connection.write(async (sql) => {
      const [known] = await sql.query<{ id: number; title: string | null }>(
        "SELECT id, title FROM documents WHERE collection_id = $1 AND path_key(path) = path_key($2) FOR UPDATE",
        [id, path],
      );
      if (known === undefined) return null;
      await sql.query(
        `UPDATE documents AS d SET path = r.path, type = r.type, title = r.title, line_basis = r.line_basis, fields = r.fields, size = r.size,
         modified_time = r.modified_time, content_hash = decode(r.content_hash, 'hex'), recipe = r.recipe, indexed_time = r.indexed_time
         FROM json_to_recordset($2) AS r (path text, type text, title text, line_basis text, fields jsonb, size bigint,
           modified_time float8, content_hash text, recipe text, indexed_time float8) WHERE d.id = $1`,
        [known.id, rowsParameter([documentRow(record)])],
      );
      if (path === record.path && known.title === record.title) return null;
      const found = this.#vocabulary.begin();
      const words = await renameDocument(sql, { ...this.collection, newWords: found }, known.id, record);
      await noteChange(sql, id, { chunks: 0, words, vectors: 0 });
      await found.write(sql);
      return found;
    });
    this.#vocabulary.commit(newWords);
  }

  /** @param mayRemove says within each transaction whether it removes anything: a worker's, while it holds the document's job */
  async removeDocuments(
    paths: readonly string[],
    mayRemove: (sql: Sql) => Promise<boolean> = async () => true,
  ): Promise<number> {
    const { id } = this.collection;
    let removed = 0;
    for (let first = 0; first < paths.length; first += removedAtOnce) {
      removed += await this.connection.write(async (sql) => {
        if (!(await mayRemove(sql))) return 0;
        const rows = await sql.query<{ id: number }>(
          `SELECT id FROM documents WHERE collection_id = $1 AND ${pathsAmong("$2")} ORDER BY path FOR UPDATE`,
          [id, paths.slice(first, first + removedAtOnce)],
        );
        const documents = rows.map((row) => row.id);
        if (documents.length === 0) return 0;
        const chunks = await sql.query<{ id: number }>("SELECT id FROM chunks WHERE document_id = ANY ($1::bigint[])", [
          documents,
        ]);
        const change = await removeChunks(
          sql,
          id,
          chunks.map((chunk) => chunk.id),
        );
        await sql.query("DELETE FROM documents WHERE id = ANY ($1::bigint[])", [documents]);
        await noteChange(sql, id, change);
        return documents.length;
      });
      await this.#changed();
    }
    return removed;
  }

  async pendingWork(): Promise<Work> {
    const [work] = await this.connection.query<Work>(
      `SELECT count(*) AS chunks, coalesce(sum(tokens), 0)::bigint AS tokens FROM
       (SELECT max(c.tokens) AS tokens FROM pending_chunks AS p JOIN chunks AS c ON c.id = p.chunk_id
        WHERE p.collection_id = $1 GROUP BY p.hash) AS each`,
      [this.collection.id],
    );
    return work!;
  }

  async pendingDocuments(limit: number): Promise<PendingDocument[]> {
    return this.connection.query<PendingDocument>(
      `SELECT id, chunks FROM documents WHERE collection_id = $1 AND missing > 0
       ORDER BY CASE WHEN missing > $2 THEN missing ELSE 0 END, modified_time DESC, id LIMIT $3`,
      [this.collection.id, fewChunks, limit],
    );
  }

  async pendingChunks(documentId: number, after: number, limit: number): Promise<PendingChunk[]> {
    return this.connection.query<PendingChunk>(
      `SELECT encode(p.hash, 'hex') AS hash, c.ordinal, c.tokens, p.text AS "embeddingText"
       FROM pending_chunks AS p JOIN chunks AS c ON c.id = p.chunk_id
       WHERE p.document_id = $1 AND c.ordinal > $2 ORDER BY c.ordinal LIMIT $3`,
      [documentId, after, limit],
    );
  }

  async putVectors(hashes: readonly string[], vectors: Float32Array): Promise<readonly number[]> {
    const { dimensions } = this.identity;
    const given = new Map(
      hashes.map((hash, row) => [hash, vectors.subarray(row * dimensions, (row + 1) * dimensions)]),
    );
    const complete = await this.connection.write((sql) => putVectors(sql, this.collection.id, given));
    await this.#changed();
    return complete;
  }

  async clearStaged(): Promise<void> {
    const { id } = this.collection;
    await this.connection.write(async (sql) => {
      // Where another writer is at work, what is staged may be about to be used: it, or a later run, clears.
      if (!(await takeStageAlone(sql, id))) return;
      await sql.query(
        `DELETE FROM staged_vectors AS s WHERE s.collection_id = $1 AND NOT EXISTS
         (SELECT 1 FROM chunks AS c JOIN documents AS d ON d.id = c.document_id
          WHERE c.collection_id = $1 AND c.hash = s.hash AND d.missing > 0)`,
        [id],
      );
    });
  }

  async addRoots(roots: readonly string[]): Promise<void> {
    await this.connection.query(
      "INSERT INTO roots (collection_id, path) SELECT $1, r FROM unnest($2::text[]) AS r ORDER BY r ON CONFLICT DO NOTHING",
      [this.collection.id, roots],
    );
  }

  async forgetRoots(under: readonly string[]): Promise<void> {
    const rows = await this.connection.query<{ path: string }>("SELECT path FROM roots WHERE collection_id = $1", [
      this.collection.id,
    ]);
    const gone = rows.map(({ path }) => path).filter((path) => under.some((folder) => isAtOrBelow(path, folder)));
    await this.connection.query(`DELETE FROM roots WHERE collection_id = $1 AND ${pathsAmong("$2")}`, [
      this.collection.id,
      gone,
    ]);
  }

  async forgetQueued(under: readonly string[]): Promise<string[]> {
    const rows = await this.connection.query<{ path: string }>(
      `DELETE FROM jobs WHERE collection_id = $1 AND ${isBelow("$2")} RETURNING path`,
      [this.collection.id, under],
    );
    return rows.map(({ path }) => path);
  }

  async setHome(folder: string): Promise<void> {
    await this.#set("home", folder);
  }

  async mounts(): Promise<string[]> {
    return textsOf(await this.setting("mounts"));
  }

  async setMounts(folders: readonly string[]): Promise<void> {
    await this.#set("mounts", [...new Set(folders)].toSorted());
  }

  async compact(): Promise<void> {
    await this.clearStaged();
    const { id } = this.collection;
    await this.#fold();
    for (const table of [
      `chunk_words_${id}`,
      `vectors_${id}`,
      `vector_codes_${id}`,
      "documents",
      "chunks",
      "word_counts",
    ]) {
      await this.connection.maintain(`VACUUM (ANALYZE) ${identifier(this.connection.schema)}.${table}`);
    }
  }

  override async close(): Promise<void> {
    try {
      if (this.#changes >= worthFolding) await this.#fold();
      else if (this.#changes > 0) await this.connection.write((sql) => foldChanges(sql, this.collection.id));
    } finally {
      await super.close();
    }
  }

  async #set(key: string, value: unknown): Promise<void> {
    await this.connection.query(
      `INSERT INTO collection_settings (collection_id, key, value) VALUES ($1, $2, $3::jsonb)
       ON CONFLICT (collection_id, key) DO UPDATE SET value = excluded.value WHERE collection_settings.value <> excluded.value`,
      [this.collection.id, key, JSON.stringify(value)],
    );
  }

  async #changed(): Promise<void> {
    if (++this.#changes % foldedEvery === 0) await this.#fold();
  }

  async #fold(): Promise<void> {
    await this.connection.write(async (sql) => {
      await foldChanges(sql, this.collection.id);
      await foldWordCounts(sql, this.collection.id);
    });
  }
}

/** See VectorStage. Exported for workers, which commit their job in the same transaction. */
export async function putVectors(
  sql: Sql,
  collectionId: number,
  given: ReadonlyMap<string, Float32Array>,
): Promise<number[]> {
  await shareStage(sql, collectionId);
  const hashes = [...given.keys()];
  const waiting = await sql.query<{ id: number; missing: number }>(
    `SELECT id, missing FROM documents WHERE id IN
       (SELECT document_id FROM pending_chunks WHERE collection_id = $1 AND hash IN (SELECT decode(h, 'hex') FROM unnest($2::text[]) AS h))
     ORDER BY id FOR UPDATE`,
    [collectionId, hashes],
  );
  if (waiting.length === 0) return [];
  const came = await sql.query<{ document: number; hash: string }>(
    `DELETE FROM pending_chunks WHERE collection_id = $1 AND document_id = ANY ($2::bigint[])
       AND hash IN (SELECT decode(h, 'hex') FROM unnest($3::text[]) AS h)
     RETURNING document_id AS document, encode(hash, 'hex') AS hash`,
    [collectionId, waiting.map(({ id }) => id), hashes],
  );
  const left = new Map(waiting.map(({ id, missing }) => [id, missing]));
  for (const { document } of came) left.set(document, left.get(document)! - 1);
  await sql.query(
    `UPDATE documents AS d SET missing = r.missing FROM json_to_recordset($1) AS r (id bigint, missing int) WHERE d.id = r.id`,
    [rowsParameter(Array.from(left, ([id, missing]) => ({ id, missing })))],
  );
  const complete = [...left].filter(([, missing]) => missing === 0).map(([id]) => id);
  const isComplete = new Set(complete);
  const staged = new Set(came.filter(({ document }) => !isComplete.has(document)).map(({ hash }) => hash));
  await stageVectors(sql, collectionId, new Map([...given].filter(([hash]) => staged.has(hash))));
  const vectors = await completeDocuments(sql, collectionId, complete, given);
  if (vectors > 0) await noteChange(sql, collectionId, { chunks: 0, words: 0, vectors });
  return complete;
}
