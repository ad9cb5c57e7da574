/**
 * Writes documents with their chunks and words, each statement for all of them at once.
 *
 * A changed document keeps the rows of the chunks that stayed the same (by hash), so their ids, words and vectors are not written again.
 */
import type { NewDocument, Work } from "../store.ts";
import { joinHeadings } from "../stored-values.ts";
import { noteChange } from "./collection.ts";
import { knownVectors } from "./reader.ts";
import { type Added, insertWords, renameDocument, type Target } from "./put-words.ts";
import { removeChunks } from "./remove-chunks.ts";
import type { Sql } from "./sessions.ts";
import { completeDocuments, insertVectors, stageOf, stageVectors, withdrawDocuments } from "./stage.ts";
import { documentRow, pathsAmong, placeRow, placeTypes, rowsParameter, storable } from "./values.ts";

/** See DocumentWriter. To be called in a transaction that shares the stage. */
export async function putDocuments(
  sql: Sql,
  target: Target,
  documents: readonly NewDocument[],
  vectors: ReadonlyMap<string, Float32Array>,
): Promise<Work[]> {
  const byPath = new Map(documents.map((document) => [storable(document.record.path), document]));
  if (byPath.size < documents.length) {
    const work: Work[] = [];
    for (const document of documents) work.push(...(await putDocuments(sql, target, [document], vectors)));
    return work;
  }
  const { id: collection } = target;
  const before = await sql.query<{ path: string; title: string | null; missing: number }>(
    `SELECT path, title, missing FROM documents WHERE collection_id = $1 AND ${pathsAmong("$2")} ORDER BY path FOR UPDATE`,
    [collection, [...byPath.keys()]],
  );
  const ids = await upsertDocuments(sql, collection, documents);
  const { added, gone } = await settleChunks(sql, collection, byPath, ids);
  // The text of one that went may turn up in another document of this run.
  if (gone.length > 0) await stageOf(sql, collection, "id", gone);
  const removed = await removeChunks(sql, collection, gone);
  let words = removed.words + (await insertWords(sql, target, added));
  const isNew = new Set(added.map(({ id }) => id));
  for (const { path, title } of before) {
    const { record } = byPath.get(path)!;
    if (title !== record.title) words += await renameDocument(sql, target, ids.get(path)!, record, isNew);
  }
  const wasPending = new Set(before.filter(({ missing }) => missing > 0).map(({ path }) => ids.get(path)!));
  const settled = await settleVectors(sql, target, added, { vectors, documents: [...ids.values()], wasPending });
  await noteChange(sql, collection, {
    chunks: removed.chunks + added.length,
    words,
    vectors: removed.vectors + settled.vectors,
  });
  return documents.map(({ record }) => settled.work.get(ids.get(storable(record.path))!) ?? { chunks: 0, tokens: 0 });
}

async function upsertDocuments(
  sql: Sql,
  collection: number,
  documents: readonly NewDocument[],
): Promise<Map<string, number>> {
  const rows = documents.map(({ record, chunks }) => ({
    ...documentRow(record),
    chunks: chunks.length,
    tokens: chunks.reduce((sum, chunk) => sum + chunk.tokens, 0),
  }));
  const found = await sql.query<{ id: number; path: string }>(
    `INSERT INTO documents (collection_id, path, type, title, line_basis, fields, size, modified_time, content_hash, recipe, chunks, tokens, missing, indexed_time)
     SELECT $1, r.path, r.type, r.title, r.line_basis, r.fields, r.size, r.modified_time, decode(r.content_hash, 'hex'), r.recipe, r.chunks, r.tokens, 0, r.indexed_time
     FROM json_to_recordset($2) AS r (path text, type text, title text, line_basis text, fields jsonb, size bigint, modified_time float8,
       content_hash text, recipe text, chunks int, tokens bigint, indexed_time float8) ORDER BY r.path COLLATE "C"
     ON CONFLICT (collection_id, path_key(path)) DO UPDATE SET type = excluded.type, title = excluded.title, line_basis = excluded.line_basis,
       fields = excluded.fields, size = excluded.size, modified_time = excluded.modified_time, content_hash = excluded.content_hash,
       recipe = excluded.recipe, chunks = excluded.chunks, tokens = excluded.tokens, indexed_time = excluded.indexed_time
     RETURNING id, path`,
    [collection, rowsParameter(rows)],
  );
  return new Map(found.map(({ id, path }) => [path, id]));
}

/** Chunks that stayed get their new places, new ones their rows; the others are to go. */
async function settleChunks(
  sql: Sql,
  collection: number,
  documents: ReadonlyMap<string, NewDocument>,
  ids: ReadonlyMap<string, number>,
): Promise<{ added: Added[]; gone: number[] }> {
  const old = new Map<string, number[]>();
  const rows = await sql.query<{ id: number; document: number; hash: string }>(
    `SELECT id, document_id AS document, encode(hash, 'hex') AS hash FROM chunks
     WHERE document_id = ANY ($1::bigint[]) ORDER BY document_id, ordinal`,
    [[...ids.values()]],
  );
  for (const { id, document, hash } of rows) {
    const key = `${document} ${hash}`;
    const known = old.get(key);
    if (known) known.push(id);
    else old.set(key, [id]);
  }
  const kept: object[] = [];
  const fresh: Omit<Added, "id">[] = [];
  for (const [path, { record, chunks }] of documents) {
    const document = ids.get(path)!;
    chunks.forEach((chunk, ordinal) => {
      const id = old.get(`${document} ${chunk.hash}`)?.shift();
      if (id === undefined) fresh.push({ document, ordinal, chunk, record });
      else kept.push({ id, ordinal, ...placeRow(chunk) });
    });
  }
  if (kept.length > 0) {
    await sql.query(
      `UPDATE chunks AS c SET ordinal = r.ordinal, start_line = r.start_line, end_line = r.end_line, start_column = r.start_column,
         end_column = r.end_column, line_runs = decode(r.line_runs, 'hex'), start_byte = r.start_byte, end_byte = r.end_byte, page = r.page, is_ocr = r.is_ocr
       FROM json_to_recordset($1) AS r (id bigint, ordinal int, ${placeTypes}) WHERE c.id = r.id`,
      [rowsParameter(kept)],
    );
  }
  const newIds = await insertChunks(sql, collection, fresh);
  const added = fresh.map((each) => ({ ...each, id: newIds.get(`${each.document} ${each.ordinal}`)! }));
  return { added, gone: [...old.values()].flat() };
}

async function insertChunks(
  sql: Sql,
  collection: number,
  fresh: readonly Omit<Added, "id">[],
): Promise<Map<string, number>> {
  if (fresh.length === 0) return new Map();
  const rows = fresh.map(({ document, ordinal, chunk }) => ({
    document_id: document,
    ordinal,
    hash: chunk.hash,
    heading_path: storable(joinHeadings(chunk.headingPath)),
    text: storable(chunk.text),
    tokens: chunk.tokens,
    ...placeRow(chunk),
  }));
  const found = await sql.query<{ id: number; document: number; ordinal: number }>(
    `INSERT INTO chunks (collection_id, document_id, ordinal, hash, heading_path, text, start_line, end_line, start_column, end_column, line_runs,
       start_byte, end_byte, page, is_ocr, tokens)
     SELECT $1, r.document_id, r.ordinal, decode(r.hash, 'hex'), r.heading_path, r.text, r.start_line, r.end_line, r.start_column, r.end_column,
       decode(r.line_runs, 'hex'), r.start_byte, r.end_byte, r.page, r.is_ocr, r.tokens
     FROM json_to_recordset($2) AS r (document_id bigint, ordinal int, hash text, heading_path text, text text, tokens int, ${placeTypes})
     RETURNING id, document_id AS document, ordinal`,
    [collection, rowsParameter(rows)],
  );
  return new Map(found.map(({ id, document, ordinal }) => [`${document} ${ordinal}`, id]));
}

/** Gives documents their vectors where all are known, and else notes what they wait for. */
async function settleVectors(
  sql: Sql,
  target: Target,
  added: readonly Added[],
  {
    vectors,
    documents,
    wasPending,
  }: {
    readonly vectors: ReadonlyMap<string, Float32Array>;
    readonly documents: readonly number[];
    readonly wasPending: ReadonlySet<number>;
  },
): Promise<{ work: Map<number, Work>; vectors: number }> {
  const {
    id: collection,
    identity: { dimensions },
  } = target;
  const hashes = [...new Set(added.map(({ chunk }) => chunk.hash))];
  const known = await knownVectors(
    sql,
    target,
    hashes.filter((hash) => !vectors.has(hash)),
  );
  for (const hash of hashes) if (vectors.has(hash)) known.set(hash, vectors.get(hash)!);
  const missing = added.filter(({ chunk }) => !known.has(chunk.hash) && chunk.embeddingText !== undefined);
  const isMissing = new Set(missing.map(({ id }) => id));
  for (const { id, chunk } of added) {
    const found = known.get(chunk.hash)?.length;
    if (isMissing.has(id) || found === dimensions) continue;
    throw new TypeError(`chunk ${chunk.hash}: ${found ?? "no"} dimensions given, ${dimensions} due`);
  }
  const work = await notePending(sql, collection, missing);
  const counted = await sql.query<{ document: number; missing: number }>(
    `SELECT d.id AS document, (SELECT count(*) FROM pending_chunks AS p WHERE p.document_id = d.id) AS missing
     FROM unnest($1::bigint[]) AS d (id)`,
    [documents],
  );
  await sql.query(
    `UPDATE documents AS d SET missing = r.missing FROM json_to_recordset($1) AS r (document bigint, missing int) WHERE d.id = r.document`,
    [rowsParameter(counted)],
  );
  const isPending = new Set(counted.filter((each) => each.missing > 0).map(({ document }) => document));
  const staged = added.filter(({ document, id }) => isPending.has(document) && !isMissing.has(id));
  await stageVectors(sql, collection, new Map(staged.map(({ chunk }) => [chunk.hash, known.get(chunk.hash)!])));
  const withdrawn = await withdrawDocuments(
    sql,
    collection,
    [...isPending].filter((id) => !wasPending.has(id)),
  );
  const complete = documents.filter((id) => wasPending.has(id) && !isPending.has(id));
  const completed = await completeDocuments(sql, collection, complete, known);
  const direct = added.filter(({ document }) => !isPending.has(document) && !wasPending.has(document));
  await insertVectors(
    sql,
    collection,
    direct.map(({ id, document, chunk }) => ({ id, documentId: document, vector: known.get(chunk.hash)! })),
  );
  return { work, vectors: direct.length + completed - withdrawn };
}

/** Returns for each document what nobody was waiting for yet. */
async function notePending(sql: Sql, collection: number, missing: readonly Added[]): Promise<Map<number, Work>> {
  const work = new Map<number, Work>();
  if (missing.length === 0) return work;
  const rows = await sql.query<{ hash: string }>(
    `SELECT h.hash FROM unnest($2::text[]) AS h (hash) WHERE EXISTS
     (SELECT 1 FROM pending_chunks AS p WHERE p.collection_id = $1 AND p.hash = decode(h.hash, 'hex'))`,
    [collection, [...new Set(missing.map(({ chunk }) => chunk.hash))]],
  );
  const awaited = new Set(rows.map(({ hash }) => hash));
  for (const { document, chunk } of missing) {
    if (awaited.has(chunk.hash)) continue;
    awaited.add(chunk.hash);
    const { chunks, tokens } = work.get(document) ?? { chunks: 0, tokens: 0 };
    work.set(document, { chunks: chunks + 1, tokens: tokens + chunk.tokens });
  }
  await sql.query(
    `INSERT INTO pending_chunks (chunk_id, collection_id, document_id, hash, text)
     SELECT r.id, $1, r.document_id, decode(r.hash, 'hex'), r.text
     FROM json_to_recordset($2) AS r (id bigint, document_id bigint, hash text, text text)`,
    [
      collection,
      rowsParameter(
        missing.map(({ id, document, chunk }) => ({
          id,
          document_id: document,
          hash: chunk.hash,
          text: storable(chunk.embeddingText!),
        })),
      ),
    ],
  );
  return work;
}
