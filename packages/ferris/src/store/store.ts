/**
 * The seam between ferris and where an index is kept: what indexing writes and what search reads.
 *
 * Types only. `sqlite.ts` is the embedded store; a shared one (PostgreSQL) would implement the same interface and pass the
 * same tests. Methods are asynchronous for the sake of the latter. Errors are those of errors.ts: IndexNotFoundError,
 * IndexMismatchError, IndexUnusableError, IndexBusyError, IndexNotWritableError.
 */

import type { LineRun } from "../documents/lines/line-run.ts";
import type { LanguageCode } from "../words/language.ts";

/** What makes vectors comparable. Two indexes differ in any of these: their vectors must not meet. */
export interface ModelIdentity {
  /** Hub id or folder name. */
  readonly model: string;
  readonly revision: string;
  /** For instance "mean" or "mean+dense+normalize". */
  readonly pooling: string;
  /** By name; `passage` is what documents were embedded with. */
  readonly prompts: Readonly<Record<string, string>>;
  readonly dimensions: number;
}

export type LineBasis = "file" | "text";

/** A document as the store keeps it. */
export interface DocumentRecord {
  /** Absolute. */
  readonly path: string;
  /** The parser's name. */
  readonly type: string;
  readonly title: string | null;
  /** What line numbers count: lines of the file, or, where the format has none (PDF, Office), of the text taken out of it. */
  readonly lineBasis: LineBasis;
  /** What the document says of itself, by field: tag, date, author. Null where it says nothing. */
  readonly fields: Readonly<Record<string, readonly string[]>> | null;
  readonly size: number;
  /** Milliseconds since 1970, fractions included. */
  readonly modifiedTime: number;
  /** SHA-256 of the file's bytes, in hex. */
  readonly contentHash: string;
  /** Parser and chunker in one string: a document whose recipe differs must be cut again. */
  readonly recipe: string;
}

export interface StoredDocument extends DocumentRecord {
  readonly id: number;
  readonly chunks: number;
  readonly tokens: number;
  /** Milliseconds since 1970. */
  readonly indexedTime: number;
}

/** A chunk on its way into the store. */
export interface ChunkRecord {
  /** SHA-256 in hex of heading path, embedding text and text: the same hash means the same vector and the same words. */
  readonly hash: string;
  readonly text: string;
  readonly headingPath: readonly string[];
  readonly startLine: number;
  readonly endLine: number;
  /** Where in these lines the chunk begins and ends (from 1, UTF-16, inclusive); null where the line is short. */
  readonly startColumn: number | null;
  readonly endColumn: number | null;
  /** The lines on which stretches of `text` stand; null where `text` has the file's own line breaks. */
  readonly lineRuns: readonly LineRun[] | null;
  readonly startByte: number | null;
  readonly endByte: number | null;
  readonly page: number | null;
  /** Whether any of it was read out of a picture by OCR. */
  readonly isOcr: boolean;
  readonly tokens: number;
}

export interface StoredChunk extends ChunkRecord {
  readonly id: number;
  readonly documentId: number;
  readonly path: string;
  readonly type: string;
  readonly title: string | null;
  readonly lineBasis: LineBasis;
  /** From 0, within the document. */
  readonly ordinal: number;
}

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
  /** Compare with the vectors of these chunks alone, each of them. Takes the place of `filter`. */
  readonly among?: readonly number[];
  /** Told how vectors were compared. */
  readonly onCompared?: (method: VectorMethod) => void;
}

/** Best first. Vector search: cosine in [-1, 1]. Text search: BM25, larger is better. */
export interface Hit {
  readonly chunkId: number;
  readonly score: number;
}

export interface StoreStatistics {
  readonly path: string;
  readonly schemaVersion: number;
  readonly identity: ModelIdentity;
  readonly documents: number;
  readonly chunks: number;
  readonly tokens: number;
  /** Of all files of the index. */
  readonly bytes: number;
  /** Documents by parser name. */
  readonly types: Readonly<Record<string, number>>;
  /** Milliseconds since 1970, or null for an empty index. */
  readonly lastIndexedTime: number | null;
  /** Folders and files that were named when indexing. */
  readonly roots: readonly string[];
}

/** What search and reading need. Every call sees one consistent version of the index. */
export interface StoreReader {
  readonly path: string;
  readonly identity: ModelIdentity;
  /** Throws IndexMismatchError, naming both, unless `identity` equals the index's own. */
  requireIdentity(identity: ModelIdentity): void;
  document(path: string): Promise<StoredDocument | null>;
  /** In order of path; `under` keeps those that are one of these paths or below one. */
  documents(options?: { under?: readonly string[]; filter?: DocumentFilter }): Promise<StoredDocument[]>;
  /** In the order of `ids`; an id that is gone is left out. */
  chunks(ids: readonly number[]): Promise<StoredChunk[]>;
  /** Of one document, in order, ordinals `from` (inclusive) to `to` (exclusive). */
  chunksOf(documentId: number, from?: number, to?: number): Promise<StoredChunk[]>;
  /** By cosine; `query` has the identity's dimensions and need not be normalised. */
  searchVectors(query: Float32Array, options: VectorSearchOptions): Promise<Hit[]>;
  /**
   * By BM25 with stemming, over text, heading path (which weighs more), and the names of file, folders and title. Terms may hold any
   * text: nothing in them is syntax. A word that no chunk has is looked for within identifiers and long words. Where the words stand in very many chunks, those with the commonest of them alone may be passed over; scores are always the exact ones.
   */
  searchText(query: TextQuery, options: SearchOptions): Promise<Hit[]>;
  /** The first chunks of documents whose name, or the end of whose path, is one of these; at most `limit`. */
  chunksCalled(names: readonly string[], options: SearchOptions): Promise<StoredChunk[]>;
  /** Vectors that the index already has, by chunk hash: for indexing, and for the cosine of a chunk found by its words. */
  vectorsOf(hashes: readonly string[]): Promise<Map<string, Float32Array>>;
  /**
   * Vectors of at most `count` chunks spread over the whole index, row after row, always the same ones for the same index:
   * what search learns the index's own similarities from.
   */
  sampleVectors(count: number): Promise<Float32Array>;
  /** The languages, besides English, whose words were indexed by their stems as well. */
  languages(): Promise<readonly LanguageCode[]>;
  /** A number that is another one after somebody else, in this process or another, has changed the index. */
  revision(): Promise<number>;
  /** Of all chunks, or of those in documents that `filter` keeps; ascending. A chunk keeps its vector, and no id is used twice. */
  chunkIds(filter?: DocumentFilter): Promise<Float64Array>;
  /** Their vectors, row after row; zeros for a chunk that is gone. */
  vectorsOfChunks(ids: ArrayLike<number>): Promise<Float32Array>;
  statistics(): Promise<StoreStatistics>;
  close(): Promise<void>;
}

/** What indexing needs besides; one writer at a time. */
export interface Store extends StoreReader {
  /** Documents with these bytes. */
  documentsWithContent(contentHash: string): Promise<StoredDocument[]>;
  /**
   * Keeps vectors by chunk hash ahead of their document, so that an interrupted run does not embed them again. Search does
   * not see them. `vectors` is [hashes.length * dimensions].
   */
  stageVectors(hashes: readonly string[], vectors: Float32Array): Promise<void>;
  /** Forgets staged vectors that no document took. */
  clearStaged(): Promise<void>;
  /**
   * Writes documents with their chunks, all in one transaction, in place of whatever was at their paths. `vectors` maps
   * chunk hashes to vectors; a hash may be missing there when the index has it (at this path, elsewhere, or staged).
   */
  putDocuments(
    documents: readonly { record: DocumentRecord; chunks: readonly ChunkRecord[] }[],
    vectors: ReadonlyMap<string, Float32Array>,
  ): Promise<void>;
  /** Same bytes, new place or new times: updates the row of `path` to `record` without touching chunks. */
  updateDocument(path: string, record: DocumentRecord): Promise<void>;
  /** Returns how many were there. */
  removeDocuments(paths: readonly string[]): Promise<number>;
  /** Gives back the space of what was removed, and puts the full-text index in order. Writes the file anew. */
  compact(): Promise<void>;
  /** Remembers what was named on the command line. */
  addRoots(roots: readonly string[]): Promise<void>;
  /** The folder that the index lay in when it was last brought up to date; null where that is not known. */
  home(): Promise<string | null>;
  setHome(folder: string): Promise<void>;
  /** Forgets roots that are one of these paths or lie below one. */
  forgetRoots(under: readonly string[]): Promise<void>;
}
