/** The options of `Ferris` and its methods, in one place, with their units and defaults. Types only. */
import type { LoadProgress } from "./engine.ts";
import type { FileOutcome, IndexProgress } from "./indexing/report.ts";
import type { SearchMode } from "./search/search.ts";
import type { DocumentFilter } from "./store/store.ts";

/** Where the index is, and how its model is loaded. */
export interface FerrisOptions {
  /** Folder of the index. Else the nearest `.ferris` above the working folder; where there is none, indexing makes one there. */
  readonly db?: string;
  /** Which of several indexes in that folder, such as one of another model; the one without a name unless given. */
  readonly name?: string | null;
  /** Hugging Face id or folder. Else the index's own model; for a new index the bundled one. */
  readonly model?: string;
  /** "auto" unless given. "gpu" never falls back. */
  readonly device?: "auto" | "gpu" | "cpu";
  /** "auto" unless given. */
  readonly dtype?: "auto" | "f32" | "f16";
  /** Lets a GPU that is emulated on the CPU count as a GPU. */
  readonly allowSoftwareAdapter?: boolean;
  /** Hugging Face id or folder of a cross-encoder, for searches with `rerank`; a small one of MS MARCO unless given. */
  readonly reranker?: string;
  /** Receives what a user should hear once, such as which device "auto" chose; console.error unless given. */
  readonly onNotice?: (message: string) => void;
  /** Called while a model that was named and is not on this machine is downloaded. */
  readonly onDownload?: (progress: LoadProgress) => void;
}

/** Which files are indexed, and how they are cut. */
export interface FerrisIndexOptions {
  /** Globs relative to each path; only matching files are read. */
  readonly include?: readonly string[];
  readonly exclude?: readonly string[];
  /** Only documents of these types, such as "markdown"; see docs/documents.md. */
  readonly types?: readonly string[];
  /** A chunk's most tokens; else what the model reads. */
  readonly maxTokens?: number;
  /** Files above this size are left out; 64 MiB unless given. */
  readonly maxFileBytes?: number;
  /** Stops after the transaction in flight; the report then says `interrupted`. */
  readonly signal?: AbortSignal;
  /** What became of each file, as it is known; a folder that is left out is one. */
  readonly onFile?: (file: FileOutcome) => void;
  readonly onProgress?: (progress: IndexProgress) => void;
}

/** How to search, and how much of what was found to give. */
export interface FerrisSearchOptions {
  /** 10 unless given. */
  readonly limit?: number;
  /** "hybrid" unless given. */
  readonly mode?: SearchMode;
  /** Most results from one document; 3 unless given. */
  readonly perDocument?: number;
  readonly filter?: DocumentFilter;
  /** True: the best candidates are read again by the reranker (see FerrisOptions), whose scores then decide the order. */
  readonly rerank?: boolean;
  /** Only passages whose score is at least this: the reranker's with `rerank`, else the cosine, which text mode has not. */
  readonly minScore?: number;
  readonly signal?: AbortSignal;
}
