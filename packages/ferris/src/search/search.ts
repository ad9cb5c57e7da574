/**
 * A query against an index: by meaning, by words, or both, and the passages that answer it.
 *
 * The way: query/ takes it apart, retrieve/ finds candidates (BM25 is the store's, by store/word-weights.ts), fuse and rerank order them, relevance says whether any is an answer, select makes passages of
 * them. No model is loaded and nothing is printed here. Filters are the store's to apply, before its best are cut off.
 */
import { UsageError } from "../errors.ts";
import type { DocumentFilter, StoreReader, VectorMethod } from "../store/store.ts";
import { queryConfidence } from "./confidence.ts";
import { fuse } from "./fuse.ts";
import { WordMatcher } from "./query/matcher.ts";
import type { Query } from "./query/query.ts";
import { hasAnswer, relevantAlone } from "./relevance.ts";
import { rerank, type TextScorer } from "./rerank.ts";
import type { FoundChunk, SearchAnswer, SearchMode } from "./result.ts";
import { type QueryEmbedder, retrieve, type VectorRetriever } from "./retrieve/retrieve.ts";
import { selectPassages } from "./select.ts";
import { understoodQuery } from "./spelling.ts";
import { toResult } from "./to-result.ts";
import { type Unread, unreadQuery } from "./unread.ts";

export interface SearchRequest {
  readonly mode: SearchMode;
  /** Most results. */
  readonly limit: number;
  /** Most results from one document; 3 unless given, or more where there are too few documents to fill `limit`. */
  readonly perDocument?: number;
  readonly filter?: DocumentFilter;
  /** Only these chunks. */
  readonly passages?: readonly number[];
  /** Reads the best candidates again; its scores then decide the order. */
  readonly scoreTexts?: TextScorer;
  /** Only chunks whose score is at least this: the reranker's where there is one, else the cosine, which text mode does not have. */
  readonly minScore?: number;
  /**
   * What chance scores in this index (see relevance.ts): when nothing that was found is above it, nothing is relevant. Left out:
   * whatever is nearest is a result. A `minScore` takes its place.
   */
  readonly noiseFloor?: () => Promise<number | null>;
  /** Only what is relevant on its own: see relevantAlone. Where no noise floor is known, whatever was found. */
  readonly relevantOnly?: boolean;
  /** Compare with every vector, whatever the size of the index. */
  readonly exact?: boolean;
  /** Whether the model is known to be for English alone. */
  readonly isForEnglish?: boolean;
  /** Takes the place of the store's own search by vector. */
  readonly vectorRetriever?: VectorRetriever;
  /** Told how vectors were compared. */
  readonly onCompared?: (method: VectorMethod) => void;
  readonly signal?: AbortSignal;
}

/** How far down each retriever is read: rank fusion gains nothing from deeper ranks. */
const fewestCandidates = 100;

/**
 * The best passages for what was typed, best first.
 *
 * @param embedQuery may be null in text mode, which needs no model
 * @throws UsageError for a query without anything in it
 */
export async function search(
  store: StoreReader,
  embedQuery: QueryEmbedder | null,
  typed: string,
  request: SearchRequest,
): Promise<SearchAnswer> {
  const { mode, minScore, scoreTexts } = request;
  const { query, corrections } = await understoodQuery(store, embedQuery, typed);
  let vectorMethod: VectorMethod | null = null;
  const onCompared = (method: VectorMethod): void => {
    vectorMethod = method;
    request.onCompared?.(method);
  };
  const [found, floor, languages, vectorShare] = await Promise.all([
    findChunks(store, embedQuery, query, { ...request, onCompared }),
    mode === "text" || minScore !== undefined ? null : (request.noiseFloor?.() ?? null),
    store.languages(),
    store.vectorShare(),
  ]);
  const { confidence, unread } = modelReading(query, embedQuery, request);
  const matcher = new WordMatcher(query.units, languages);
  const wanted = minScore === undefined ? found : found.filter((candidate) => reaches(candidate, minScore, scoreTexts));
  if (wanted.length === 0 || (floor !== null && !hasAnswer(wanted, floor, confidence))) {
    const nearest = found.toSorted((a, b) => nearness(b) - nearness(a)).at(0);
    // What was asked for by words, and is nowhere, has no nearest miss.
    const nearestMiss = nearest ? toResult({ best: nearest, chunks: [nearest], copies: [] }, 1, matcher) : null;
    return { results: [], nearestMiss, noiseFloor: floor, vectorMethod, vectorShare, unread, cut: [], corrections };
  }
  const shown = floor !== null && request.relevantOnly ? relevantAlone(wanted, floor, confidence) : wanted;
  // What answers together may be nothing alone: then the best of it is what there is.
  const { passages, cut } = selectPassages(shown.length > 0 ? shown : wanted.slice(0, 1), request);
  const results = passages.map((passage, index) => toResult(passage, index + 1, matcher));
  return { results, nearestMiss: null, noiseFloor: floor, vectorMethod, vectorShare, unread, cut, corrections };
}

/** The ranked chunks themselves, before neighbours are joined and documents capped: what evaluation measures. */
export async function findChunks(
  store: StoreReader,
  embedQuery: QueryEmbedder | null,
  query: Query,
  request: SearchRequest,
): Promise<FoundChunk[]> {
  const { mode, limit, passages, scoreTexts, minScore, signal } = request;
  if (minScore !== undefined && mode === "text" && !scoreTexts) {
    throw new UsageError("a least score is a cosine, which text mode does not have: use hybrid or vector mode");
  }
  const depth = Math.max(fewestCandidates, limit * 3);
  const candidates = await retrieve(store, embedQuery, query, {
    ...request,
    among: passages && new Set(passages),
    depth,
  });
  const found = fuse(candidates, mode, modelReading(query, embedQuery, request).confidence);
  return scoreTexts ? rerank(found, query.meaning, scoreTexts, signal) : found;
}

/** In a language that is not the model's, this much of what its tokenizer makes believe. */
const foreignShare = 0.5;

/** How far the model can be believed about this query, and why not. */
export function modelReading(
  { meaning }: Query,
  embedQuery: QueryEmbedder | null,
  { isForEnglish = false }: Pick<SearchRequest, "isForEnglish"> = {},
): { readonly confidence: number; readonly unread: Unread | null } {
  const countTokens = embedQuery?.countTokens;
  if (countTokens === undefined) return { confidence: 1, unread: null };
  const confidence = queryConfidence(meaning, countTokens);
  const unread = unreadQuery(meaning, countTokens, confidence, isForEnglish);
  return { confidence: unread?.problem === "language" ? confidence * foreignShare : confidence, unread };
}

function reaches({ evidence }: FoundChunk, least: number, scoreTexts: TextScorer | undefined): boolean {
  const score = scoreTexts ? evidence.rerankScore : evidence.cosine;
  return score !== null && score >= least;
}

function nearness({ evidence }: FoundChunk): number {
  return evidence.rerankScore ?? evidence.cosine ?? Number.NEGATIVE_INFINITY;
}
