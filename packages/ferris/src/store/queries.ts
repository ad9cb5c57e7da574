/**
 * What an index is asked for: filters, words, limits; and what it answers with.
 *
 * Types only.
 */

/** Which documents a search looks at; applied before the best are cut off. All that are given must hold. */
export interface DocumentFilter {
  /** Glob patterns on the absolute path, or on any of its tails (`docs/**`, `*.md`); one must match. */
  readonly paths?: readonly string[] | undefined;
  /** Parser names; one must match. */
  readonly types?: readonly string[] | undefined;
  /** Glob patterns as in `paths`; none may match. */
  readonly exclude?: readonly string[] | undefined;
  /** Parser names; none may match. */
  readonly excludeTypes?: readonly string[] | undefined;
  /** What the documents say of themselves (front matter); all must hold. */
  readonly fields?: readonly FieldTest[] | undefined;
  /** Documents by number; one of these. */
  readonly documents?: readonly number[] | undefined;
  /** Milliseconds since 1970: the file was modified then or later. */
  readonly modifiedSince?: number | undefined;
  /** Another filter that must hold as well. */
  readonly also?: DocumentFilter | undefined;
}

/** A test on a field of a document: a tag equals `value` or lies below it (a/b in a), a date begins with it, anything else holds it. */
export interface FieldTest {
  /** "tag", "date", "author". */
  readonly name: string;
  readonly value: string;
  /** Whether it must fail. */
  readonly isExcluded: boolean;
}

/** What full-text search looks for. A term of several words stands for them side by side. */
export interface TextTerm {
  readonly kind: "word" | "phrase" | "prefix";
  readonly text: string;
}

export interface TextQuery {
  /** Alternatives: the more of them a chunk has, and the rarer, the better. */
  readonly any: readonly TextTerm[];
  /** A chunk without one of these is not found, by words or by meaning. */
  readonly all: readonly TextTerm[];
  /** A chunk with one of these is not found. */
  readonly none: readonly TextTerm[];
}

export interface SearchOptions {
  /** How many hits at most. */
  readonly limit: number;
  readonly filter?: DocumentFilter;
  /** Only chunks that have all of its `all` and none of its `none`. */
  readonly words?: TextQuery;
}

/**
 * How vectors were compared with a query: every one of them; those that their one-bit codes chose; or every one on the GPU, and
 * those that came out best once more in f32. All but "codes" find what is nearest, always.
 */
export type VectorMethod = "all" | "codes" | "gpu";

export interface VectorSearchOptions extends SearchOptions {
  /** True: compare with every vector, whatever the size of the index. */
  readonly exact?: boolean;
  /** Told how vectors were compared. */
  readonly onCompared?: (method: VectorMethod) => void;
}

/** Best first. Vector search: cosine in [-1, 1]. Text search: BM25, larger is better. */
export interface Hit {
  readonly chunkId: number;
  readonly score: number;
}
