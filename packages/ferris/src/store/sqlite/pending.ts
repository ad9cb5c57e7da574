/**
 * Documents whose vectors are still to come: what they wait for, and what they have already.
 *
 * Of such a document no vector is in `vectors`: those that are there are staged, by hash, until the last one has come. So search by meaning
 * sees all of a document or nothing of it, whenever a process ends.
 */
import { IndexUnusableError } from "../../errors.ts";
import { fewChunks } from "../agreed-limits.ts";
import type { PendingChunk, PendingDocument, StoreStatistics, Work } from "../store.ts";
import type { Database } from "./database.ts";

/** An index of schema 3 has no such table, until somebody writes to it. */
function knowsPending(database: Database): boolean {
  return database.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'pending_documents'").get() !== undefined;
}

/** Whether any document waits for vectors. */
export function hasPending(database: Database): boolean {
  return knowsPending(database) && database.prepare("SELECT 1 FROM pending_documents LIMIT 1").get() !== undefined;
}

/** Chunks of all documents, and of those that wait for vectors. */
export function chunkTotals(database: Database): { readonly all: number; readonly pending: number } {
  return database
    .prepare(
      `SELECT coalesce(sum(chunks), 0) AS "all",
       coalesce(sum(CASE WHEN id IN (SELECT document_id FROM pending_documents) THEN chunks END), 0) AS pending FROM documents`,
    )
    .get() as { all: number; pending: number };
}

/** How much of an index has its vectors. */
export function withVectors(
  database: Database,
  { documents, chunks }: Pick<StoreStatistics, "documents" | "chunks">,
): Pick<StoreStatistics, "documentsWithVectors" | "chunksWithVectors"> {
  if (!hasPending(database)) return { documentsWithVectors: documents, chunksWithVectors: chunks };
  const { waiting } = database.prepare("SELECT count(*) AS waiting FROM pending_documents").get() as {
    waiting: number;
  };
  return { documentsWithVectors: documents - waiting, chunksWithVectors: chunks - chunkTotals(database).pending };
}

/** What the model has to read, each text once. */
export function pendingWork(database: Database): Work {
  return database
    .prepare(
      `SELECT count(*) AS chunks, coalesce(sum(tokens), 0) AS tokens FROM
       (SELECT max(c.tokens) AS tokens FROM pending_chunks AS p JOIN chunks AS c ON c.id = p.chunk_id GROUP BY p.hash)`,
    )
    .get() as unknown as Work;
}

/** See VectorStage. */
export function pendingDocuments(database: Database, limit: number): PendingDocument[] {
  return database
    .prepare(
      `SELECT d.id, d.chunks FROM pending_documents AS p JOIN documents AS d ON d.id = p.document_id
       ORDER BY CASE WHEN p.missing > ?1 THEN p.missing ELSE 0 END, d.modified_time DESC, d.id LIMIT ?2`,
    )
    .all(fewChunks, limit) as unknown as PendingDocument[];
}

/** See VectorStage. */
export function pendingChunks(database: Database, documentId: number, after: number, limit: number): PendingChunk[] {
  return database
    .prepare(
      `SELECT lower(hex(p.hash)) AS hash, c.ordinal, c.tokens, p.text AS embeddingText
       FROM chunks AS c CROSS JOIN pending_chunks AS p ON p.chunk_id = c.id
       WHERE c.document_id = ? AND c.ordinal > ? ORDER BY c.ordinal LIMIT ?`,
    )
    .all(documentId, after, limit) as unknown as PendingChunk[];
}

/** Takes chunks with this hash off the list. Returns their documents, one for each. */
export function settlePending(database: Database, hash: Uint8Array): number[] {
  const rows = database
    .prepare(
      "SELECT c.document_id AS document FROM pending_chunks AS p JOIN chunks AS c ON c.id = p.chunk_id WHERE p.hash = ?",
    )
    .all(hash) as { document: number }[];
  if (rows.length > 0) database.prepare("DELETE FROM pending_chunks WHERE hash = ?").run(hash);
  return rows.map(({ document }) => document);
}

/** Counts again what a document waits for. Returns that; a document that waits for nothing is off the list. */
export function countPending(database: Database, documentId: number): number {
  const { missing } = database
    .prepare(
      "SELECT count(*) AS missing FROM chunks AS c CROSS JOIN pending_chunks AS p ON p.chunk_id = c.id WHERE c.document_id = ?",
    )
    .get(documentId) as { missing: number };
  notePending(database, documentId, missing);
  return missing;
}

/** A document waits for this many vectors fewer. Returns how many are left. */
export function lessPending(database: Database, documentId: number, came: number): number {
  const row = database.prepare("SELECT missing FROM pending_documents WHERE document_id = ?").get(documentId) as
    | { missing: number }
    | undefined;
  if (row === undefined || row.missing < came) {
    throw new IndexUnusableError(
      "The index is damaged: a document waits for fewer vectors than its chunks. Delete it and index again.",
    );
  }
  notePending(database, documentId, row.missing - came);
  return row.missing - came;
}

function notePending(database: Database, documentId: number, missing: number): void {
  if (missing === 0) database.prepare("DELETE FROM pending_documents WHERE document_id = ?").run(documentId);
  else
    database
      .prepare(
        "INSERT INTO pending_documents (document_id, missing) VALUES (?, ?) ON CONFLICT (document_id) DO UPDATE SET missing = excluded.missing",
      )
      .run(documentId, missing);
}
