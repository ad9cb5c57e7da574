/**
 * The contract of an indexing run: paths in, an up-to-date index and a report out.
 */
import type { ChunkerSettings } from "../documents/document.ts";
import type { Store } from "../store/store.ts";
import type { Embedder } from "./embedder.ts";
import type { IndexProgress, IndexReport } from "./report.ts";

export interface IndexOptions {
  /** Files and folders; relative ones are taken from the working folder. One named here is read even if ignored. */
  readonly paths: readonly string[];
  readonly store: Store;
  readonly embedder: Embedder;
  /** Defaults to `defaultChunkerSettings(embedder.maxLength)`. */
  readonly chunker?: ChunkerSettings;
  /** Globs relative to each named path; only matching files are read. */
  readonly include?: readonly string[];
  readonly exclude?: readonly string[];
  /** Files above this many bytes are reported and left out. Defaults to 64 MiB. */
  readonly maxFileBytes?: number;
  /** Stops after the transaction in flight; the report says `interrupted`. */
  readonly signal?: AbortSignal;
  /** At most some ten times a second. */
  readonly onProgress?: (progress: IndexProgress) => void;
}

/** See IndexOptions. Throws InputError when a named path is not there, and the store's errors. */
export type IndexPaths = (options: IndexOptions) => Promise<IndexReport>;
