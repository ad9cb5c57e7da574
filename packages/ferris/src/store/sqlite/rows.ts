/**
 * Documents and chunks as the tables have them, and as the rest of ferris does.
 */
import { IndexUnusableError } from "../../errors.ts";
import { unpackLineRuns } from "../line-runs.ts";
import type { StoredChunk, StoredDocument } from "../store.ts";

/** Joins headings in one column; the tokenizer reads it as a space, and parsers keep it out of headings. */
export const headingSeparator = "\u001f";

export const documentColumns =
  "id, path, type, title, line_basis AS lineBasis, fields, size, modified_time AS modifiedTime, lower(hex(content_hash)) AS contentHash, recipe, chunks, tokens, indexed_time AS indexedTime";

export const chunkColumns = `c.id, c.document_id AS documentId, d.path, d.type, d.title, d.line_basis AS lineBasis, c.ordinal, lower(hex(c.hash)) AS hash, c.heading_path AS headingPath,
  c.text, c.start_line AS startLine, c.end_line AS endLine, c.start_column AS startColumn, c.end_column AS endColumn, c.line_runs AS lineRuns, c.start_byte AS startByte, c.end_byte AS endByte, c.page, c.is_ocr AS isOcr, c.tokens`;

export interface DocumentRow extends Omit<StoredDocument, "fields"> {
  readonly fields: string | null;
}

export function toDocument(row: DocumentRow): StoredDocument {
  return { ...row, fields: fieldsOf(row.fields) };
}

/** An index is data from a stranger: what is not lists of texts by name is nothing. */
export function fieldsOf(json: string | null): StoredDocument["fields"] {
  if (json === null) return null;
  try {
    const found: unknown = JSON.parse(json);
    if (typeof found !== "object" || found === null) return null;
    return Object.fromEntries(
      Object.entries(found).map(([name, values]) => [
        name,
        Array.isArray(values) ? values.filter((value) => typeof value === "string") : [],
      ]),
    );
  } catch {
    return null;
  }
}

interface ChunkRow extends Omit<StoredChunk, "headingPath" | "lineRuns" | "isOcr"> {
  readonly isOcr: number;
  readonly headingPath: string;
  readonly lineRuns: Uint8Array | null;
}

/** @throws IndexUnusableError for a row that only a damaged file can have: both columns are NOT NULL */
export function toChunk(row: ChunkRow): StoredChunk {
  if (typeof row.headingPath !== "string" || typeof row.text !== "string") {
    throw new IndexUnusableError(
      "The index is damaged: a passage has lost its text. Delete the index and index again.",
    );
  }
  const headingPath = row.headingPath === "" ? [] : row.headingPath.split(headingSeparator);
  return { ...row, isOcr: row.isOcr === 1, headingPath, lineRuns: unpackLineRuns(row.lineRuns) };
}
