/**
 * What a search finds, and why.
 *
 * Types only.
 */
import type { Staleness } from "../staleness.ts";
import type { LineBasis, StoredChunk, VectorMethod } from "../store/store.ts";
import type { Snippet } from "./snippet.ts";
import type { Unread } from "./unread.ts";

/** What was typed, and the word of the index that was looked for instead. */
export interface Correction {
  readonly typed: string;
  readonly used: string;
}

export type SearchMode = "hybrid" | "vector" | "text";

/** Why a chunk was found. Ranks are from 1; null where the retriever did not find it or was not asked. */
export interface Evidence {
  /** What the order follows: the reranker's where there is one, else fused, cosine or BM25, by mode. */
  readonly score: number;
  /** Cosine of chunk and query in [-1, 1]; null in text mode, and while the document is without vectors. */
  readonly cosine: number | null;
  readonly bm25: number | null;
  readonly vectorRank: number | null;
  readonly textRank: number | null;
  /** The share of the query's words that the chunk has, in its text, headings or names. */
  readonly coverage: number;
  /** Null without a reranker, and for candidates that it did not read. */
  readonly rerankScore: number | null;
}

export interface FoundChunk {
  readonly chunk: StoredChunk;
  readonly evidence: Evidence;
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
  /** Where else nearly the same passage stands, best first: these would have been results of their own. */
  readonly copies: readonly ResultCopy[];
  /** Whether its file says something else by now, or is gone; null: neither. Undefined where nobody looked. */
  readonly stale?: Staleness | null;
  /**
   * When its document is from, in milliseconds since 1970: the latest date that its front matter has, else when its file was modified. Undefined where
   * nobody looked.
   */
  readonly documentTime?: number;
}

export interface ResultCopy {
  readonly path: string;
  readonly startLine: number;
  readonly endLine: number;
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
  /**
   * The share, from 0 to 1, of the index's chunks that have their vectors: below 1 while it is being made, or where that was stopped. Documents
   * without them are found by their words, with a `cosine` of null.
   */
  readonly vectorShare: number;
  /** Why the model cannot be believed about this query; null where it can, and in text mode. */
  readonly unread: Unread | null;
  /** Words that stand nowhere in the index, and what was looked for instead. */
  readonly corrections: readonly Correction[];
  /** How many passages were left out because their documents had as many results as they may have; their paths. */
  readonly cut: readonly { readonly path: string; readonly passages: number }[];
}
