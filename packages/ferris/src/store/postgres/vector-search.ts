/**
 * Search by meaning. Up to `exactUpTo` vectors every one is compared, above one bit of each dimension chooses those that are worth it; or, where
 * an HNSW index was asked for, that does. What was chosen is compared exactly. docs/postgres.md has what each measured.
 */
import { candidatesFor, exactUpTo } from "../agreed-limits.ts";
import type { Hit, VectorSearchOptions } from "../store.ts";
import { graphCandidates, halfVector, throughGraph } from "./graph.ts";
import type { TextScope } from "./scope.ts";
import { vectorText } from "./values.ts";

export interface NearestOptions extends VectorSearchOptions {
  /** A tsquery that chunks must match; null for none. */
  readonly constraint: string | null;
}

interface Found {
  readonly chunkId: number;
  readonly distance: number;
}

/** Of the vectors, that a filter must leave for the graph to be walked: in a smaller part it would meet too few that count. */
const leastShare = 0.05;

/** See VectorSearcher. */
export async function nearestVectors(
  scope: TextScope,
  query: Float32Array,
  { limit, exact = false, onCompared, constraint }: NearestOptions,
): Promise<Hit[]> {
  const { totals, isGraphed, keptChunks } = scope;
  const comparesAll = exact || totals.vectors <= exactUpTo;
  onCompared?.(comparesAll ? "all" : "codes");
  const suits = isGraphed && constraint === null && keptChunks >= leastShare * totals.chunks;
  let rows = comparesAll || !suits ? null : await byGraph(scope, query, limit);
  // A walk that ends before it has met enough of what a filter leaves.
  if (rows === null || rows.length < Math.min(limit, keptChunks)) {
    rows = await byCodes(scope, query, { limit, constraint, comparesAll });
  }
  // A vector without a direction has no cosine.
  return rows.flatMap(({ chunkId, distance }) => (Number.isNaN(distance) ? [] : [{ chunkId, score: 1 - distance }]));
}

async function byCodes(
  { sql, collectionId, documents }: TextScope,
  query: Float32Array,
  { limit, constraint, comparesAll }: { limit: number; constraint: string | null; comparesAll: boolean },
): Promise<Found[]> {
  const values: unknown[] = [collectionId, vectorText(query), limit];
  const parameter = (value: unknown): string => `$${values.push(value)}`;
  const conditions = [
    documents === null ? "" : `AND document_id = ANY (${parameter(documents)}::bigint[])`,
    constraint === null
      ? ""
      : `AND chunk_id IN (SELECT chunk_id FROM chunk_words WHERE collection_id = $1 AND words @@ ${parameter(constraint)}::tsquery)`,
  ].join(" ");
  const codes = `(SELECT chunk_id FROM vector_codes WHERE collection_id = $1 ${conditions}
    ORDER BY code::bit(${query.length}) <~> binary_quantize($2::vector)::bit(${query.length}) LIMIT ${candidatesFor(limit)})`;
  return sql.query<Found>(
    `SELECT chunk_id AS "chunkId", vector <=> $2::vector AS distance FROM vectors WHERE collection_id = $1
     ${comparesAll ? conditions : `AND chunk_id IN ${codes}`} ORDER BY distance, chunk_id LIMIT $3`,
    values,
  );
}

async function byGraph(
  { sql, collectionId, documents }: TextScope,
  query: Float32Array,
  limit: number,
): Promise<Found[]> {
  const candidates = graphCandidates(limit);
  await throughGraph(sql, candidates);
  const values: unknown[] = [vectorText(query), candidates, limit];
  const filter = documents === null ? "" : `WHERE document_id = ANY ($${values.push(documents)}::bigint[])`;
  const { length } = query;
  return sql.query<Found>(
    `WITH near AS MATERIALIZED (
       SELECT chunk_id, vector FROM vectors_${collectionId} ${filter}
       ORDER BY ${halfVector("vector", length)} <=> ${halfVector("$1::vector", length)} LIMIT $2
     ) SELECT chunk_id AS "chunkId", vector <=> $1::vector AS distance FROM near ORDER BY distance, chunk_id LIMIT $3`,
    values,
  );
}
