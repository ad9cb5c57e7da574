/**
 * A query against an index: by meaning, by words, or both, and the passages that answer it.
 *
 * The arms are the store's; here they are asked at the same time, fused by rank, and turned into results with snippets. No model
 * is loaded and nothing is printed here. Filters are the store's to apply, before its best are cut off.
 */
import { UsageError } from "../errors.ts";
import type { Staleness } from "../freshness.ts";
import type { DocumentFilter, Hit, LineBasis, StoredChunk, StoreReader, VectorMethod } from "../store/store.ts";
import { cosineOf } from "./cosine.ts";
import { coverageOf, type Coverage, fileNames, isCalled } from "./coverage.ts";
import { fuse } from "./fusion.ts";
import { linesOfChunk, linesOfChunks } from "./lines.ts";
import { rerank, type TextScorer } from "./rerank.ts";
import { type Passage, selectPassages } from "./select.ts";
import { makeSnippet, type Snippet } from "./snippet.ts";
import { queryStems, withoutStopWords } from "./terms.ts";

export type SearchMode = "hybrid" | "vector" | "text";

/** What search asks of a model: the vectors of queries, in their order, with the model's query prompt. */
export type QueryEmbedder = (queries: readonly string[], signal?: AbortSignal) => Promise<readonly Float32Array[]>;

/** What answers by meaning: the store's own search, or what takes its place (gpu-arm.ts). */
export type VectorArm = StoreReader["searchVectors"];

export interface SearchRequest {
  readonly mode: SearchMode;
  /** Most results. */
  readonly limit: number;
  /** Most results from one document; 3 unless given. */
  readonly perDocument?: number;
  readonly filter?: DocumentFilter;
  /** Reads the best candidates again; its scores then decide the order. */
  readonly scoreTexts?: TextScorer;
  /** Only chunks whose score is at least this: the reranker's where there is one, else the cosine, which text mode has not. */
  readonly minScore?: number;
  /**
   * What chance scores in this index (see relevance.ts): when nothing that was found is above it, nothing is relevant. Left out:
   * whatever is nearest is a result. A `minScore` takes its place.
   */
  readonly noiseFloor?: () => Promise<number | null>;
  /** Compare with every vector, whatever the size of the index. */
  readonly exact?: boolean;
  /** Takes the place of the store's own search by vector. */
  readonly vectorArm?: VectorArm;
  /** Told how vectors were compared. */
  readonly onCompared?: (method: VectorMethod) => void;
  readonly signal?: AbortSignal;
}

/** Why a chunk was found. Ranks are from 1; null where the arm did not find it or was not asked. */
export interface Evidence {
  /** What the order follows: the reranker's where there is one, else fused, cosine or BM25, by mode. */
  readonly score: number;
  /** Cosine of chunk and query in [-1, 1]; null in text mode. */
  readonly cosine: number | null;
  readonly bm25: number | null;
  readonly vectorRank: number | null;
  readonly textRank: number | null;
  /** The share of the query's words that the chunk has, which weighs its rank by words; null where that arm did not find it. */
  readonly coverage: number | null;
  /** Null without a reranker, and for candidates that it did not read. */
  readonly rerankScore: number | null;
}

/** A passage that answers: one chunk, or several that follow one another. */
export interface SearchResult extends Evidence {
  /** From 1. */
  readonly rank: number;
  /** Of the best chunk: what `read` reads on from. */
  readonly chunkId: number;
  /** Absolute. */
  readonly path: string;
  readonly type: string;
  readonly title: string | null;
  /** Of the best chunk. */
  readonly headingPath: readonly string[];
  readonly startLine: number;
  readonly endLine: number;
  /** Where in these lines the passage begins and ends (from 1, UTF-16 units, inclusive); null where the line is short. */
  readonly startColumn: number | null;
  readonly endColumn: number | null;
  /** What line numbers count: see LineBasis. */
  readonly lineBasis: LineBasis;
  readonly page: number | null;
  /** Whether the passage was read out of a picture, so that letters may be wrong. */
  readonly isOcr: boolean;
  /** The passage whole, with line breaks where its file has them. */
  readonly text: string;
  /** The number of each line of `text`. */
  readonly lineNumbers: readonly number[];
  readonly snippet: Snippet;
  /** Whether its file says something else by now, or is gone; null: neither. Undefined where nobody looked. */
  readonly stale?: Staleness | null;
}

export interface SearchAnswer {
  /** Best first; empty where nothing is relevant. */
  readonly results: readonly SearchResult[];
  /** Where something was found and none of it is relevant, or reaches the least score: the best of it. */
  readonly nearestMiss: SearchResult | null;
  /** The cosine that chance reaches in this index; null where it was not asked for, and in text mode. */
  readonly noiseFloor: number | null;
  /** How vectors were compared: all of them, those that their codes chose, or all on the GPU; null in text mode. */
  readonly vectorMethod: VectorMethod | null;
}

/**
 * A chunk that full-text search found counts twice as much as one found by meaning if it has every word that was asked for, and by
 * the square of the share of them that it has: one common word out of four is no evidence. Chosen on three sets (docs/search.md).
 */
const TEXT_WEIGHT = 2;
const COVERAGE_EXPONENT = 2;
/** Of the documents with a name that was asked for, at most so many: README.md may be all of them. */
const mostNamed = 10;
/** How far down each arm is read before fusing: rank fusion gains nothing from deeper ranks. */
const CANDIDATES = 100;

export interface FoundChunk {
  readonly chunk: StoredChunk;
  readonly evidence: Evidence;
}

/**
 * The best passages for `query`, best first.
 *
 * @param embedQuery may be null in text mode, which needs no model
 * @throws UsageError for a query without anything in it
 */
export async function search(
  store: StoreReader,
  embedQuery: QueryEmbedder | null,
  query: string,
  request: SearchRequest,
): Promise<SearchAnswer> {
  const { mode, limit, perDocument = 3, minScore } = request;
  let vectorMethod: VectorMethod | null = null;
  const onCompared = (method: VectorMethod): void => void (vectorMethod = method);
  const [found, floor] = await Promise.all([
    findChunks(store, embedQuery, query, { ...request, onCompared }),
    mode === "text" || minScore !== undefined ? null : (request.noiseFloor?.() ?? null),
  ]);
  const stems = queryStems(query);
  if (floor !== null && !hasAnswer(found, floor, query)) {
    const nearest = found.toSorted((a, b) => (b.evidence.cosine ?? -1) - (a.evidence.cosine ?? -1))[0];
    const nearestMiss = nearest ? toResult({ best: nearest, chunks: [nearest] }, 1, stems) : null;
    return { results: [], nearestMiss, noiseFloor: floor, vectorMethod };
  }
  if (found.length === 0 && minScore !== undefined) {
    const all = await findChunks(store, embedQuery, query, { ...request, minScore: undefined, onCompared });
    const scoreOf = ({ evidence }: FoundChunk): number => evidence.rerankScore ?? evidence.cosine ?? -Infinity;
    const [nearest] = all.toSorted((a, b) => scoreOf(b) - scoreOf(a));
    const nearestMiss = nearest ? toResult({ best: nearest, chunks: [nearest] }, 1, stems) : null;
    return { results: [], nearestMiss, noiseFloor: null, vectorMethod };
  }
  const results = selectPassages(found, limit, perDocument).map((passage, index) =>
    toResult(passage, index + 1, stems),
  );
  return { results, nearestMiss: null, noiseFloor: floor, vectorMethod };
}

/** Whether any of the candidates is more than chance brings up: see relevance.ts. */
export function hasAnswer(found: readonly FoundChunk[], floor: number, query: string): boolean {
  const coverage = coverageOf(query);
  return found.some((candidate) => isRelevant(candidate, floor, coverage));
}

/** Above what chance scores; or every word that was asked for is there, whatever the model makes of it: a code, a name. */
function isRelevant({ chunk, evidence }: FoundChunk, floor: number, coverage: Coverage): boolean {
  if (evidence.cosine !== null && evidence.cosine >= floor) return true;
  return evidence.textRank !== null && evidence.textRank <= 10 && coverage(chunk) === 1;
}

function toResult({ best, chunks }: Passage<FoundChunk>, rank: number, stems: ReadonlySet<string>): SearchResult {
  const { chunk, evidence } = best;
  const members = chunks.map((member) => member.chunk);
  const lines = linesOfChunks(members);
  const [first, last] = [members[0]!, members.at(-1)!];
  return {
    rank,
    ...evidence,
    chunkId: chunk.id,
    path: chunk.path,
    type: chunk.type,
    title: chunk.title,
    headingPath: chunk.headingPath,
    startLine: Math.min(...members.map(({ startLine }) => startLine)),
    endLine: Math.max(...members.map(({ endLine }) => endLine)),
    startColumn: first.startColumn,
    endColumn: last.endColumn,
    lineBasis: chunk.lineBasis,
    page: chunk.page,
    isOcr: members.some((member) => member.isOcr),
    text: lines.map(({ text }) => text).join("\n"),
    lineNumbers: lines.map(({ number }) => number),
    snippet: makeSnippet(linesOfChunk(chunk), stems),
  };
}

/** The ranked chunks themselves, before neighbours are joined and documents capped: what evaluation measures. */
export async function findChunks(
  store: StoreReader,
  embedQuery: QueryEmbedder | null,
  query: string,
  request: SearchRequest,
): Promise<FoundChunk[]> {
  const { mode, limit, filter, scoreTexts, minScore, exact, onCompared, signal } = request;
  const vectorArm: VectorArm = request.vectorArm ?? ((vector, options) => store.searchVectors(vector, options));
  if (query.trim() === "") throw new UsageError('the query is empty: say what to look for, such as "rotate a key"');
  if (minScore !== undefined && mode === "text" && !scoreTexts) {
    throw new UsageError("a least score is a cosine, which text mode does not have: use hybrid or vector mode");
  }
  const depth = Math.max(CANDIDATES, limit * 3);
  const [vector, namedHits, wordHits] = await Promise.all([
    mode === "text" ? null : embedQuery!([query], signal).then(([only]) => only!),
    mode === "vector" ? [] : hitsByName(store, query, filter),
    mode === "vector" ? [] : store.searchText(withoutStopWords(query), { limit: depth, filter }),
  ]);
  // A file that is asked for by its name comes before those that mention it. Its words may be among the others.
  const byWords = new Map(wordHits.map((hit) => [hit.chunkId, hit]));
  const textHits = [...new Map([...namedHits, ...wordHits].map(({ chunkId }) => [chunkId, chunkId])).keys()].map(
    (chunkId) => byWords.get(chunkId) ?? { chunkId, score: 0 },
  );
  signal?.throwIfAborted();
  const vectorHits = vector === null ? [] : await vectorArm(vector, { limit: depth, filter, exact, onCompared });

  const scores = [scoresOf(vectorHits), scoresOf(textHits)] as const;
  const ids = [scores[0], scores[1]].map((arm) => [...arm.keys()]);
  const chunks = new Map((await store.chunks([...new Set(ids.flat())])).map((chunk) => [chunk.id, chunk]));
  const coverage = coverageOf(query);
  const ranked = fuse([
    { ids: ids[0]!, weight: () => 1 },
    {
      ids: ids[1]!,
      weight: (id) => (mode === "text" ? 1 : TEXT_WEIGHT * coverage(chunks.get(id)) ** COVERAGE_EXPONENT),
    },
  ]);
  const cosines = vector === null ? null : await missingCosines(store, vector, [...chunks.values()], scores[0]);

  const found: FoundChunk[] = [];
  for (const { id, score, ranks } of ranked) {
    // Gone since the arms were asked: another process is indexing.
    const chunk = chunks.get(id);
    if (!chunk) continue;
    const cosine = scores[0].get(id) ?? cosines?.get(id) ?? null;
    const bm25 = scores[1].get(id) ?? null;
    const shown = mode === "vector" ? cosine! : mode === "text" ? bm25! : score;
    const [vectorRank, textRank] = [ranks[0]!, ranks[1]!];
    const share = textRank === null ? null : coverage(chunk);
    found.push({
      chunk,
      evidence: { score: shown, cosine, bm25, vectorRank, textRank, coverage: share, rerankScore: null },
    });
  }
  const ordered = scoreTexts ? await rerank(found, query, scoreTexts, signal) : found;
  return minScore === undefined ? ordered : ordered.filter((candidate) => reaches(candidate, minScore, scoreTexts));
}

function reaches({ evidence }: FoundChunk, least: number, scoreTexts: TextScorer | undefined): boolean {
  const score = scoreTexts ? evidence.rerankScore : evidence.cosine;
  return score !== null && score >= least;
}

function scoresOf(hits: readonly Hit[]): ReadonlyMap<number, number> {
  return new Map(hits.map((hit) => [hit.chunkId, hit.score]));
}

/** The beginnings of documents that the query names: `release.md`. */
async function hitsByName(store: StoreReader, query: string, filter: DocumentFilter | undefined): Promise<Hit[]> {
  const names = fileNames(query);
  if (names.length === 0) return [];
  const documents = await store.documents({ filter });
  const named = documents.filter(({ path }) => names.some((name) => isCalled(path, name))).slice(0, mostNamed);
  const chunks = await Promise.all(named.map(({ id }) => store.chunksOf(id, 0, 1)));
  return chunks.flat().map(({ id }) => ({ chunkId: id, score: 0 }));
}

/** Cosines, by chunk id, of those chunks that only their words brought up. */
async function missingCosines(
  store: StoreReader,
  query: Float32Array,
  chunks: readonly StoredChunk[],
  known: ReadonlyMap<number, number>,
): Promise<Map<number, number>> {
  const missing = chunks.filter((chunk) => !known.has(chunk.id));
  const vectors = await store.vectorsOf(missing.map((chunk) => chunk.hash));
  const cosines = new Map<number, number>();
  for (const chunk of missing) {
    const vector = vectors.get(chunk.hash);
    if (vector) cosines.set(chunk.id, cosineOf(query, vector));
  }
  return cosines;
}
