/**
 * Candidates for a query: the nearest by meaning, the best by words, the files that it names; with everything that ranking asks about each.
 */
import type { DocumentFilter, Hit, StoredChunk, StoreReader, VectorMethod } from "../../store/store.ts";
import { Coverage } from "../coverage.ts";
import { bothFilters } from "../query/fields.ts";
import type { Query } from "../query/query.ts";
import type { SearchMode } from "../result.ts";
import { Standing } from "../standing.ts";
import { cosineOf } from "./cosine.ts";

/** What search asks of a model: the vectors of queries, in their order, with the model's query prompt. */
export interface QueryEmbedder {
  (queries: readonly string[], signal?: AbortSignal): Promise<readonly Float32Array[]>;
  /** How many tokens a query is for the model, without those that every query has. Left out: the model is believed whatever it is asked. */
  readonly countTokens?: (query: string) => number;
}

/** What answers by meaning: the store's own search, or what takes its place (gpu-retriever.ts). */
export type VectorRetriever = StoreReader["searchVectors"];

export interface RetrieveOptions {
  readonly mode: SearchMode;
  /** How far down each retriever is read. */
  readonly depth: number;
  readonly filter?: DocumentFilter;
  /** Only these chunks. */
  readonly among?: ReadonlySet<number>;
  /** Compare with every vector, whatever the size of the index. */
  readonly exact?: boolean;
  readonly vectorRetriever?: VectorRetriever;
  /** Told how vectors were compared. */
  readonly onCompared?: (method: VectorMethod) => void;
  readonly signal?: AbortSignal;
}

export interface Candidate {
  readonly chunk: StoredChunk;
  /** Null in text mode, and while its document is without vectors. */
  readonly cosine: number | null;
  /** Null where its words did not bring it up. */
  readonly bm25: number | null;
  /** From 1; null where it is not among this retriever's best. */
  readonly vectorRank: number | null;
  readonly textRank: number | null;
  readonly coverage: number;
  /** Whether the query names its file. */
  readonly isNamed: boolean;
  /** See Standing. */
  readonly share: number;
  readonly titled: number;
  /** Whether its file is for the operating system that the query names. */
  readonly isForSystem: boolean;
}

/** Of the documents with a name that was asked for, at most this many: README.md may be all of them. */
const mostNamed = 10;

/** @param embedQuery may be null in text mode, which needs no model */
export async function retrieve(
  store: StoreReader,
  embedQuery: QueryEmbedder | null,
  query: Query,
  options: RetrieveOptions,
): Promise<Candidate[]> {
  const { mode, depth: limit, exact, among, onCompared, signal } = options;
  const filter = bothFilters(options.filter, query.filter);
  const searchVectors: VectorRetriever =
    options.vectorRetriever ?? ((vector, request) => store.searchVectors(vector, request));
  const byMeaning = async (): Promise<[Float32Array | null, Hit[]]> => {
    if (mode === "text") return [null, []];
    const [vector] = await embedQuery!([query.meaning], signal);
    signal?.throwIfAborted();
    const search = (most: number): Promise<Hit[]> =>
      searchVectors(vector!, { limit: most, filter, words: query.words, exact, onCompared });
    return [vector!, await bestAmong(among, limit, search)];
  };
  const [[vector, vectorHits], called, wordHits, languages] = await Promise.all([
    byMeaning(),
    mode === "vector" || query.names.length === 0
      ? []
      : store.chunksCalled(query.names, { limit: mostNamed, filter, words: query.words }),
    mode === "vector" ? [] : bestAmong(among, limit, (most) => store.searchText(query.words, { limit: most, filter })),
    store.languages(),
  ]);
  signal?.throwIfAborted();

  const named = among === undefined ? called : called.filter(({ id }) => among.has(id));
  const cosines = new Map(vectorHits.map(({ chunkId, score }) => [chunkId, score]));
  const scores = new Map(wordHits.map(({ chunkId, score }) => [chunkId, score]));
  // A file that is asked for by its name comes before those that mention it. Its words may be among the others.
  const byWords = [...new Set([...named, ...wordHits].map((hit) => ("chunkId" in hit ? hit.chunkId : hit.id)))];
  const vectorRanks = new Map(vectorHits.map(({ chunkId }, i) => [chunkId, i + 1]));
  const textRanks = new Map(byWords.map((id, i) => [id, i + 1]));
  // Without those that are gone since the retrievers were asked: another process is indexing.
  const chunks = await store.chunks([...new Set([...vectorRanks.keys(), ...textRanks.keys()])]);
  const missing = vector === null ? null : await missingCosines(store, vector, chunks, cosines);
  const isNamed = new Set(named.map(({ id }) => id));
  const coverage = new Coverage(query, languages);
  const standing = new Standing(query);
  return chunks.map((chunk) => ({
    chunk,
    cosine: cosines.get(chunk.id) ?? missing?.get(chunk.id) ?? null,
    bm25: textRanks.has(chunk.id) ? (scores.get(chunk.id) ?? 0) : null,
    vectorRank: vectorRanks.get(chunk.id) ?? null,
    textRank: textRanks.get(chunk.id) ?? null,
    coverage: coverage.of(chunk),
    isNamed: isNamed.has(chunk.id),
    share: standing.share(chunk),
    titled: standing.titled(chunk),
    isForSystem: standing.isForSystem(chunk),
  }));
}

const askedMore = 4;

/** The best `limit` hits of those in `among`, however many others are better: asks for more until there are enough, or no more. */
async function bestAmong(
  among: ReadonlySet<number> | undefined,
  limit: number,
  search: (most: number) => Promise<Hit[]>,
): Promise<Hit[]> {
  if (among === undefined) return search(limit);
  for (let most = limit; ; most *= askedMore) {
    const hits = await search(most);
    const kept = hits.filter(({ chunkId }) => among.has(chunkId));
    if (kept.length >= Math.min(limit, among.size) || hits.length < most) return kept.slice(0, limit);
  }
}

/** Cosines, by chunk id, of those chunks that only their words brought up; none for one of a document that is still without vectors. */
async function missingCosines(
  store: StoreReader,
  query: Float32Array,
  chunks: readonly StoredChunk[],
  known: ReadonlyMap<number, number>,
): Promise<Map<number, number>> {
  const ids = chunks.map(({ id }) => id).filter((id) => !known.has(id));
  const rows = await store.vectorsOfChunks(ids);
  const { length } = query;
  const cosines = new Map<number, number>();
  for (const [row, id] of ids.entries()) {
    const vector = rows.subarray(row * length, (row + 1) * length);
    if (vector.some((value) => value !== 0)) cosines.set(id, cosineOf(query, vector));
  }
  return cosines;
}
