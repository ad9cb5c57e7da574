/**
 * Search by meaning. Up to `exactUpTo` vectors every one is compared; above, one bit of each dimension chooses those that are worth it, and
 * they are compared exactly. docs/postgres.md has what an HNSW index measured beside it.
 */
import { candidatesFor, exactUpTo } from "../agreed-limits.ts";
import type { Hit, VectorSearchOptions } from "../store.ts";
import type { TextScope } from "./text-search.ts";
import { vectorText } from "./values.ts";

export interface NearestOptions extends VectorSearchOptions {
  /** A tsquery that chunks must match; null for none. */
  readonly constraint: string | null;
}

/** See VectorSearcher. */
export async function nearestVectors(
  { sql, collectionId, totals, documents }: TextScope,
  query: Float32Array,
  { limit, exact = false, onCompared, constraint }: NearestOptions,
): Promise<Hit[]> {
  const values: unknown[] = [collectionId, vectorText(query), limit];
  const parameter = (value: unknown): string => `$${values.push(value)}`;
  const conditions = [
    documents === null ? "" : `AND document_id = ANY (${parameter(documents)}::bigint[])`,
    constraint === null
      ? ""
      : `AND chunk_id IN (SELECT chunk_id FROM chunk_words WHERE collection_id = $1 AND words @@ ${parameter(constraint)}::tsquery)`,
  ].join(" ");
  const comparesAll = exact || totals.vectors <= exactUpTo;
  onCompared?.(comparesAll ? "all" : "codes");
  const codes = `(SELECT chunk_id FROM vector_codes WHERE collection_id = $1 ${conditions}
    ORDER BY code::bit(${query.length}) <~> binary_quantize($2::vector)::bit(${query.length}) LIMIT ${candidatesFor(limit)})`;
  const rows = await sql.query<{ chunkId: number; distance: number }>(
    `SELECT chunk_id AS "chunkId", vector <=> $2::vector AS distance FROM vectors WHERE collection_id = $1
     ${comparesAll ? conditions : `AND chunk_id IN ${codes}`} ORDER BY distance, chunk_id LIMIT $3`,
    values,
  );
  // A vector without a direction has no cosine.
  return rows.flatMap(({ chunkId, distance }) => (Number.isNaN(distance) ? [] : [{ chunkId, score: 1 - distance }]));
}
