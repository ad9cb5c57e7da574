/**
 * What an index keeps: documents and their chunks, on their way in and as they come out.
 *
 * Types only.
 */
import type { Chunk } from "../documents/document.ts";

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
export interface ChunkRecord extends Omit<Chunk, "embeddingText"> {
  /** SHA-256 in hex of heading path, embedding text and text: the same hash means the same vector and the same words. */
  readonly hash: string;
}

/** What the model reads for a chunk. */
export interface EmbeddingText {
  readonly embeddingText: string;
}

/** One without a vector needs the text to get one from. */
export type NewChunk = ChunkRecord & Partial<EmbeddingText>;

/** A document on its way into the store. */
export interface NewDocument {
  readonly record: DocumentRecord;
  readonly chunks: readonly NewChunk[];
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
