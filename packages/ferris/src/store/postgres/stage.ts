/**
 * Vectors that wait for the rest of their document, and documents whose last one has come.
 *
 * Whoever stages shares a lock for its transaction; whoever throws away what nobody waits with takes it alone.
 */
import type { Sql } from "./sessions.ts";
import { rowsParameter, vectorText } from "./values.ts";

export const stageLockClass = 0x46657273;

export async function shareStage(sql: Sql, collectionId: number): Promise<void> {
  await sql.query("SELECT pg_advisory_xact_lock_shared($1, $2)", [stageLockClass, collectionId]);
}

/** False where somebody shares it. */
export async function takeStageAlone(sql: Sql, collectionId: number): Promise<boolean> {
  const [row] = await sql.query<{ taken: boolean }>("SELECT pg_try_advisory_xact_lock($1, $2) AS taken", [
    stageLockClass,
    collectionId,
  ]);
  return row!.taken;
}

export async function stageVectors(
  sql: Sql,
  collectionId: number,
  vectors: ReadonlyMap<string, Float32Array>,
): Promise<void> {
  if (vectors.size === 0) return;
  await sql.query(
    `INSERT INTO staged_vectors (collection_id, hash, vector)
     SELECT $1, decode(r.hash, 'hex'), r.vector::vector FROM json_to_recordset($2) AS r (hash text, vector text) ORDER BY r.hash
     ON CONFLICT (collection_id, hash) DO NOTHING`,
    [collectionId, vectorRows(vectors)],
  );
}

/** Keeps the vectors of these chunks, or of all of these documents, those that have one. */
export async function stageOf(
  sql: Sql,
  collectionId: number,
  which: "id" | "document_id",
  ids: readonly number[],
): Promise<void> {
  await sql.query(
    `INSERT INTO staged_vectors (collection_id, hash, vector)
     SELECT DISTINCT ON (c.hash) $1::int, c.hash, v.vector FROM chunks AS c JOIN vectors AS v ON v.collection_id = $1 AND v.chunk_id = c.id
     WHERE c.${which} = ANY ($2::bigint[]) ORDER BY c.hash
     ON CONFLICT (collection_id, hash) DO NOTHING`,
    [collectionId, ids],
  );
}

/** Search by meaning does not see a document of which one vector is missing: the others wait with it. Returns how many went. */
export async function withdrawDocuments(sql: Sql, collectionId: number, documents: readonly number[]): Promise<number> {
  if (documents.length === 0) return 0;
  await stageOf(sql, collectionId, "document_id", documents);
  const gone = await sql.query(
    "DELETE FROM vectors WHERE collection_id = $1 AND document_id = ANY ($2::bigint[]) RETURNING 1",
    [collectionId, documents],
  );
  await sql.query("DELETE FROM vector_codes WHERE collection_id = $1 AND document_id = ANY ($2::bigint[])", [
    collectionId,
    documents,
  ]);
  return gone.length;
}

/** Vectors for all chunks of these documents: given, staged, or another chunk's with the same text. Returns how many. */
export async function completeDocuments(
  sql: Sql,
  collectionId: number,
  documents: readonly number[],
  given: ReadonlyMap<string, Float32Array>,
): Promise<number> {
  if (documents.length === 0) return 0;
  const rows = await sql.query(
    `WITH given AS (SELECT decode(r.hash, 'hex') AS hash, r.vector::vector AS vector FROM json_to_recordset($3) AS r (hash text, vector text))
     INSERT INTO vectors (collection_id, chunk_id, document_id, vector)
     SELECT $1, c.id, c.document_id, coalesce(
       (SELECT g.vector FROM given AS g WHERE g.hash = c.hash),
       (SELECT s.vector FROM staged_vectors AS s WHERE s.collection_id = $1 AND s.hash = c.hash),
       (SELECT v.vector FROM chunks AS o JOIN vectors AS v ON v.collection_id = $1 AND v.chunk_id = o.id
        WHERE o.collection_id = $1 AND o.hash = c.hash LIMIT 1))
     FROM chunks AS c WHERE c.document_id = ANY ($2::bigint[]) RETURNING 1`,
    [collectionId, documents, vectorRows(given)],
  );
  await addCodes(sql, collectionId, "document_id", documents);
  return rows.length;
}

/** Vectors of chunks. */
export async function insertVectors(
  sql: Sql,
  collectionId: number,
  rows: readonly { readonly id: number; readonly documentId: number; readonly vector: Float32Array }[],
): Promise<void> {
  if (rows.length === 0) return;
  await sql.query(
    `INSERT INTO vectors (collection_id, chunk_id, document_id, vector)
     SELECT $1, r.id, r.document_id, r.vector::vector FROM json_to_recordset($2) AS r (id bigint, document_id bigint, vector text)`,
    [
      collectionId,
      rowsParameter(
        rows.map(({ id, documentId, vector }) => ({ id, document_id: documentId, vector: vectorText(vector) })),
      ),
    ],
  );
  await addCodes(
    sql,
    collectionId,
    "chunk_id",
    rows.map(({ id }) => id),
  );
}

async function addCodes(
  sql: Sql,
  collectionId: number,
  which: "chunk_id" | "document_id",
  ids: readonly number[],
): Promise<void> {
  await sql.query(
    `INSERT INTO vector_codes (collection_id, chunk_id, document_id, code)
     SELECT collection_id, chunk_id, document_id, binary_quantize(vector) FROM vectors
     WHERE collection_id = $1 AND ${which} = ANY ($2::bigint[])`,
    [collectionId, ids],
  );
}

function vectorRows(vectors: ReadonlyMap<string, Float32Array>): string {
  return rowsParameter(Array.from(vectors, ([hash, vector]) => ({ hash, vector: vectorText(vector) })));
}
