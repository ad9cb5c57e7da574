/** Values on their way into PostgreSQL and out of it. */
import { packLineRuns, unpackLineRuns } from "../line-runs.ts";
import type { ChunkRecord, DocumentRecord, StoredChunk, StoredDocument } from "../store.ts";
import type { Row } from "./sessions.ts";

/** Joins headings in one column; parsers keep it out of headings. */
export const headingSeparator = "\u001f";

/** PostgreSQL keeps no NUL and no half of a surrogate pair. */
export function storable(text: string): string {
  return text.replace(/[\0\p{Surrogate}]/gu, "\u{FFFD}");
}

export function vectorText(vector: Float32Array): string {
  return `[${vector.join(",")}]`;
}

export function parseVector(text: string): Float32Array {
  return Float32Array.from(JSON.parse(text) as number[]);
}

/** Rows as one parameter: `FROM json_to_recordset($1) AS …`. */
export function rowsParameter(rows: readonly object[]): string {
  return JSON.stringify(rows);
}

export const documentColumns = `d.id, d.path, d.type, d.title, d.line_basis AS "lineBasis", d.fields, d.size, d.modified_time AS "modifiedTime",
  encode(d.content_hash, 'hex') AS "contentHash", d.recipe, d.chunks, d.tokens, d.indexed_time AS "indexedTime"`;

export function toDocument(row: Row): StoredDocument {
  return row as StoredDocument;
}

export const chunkColumns = `c.id, c.document_id AS "documentId", d.path, d.type, d.title, d.line_basis AS "lineBasis", c.ordinal, encode(c.hash, 'hex') AS hash,
  c.heading_path AS "headingPath", c.text, c.start_line AS "startLine", c.end_line AS "endLine", c.start_column AS "startColumn", c.end_column AS "endColumn",
  encode(c.line_runs, 'hex') AS "lineRuns", c.start_byte AS "startByte", c.end_byte AS "endByte", c.page, c.is_ocr AS "isOcr", c.tokens`;

export function toChunk(row: Row): StoredChunk {
  const { headingPath, lineRuns } = row as { headingPath: string; lineRuns: string | null };
  return {
    ...(row as StoredChunk),
    headingPath: headingPath === "" ? [] : headingPath.split(headingSeparator),
    lineRuns: unpackLineRuns(lineRuns === null ? null : Uint8Array.from(Buffer.from(lineRuns, "hex"))),
  };
}

/** A document as a row of json_to_recordset. */
export function documentRow(record: DocumentRecord): Row {
  const { path, type, title, lineBasis, fields, size, modifiedTime, contentHash, recipe } = record;
  return {
    path: storable(path),
    type,
    title: title === null ? null : storable(title),
    line_basis: lineBasis,
    fields:
      fields === null
        ? null
        : (JSON.parse(storable(JSON.stringify(fields)).replaceAll("\\u0000", "\u{FFFD}")) as object),
    size,
    modified_time: modifiedTime,
    content_hash: contentHash,
    recipe,
    indexed_time: Date.now(),
  };
}

/** Where a chunk stands, by its columns. */
export function placeRow(chunk: ChunkRecord): Row {
  const { startLine, endLine, startColumn, endColumn, lineRuns, startByte, endByte, page, isOcr } = chunk;
  const runs = packLineRuns(lineRuns);
  return {
    start_line: startLine,
    end_line: endLine,
    start_column: startColumn,
    end_column: endColumn,
    line_runs: runs === null ? null : Buffer.from(runs).toString("hex"),
    start_byte: startByte,
    end_byte: endByte,
    page,
    is_ocr: isOcr,
  };
}

/** The columns of `placeRow`, for json_to_recordset. */
export const placeTypes =
  "start_line int, end_line int, start_column int, end_column int, line_runs text, start_byte bigint, end_byte bigint, page int, is_ocr boolean";
