/**
 * The seam between ferris and where an index is kept, in small interfaces: who needs to read documents asks for no more than that.
 *
 * Types only. sqlite/ is the embedded store; another one implements the same interfaces and passes the same tests (test/store/contract.test.ts).
 * Errors are those of errors.ts: IndexNotFoundError, IndexMismatchError, IndexUnusableError, IndexBusyError, IndexNotWritableError.
 */
import type { LanguageCode } from "../words/language.ts";
import type { DocumentFilter, Hit, SearchOptions, TextQuery, VectorSearchOptions } from "./queries.ts";
import type {
  DocumentRecord,
  EmbeddingText,
  ModelIdentity,
  NewDocument,
  StoredChunk,
  StoredDocument,
} from "./records.ts";

export type * from "./queries.ts";
export type * from "./records.ts";

export interface StoreStatistics {
  readonly path: string;
  readonly schemaVersion: number;
  readonly identity: ModelIdentity;
  readonly documents: number;
  readonly chunks: number;
  /** Found by meaning already; the others by their words alone, until indexing has got to them. */
  readonly documentsWithVectors: number;
  readonly chunksWithVectors: number;
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

/** Documents and their text. */
export interface DocumentReader {
  document(path: string): Promise<StoredDocument | null>;
  /** In order of path; `under` keeps those that are one of these paths or below one. */
  documents(options?: { under?: readonly string[]; filter?: DocumentFilter }): Promise<StoredDocument[]>;
  /** In the order of `ids`; an id that is gone is left out. */
  chunks(ids: readonly number[]): Promise<StoredChunk[]>;
  /** Of one document, in order, ordinals `from` (inclusive) to `to` (exclusive). */
  chunksOf(documentId: number, from?: number, to?: number): Promise<StoredChunk[]>;
  /** The first chunks of documents whose name, or the end of whose path, is one of these; at most `limit`. */
  chunksCalled(names: readonly string[], options: SearchOptions): Promise<StoredChunk[]>;
}

/** Search by words. */
export interface TextSearcher {
  /**
   * By BM25 with stemming, over text, heading path, and the names of file, folders and title (both weigh more). Terms may hold any
   * text: nothing in them is syntax. A word that no chunk has is looked for within identifiers and long words. Where the words stand in very many chunks, those with the commonest of them alone may be passed over; scores are always the exact ones.
   */
  searchText(query: TextQuery, options: SearchOptions): Promise<Hit[]>;
  /** For each of these words that no chunk has, nor any identifier as a part: the nearest that one has, where one is near. By what was given. */
  nearestWords(words: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** The languages, besides English, whose words were indexed by their stems as well. */
  languages(): Promise<readonly LanguageCode[]>;
}

/** Search by meaning. A document whose vectors are not all there yet is not seen by it. */
export interface VectorSearcher {
  /** The share, from 0 to 1, of the chunks that it sees. */
  vectorShare(): Promise<number>;
  /** By cosine; `query` has the identity's dimensions and need not be normalised. */
  searchVectors(query: Float32Array, options: VectorSearchOptions): Promise<Hit[]>;
  /**
   * Vectors of at most `count` chunks spread over the whole index, row after row, always the same ones for the same index:
   * what search learns the index's own similarities from.
   */
  sampleVectors(count: number): Promise<Float32Array>;
  /** Vectors that the index already has, by chunk hash: for indexing, and for the cosine of a chunk found by its words. */
  vectorsOf(hashes: readonly string[]): Promise<Map<string, Float32Array>>;
  /** The vectors of chunks, row after row; zeros for a chunk that is gone, or of a document without all of its vectors. */
  vectorsOfChunks(ids: ArrayLike<number>): Promise<Float32Array>;
  /** All chunks with a vector, each with the document that it is in. */
  chunkDocuments(): Promise<ChunkDocuments>;
}

/** What somebody needs who keeps all vectors elsewhere, such as on a GPU: a store may leave that out. */
export interface VectorSource {
  /** A number that is another one after somebody else, in this process or another, has changed the index. */
  revision(): Promise<number>;
  /** Of all chunks with a vector, or of those in documents that `filter` keeps; ascending. A chunk keeps its vector, and no id is used twice. */
  chunkIds(filter?: DocumentFilter): Promise<Float64Array>;
  /** By exact cosine with the vectors of these chunks and no others. */
  compareVectors(query: Float32Array, ids: readonly number[], limit: number): Promise<Hit[]>;
}

/** Chunks, ascending, and for each the document that it is in. */
export interface ChunkDocuments {
  readonly ids: Float64Array;
  readonly documentIds: Float64Array;
}

/** What search and reading need. Every call sees one consistent version of the index. */
export interface StoreReader extends DocumentReader, TextSearcher, VectorSearcher {
  /** Where the index is: a file, or a server and what it is called there. For messages. */
  readonly path: string;
  /** The folder of its own that it lies in, which is nothing to index; null where it lies in none. */
  readonly folder: string | null;
  /** Null where copying all vectors is not worth it. */
  readonly vectorSource: VectorSource | null;
  readonly identity: ModelIdentity;
  /** Throws IndexMismatchError, naming both, unless `identity` equals the index's own. */
  requireIdentity(identity: ModelIdentity): void;
  /** The folder that the index lay in when it was last brought up to date; null where that is not known. */
  home(): Promise<string | null>;
  /** Whether what was opened is still what is found at its place, and not another index that was made there since. */
  isCurrent(): Promise<boolean>;
  statistics(): Promise<StoreStatistics>;
  close(): Promise<void>;
}

/** Documents with their chunks: each is there whole or not at all, whenever the process ends. */
export interface DocumentWriter {
  /** Documents with these bytes. */
  documentsWithContent(contentHash: string): Promise<StoredDocument[]>;
  /**
   * Writes documents with their chunks and words, all in one transaction, in place of whatever was at their paths. `vectors` maps
   * chunk hashes to vectors. A hash may be missing there: then the index has a vector for it (at this path, elsewhere, or staged), or the
   * document waits for `putVectors`, with the chunk's embedding text.
   *
   * @returns for each document, how many chunks and tokens it brought that nobody was waiting for yet
   */
  putDocuments(documents: readonly NewDocument[], vectors: ReadonlyMap<string, Float32Array>): Promise<readonly Work[]>;
  /** Same bytes, new place or new times: updates the row of `path` to `record` without touching chunks. */
  updateDocument(path: string, record: DocumentRecord): Promise<void>;
  /** Returns how many were there. */
  removeDocuments(paths: readonly string[]): Promise<number>;
}

/** Chunks that the model has to read, each text once. */
export interface Work {
  readonly chunks: number;
  readonly tokens: number;
}

/** A document that is found by its words alone until its vectors are there. */
export interface PendingDocument {
  readonly id: number;
  readonly chunks: number;
}

export interface PendingChunk extends EmbeddingText {
  readonly hash: string;
  readonly ordinal: number;
  readonly tokens: number;
}

/** Vectors that follow their documents. */
export interface VectorStage {
  /** All that is to be done, of earlier runs too. */
  pendingWork(): Promise<Work>;
  /**
   * The next documents to embed, in the order that serves soonest: those of few chunks first, the most recently modified of them before
   * others, then the large ones, the smallest first.
   */
  pendingDocuments(limit: number): Promise<PendingDocument[]>;
  /** Chunks of one of them without a vector, in order, of ordinals above `after`. */
  pendingChunks(documentId: number, after: number, limit: number): Promise<PendingChunk[]>;
  /**
   * Vectors by chunk hash, for all documents that wait for them; `vectors` is [hashes.length * dimensions]. A document whose last ones
   * these are is seen by search from now on; of the others they are kept, so that an interrupted run does not embed them again.
   *
   * @returns the documents that are complete now
   */
  putVectors(hashes: readonly string[], vectors: Float32Array): Promise<readonly number[]>;
  /** Forgets vectors that were kept and that no document waits with. */
  clearStaged(): Promise<void>;
}

/** What the index was made from, and where. */
export interface RootKeeper {
  /** Remembers what was named on the command line. */
  addRoots(roots: readonly string[]): Promise<void>;
  /** Forgets roots that are one of these paths or lie below one. */
  forgetRoots(under: readonly string[]): Promise<void>;
  setHome(folder: string): Promise<void>;
  /** Folders below the roots that drives were mounted at when they were last read: see `indexPaths`. */
  mounts(): Promise<string[]>;
  /** In place of those that were known. */
  setMounts(folders: readonly string[]): Promise<void>;
}

/** What indexing needs besides. How many may write at a time is the store's to say. */
export interface Store extends StoreReader, DocumentWriter, VectorStage, RootKeeper {
  /** Gives back the space of what was removed. May take as long as writing all of it. */
  compact(): Promise<void>;
  /** Forgets what is queued for workers at or below these paths, where the store has a queue. Returns the paths of what was. */
  forgetQueued(under: readonly string[]): Promise<readonly string[]>;
}
