/**
 * Documents and chunks as the tables have them, and as the rest of ferris does.
 */
import { unpackLineRuns } from "../line-runs.ts";
import type { StoredChunk, StoredDocument } from "../store.ts";
import { fieldsOf, parsedJson, requireTexts, splitHeadings } from "../stored-values.ts";

export const documentColumns =
  "id, path, type, title, line_basis AS lineBasis, fields, size, modified_time AS modifiedTime, lower(hex(content_hash)) AS contentHash, recipe, chunks, tokens, indexed_time AS indexedTime";

export const chunkColumns = `c.id, c.document_id AS documentId, d.path, d.type, d.title, d.line_basis AS lineBasis, c.ordinal, lower(hex(c.hash)) AS hash, c.heading_path AS headingPath,
  c.text, c.start_line AS startLine, c.end_line AS endLine, c.start_column AS startColumn, c.end_column AS endColumn, c.line_runs AS lineRuns, c.start_byte AS startByte, c.end_byte AS endByte, c.page, c.is_ocr AS isOcr, c.tokens`;

export interface DocumentRow extends Omit<StoredDocument, "fields"> {
  readonly fields: string | null;
}

/** @throws IndexUnusableError for a row that only a damaged file can have, as toChunk does */
export function toDocument(row: DocumentRow): StoredDocument {
  requireTexts(row, "document", ["path", "type"]);
  return { ...row, fields: fieldsOf(parsedJson(row.fields)) };
}

interface ChunkRow extends Omit<StoredChunk, "headingPath" | "lineRuns" | "isOcr"> {
  readonly isOcr: number;
  readonly headingPath: string;
  readonly lineRuns: Uint8Array | null;
}

export function toChunk(row: ChunkRow): StoredChunk {
  requireTexts(row, "passage", ["path", "headingPath", "text"]);
  return {
    ...row,
    isOcr: row.isOcr === 1,
    headingPath: splitHeadings(row.headingPath),
    lineRuns: unpackLineRuns(row.lineRuns),
  };
}
