/** Values on their way into PostgreSQL and out of it. */
import { packLineRuns, unpackLineRuns } from "../line-runs.ts";
import type { ChunkRecord, DocumentRecord, StoredChunk, StoredDocument } from "../store.ts";
import { fieldsOf, requireTexts, requireWidth, splitHeadings } from "../stored-values.ts";
import type { Row } from "./sessions.ts";

/** PostgreSQL keeps no NUL and no half of a surrogate pair. */
export function storable(text: string): string {
  return text.replace(/[\0\p{Surrogate}]/gu, "\u{FFFD}");
}

export function vectorText(vector: Float32Array): string {
  // JavaScript writes -0 as 0: a copy would not be the same bit for bit.
  const values = vector.some((value) => Object.is(value, -0))
    ? Array.from(vector, (value) => (Object.is(value, -0) ? "-0" : value))
    : vector;
  return `[${values.join(",")}]`;
}

/** @throws IndexUnusableError for one of another width: the column takes any */
export function parseVector(text: string, dimensions: number): Float32Array {
  const vector = Float32Array.from(JSON.parse(text) as number[]);
  requireWidth(vector.length, dimensions);
  return vector;
}

/** Rows as one parameter: `FROM json_to_recordset($1) AS …`. */
export function rowsParameter(rows: readonly object[]): string {
  return JSON.stringify(rows);
}

/** Condition on a table's `path`: that it is one of the parameter's. Paths are indexed by their hash (migrations/003-long-paths.ts). */
export function pathsAmong(parameter: string): string {
  return `path_key(path) = ANY (ARRAY(SELECT path_key(p) FROM unnest(${parameter}::text[]) AS p))`;
}

/** Condition on a table's `path`: that it is one of the parameter's, or lies below one. */
export function isBelow(parameter: string): string {
  return `EXISTS (SELECT 1 FROM unnest(${parameter}::text[]) AS f
    WHERE path = f OR starts_with(path, rtrim(f, '/\\') || '/') OR starts_with(path, rtrim(f, '/\\') || '\\'))`;
}

export const documentColumns = `d.id, d.path, d.type, d.title, d.line_basis AS "lineBasis", d.fields, d.size, d.modified_time AS "modifiedTime",
  encode(d.content_hash, 'hex') AS "contentHash", d.recipe, d.chunks, d.tokens, d.indexed_time AS "indexedTime"`;

/** @throws IndexUnusableError for a row that only tables that somebody changed can have, as toChunk does */
export function toDocument(row: Row): StoredDocument {
  requireTexts(row, "document", ["path", "type"]);
  return { ...(row as StoredDocument), fields: fieldsOf(row["fields"]) };
}

export const chunkColumns = `c.id, c.document_id AS "documentId", d.path, d.type, d.title, d.line_basis AS "lineBasis", c.ordinal, encode(c.hash, 'hex') AS hash,
  c.heading_path AS "headingPath", c.text, c.start_line AS "startLine", c.end_line AS "endLine", c.start_column AS "startColumn", c.end_column AS "endColumn",
  encode(c.line_runs, 'hex') AS "lineRuns", c.start_byte AS "startByte", c.end_byte AS "endByte", c.page, c.is_ocr AS "isOcr", c.tokens`;

export function toChunk(row: Row): StoredChunk {
  requireTexts(row, "passage", ["path", "headingPath", "text"]);
  const { headingPath, lineRuns } = row as { headingPath: string; lineRuns: string | null };
  return {
    ...(row as StoredChunk),
    headingPath: splitHeadings(headingPath),
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
