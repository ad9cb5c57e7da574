/** The options of `Ferris` and its methods, in one place, with their units and defaults. Types only. */
import type { OcrSetting } from "./documents/ocr/languages.ts";
import type { DevicesChoice, LoadProgress, ModelSource } from "./engine.ts";
import type { EvaluateOptions } from "./evaluation/evaluate.ts";
import type { FileOutcome, IndexProgress, IndexReport } from "./indexing/report.ts";
import type { EnqueueReport } from "./queue/enqueue.ts";
import type { WorkEvents } from "./queue/claim-settler.ts";
import type { SortOrder } from "./search/order.ts";
import type { RelatedRequest } from "./search/related.ts";
import type { SearchMode } from "./search/result.ts";
import type { DocumentFilter } from "./store/store.ts";

/** Where the index is, and how its model is loaded. */
export interface FerrisOptions {
  /** Folder of the index. Else the nearest `.ferris` above the working folder; where there is none, indexing makes one there. */
  readonly db?: string | undefined;
  /**
   * A PostgreSQL with pgvector that holds the index, in place of a folder: `postgres://user@host:5432/database`. A password is better left to
   * ~/.pgpass, PGPASSWORD or a service file.
   */
  readonly store?: string | undefined;
  /** Which of several indexes in that folder, such as one of another model; the one without a name unless given. */
  readonly name?: string | null | undefined;
  /** Hugging Face id or folder. Else the index's own model; for a new index the bundled one. */
  readonly model?: string | undefined;
  /** "auto" unless given. "gpu" never falls back. */
  readonly device?: "auto" | "gpu" | "cpu" | undefined;
  /** In place of `device`: several at once for the embedding model, a process on each. "all" GPUs, "cpu", or a list of GPU numbers and "cpu". */
  readonly devices?: DevicesChoice | undefined;
  /** "auto" unless given. */
  readonly dtype?: "auto" | "f32" | "f16" | undefined;
  /** Lets a GPU that is emulated on the CPU count as a GPU. */
  readonly allowSoftwareAdapter?: boolean | undefined;
  /** On the CPU device: compute on a thread of its own, so that this one goes on during a batch, as a worker's leases and signals want; false unless given. */
  readonly cpuThread?: boolean | undefined;
  /** Hugging Face id or folder of a cross-encoder, for searches with `rerank`; a small one of MS MARCO unless given. */
  readonly reranker?: string | undefined;
  /** Where models come from; loaded for this object alone unless given. Several indexes of one process can share them so. */
  readonly models?: ModelSource | undefined;
  /** Receives what a user should hear once, such as which device "auto" chose; console.warn unless given. */
  readonly onNotice?: ((message: string) => void) | undefined;
  /** Called while a model that was named and is not on this machine is downloaded. */
  readonly onDownload?: ((progress: LoadProgress) => void) | undefined;
}

/** Which files are indexed, and how they are cut. */
export interface FerrisIndexOptions {
  /** Globs relative to each path; only matching files are read. */
  readonly include?: readonly string[] | undefined;
  readonly exclude?: readonly string[] | undefined;
  /** Only documents of these types, such as "markdown"; see docs/documents.md. */
  readonly types?: readonly string[] | undefined;
  /** A chunk's most tokens; else what the model reads. */
  readonly maxTokens?: number | undefined;
  /** Files above this size are left out; 64 MiB unless given. */
  readonly maxFileBytes?: number | undefined;
  /** Whether scans and pictures are read, and in which languages; "auto" (in those installed) unless given. */
  readonly ocr?: OcrSetting | undefined;
  /** Stops after the transaction in flight; the report then says `interrupted`. */
  readonly signal?: AbortSignal | undefined;
  /** Stops embedding after the calls under way: documents without vectors are found by their words, and a further run goes on. */
  readonly embedUntil?: AbortSignal | undefined;
  /** What became of each file, as it is known; a folder that is left out is one. */
  readonly onFile?: ((file: FileOutcome) => void) | undefined;
  readonly onProgress?: ((progress: IndexProgress) => void) | undefined;
}

/** How an index is kept up to date: what is indexed, until when, and who hears of it. */
export interface FerrisWatchOptions extends FerrisIndexOptions {
  /** Ends watching; the promise of `watch` then resolves. An index run that is under way stops after its transaction. */
  readonly signal: AbortSignal;
  /** Told after each run. */
  readonly onReport?: ((report: IndexReport) => void) | undefined;
  /** Told of a run that failed, such as an index that somebody else is writing: the next change tries again. Else the first ends watching. */
  readonly onError?: ((error: unknown) => void) | undefined;
}

/** How to search, and how much of what was found to give. */
export interface FerrisSearchOptions {
  /** 10 unless given. */
  readonly limit?: number | undefined;
  /** "hybrid" unless given. */
  readonly mode?: SearchMode | undefined;
  /** Most results from one document; 3 unless given. */
  readonly perDocument?: number | undefined;
  readonly filter?: DocumentFilter | undefined;
  /** Only these passages, by their `chunkId`: a part of the map. */
  readonly passages?: readonly number[] | undefined;
  /** True: the best candidates are read again by the reranker (see FerrisOptions), whose scores then decide the order. */
  readonly rerank?: boolean | undefined;
  /** The cross-encoder for this search, by id or folder; that of FerrisOptions unless given. */
  readonly reranker?: string | undefined;
  /** Only passages whose score is at least this: the reranker's with `rerank`, else the cosine, which text mode does not have. */
  readonly minScore?: number | undefined;
  /**
   * Only passages that are relevant on their own: above what chance scores in this index, or with every word of the query. False unless given: the
   * best are as many as `limit`, as long as one of them is relevant.
   */
  readonly relevantOnly?: boolean | undefined;
  /** "relevance" unless given; "date" puts the same results newest first. */
  readonly sort?: SortOrder | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** How much of what is near to give: 10 results unless `limit` says otherwise. */
export type FerrisRelatedOptions = Partial<RelatedRequest>;

/** How questions with known answers are asked. */
export type FerrisEvaluateOptions = Omit<EvaluateOptions, "documentId" | "scoreTexts"> & {
  /** As in FerrisSearchOptions. */
  readonly rerank?: boolean | undefined;
};

/** What is queued for workers, and how. */
export interface FerrisEnqueueOptions extends Pick<
  FerrisIndexOptions,
  "include" | "exclude" | "maxTokens" | "maxFileBytes" | "ocr" | "signal"
> {
  /** True unless given: jobs carry the files' bytes. False: they carry paths, for workers that read the same paths and were told to trust them. */
  readonly sendsBytes?: boolean | undefined;
  /** The higher, the sooner; 0 unless given. */
  readonly priority?: number | undefined;
  /** Bytes that may wait in the database before this waits for workers; 1 GiB unless given. */
  readonly mostWaitingBytes?: number | undefined;
  readonly onProgress?: ((progress: EnqueueReport) => void) | undefined;
  /** Told when it begins to wait for workers. */
  readonly onWait?: (() => void) | undefined;
}

/** How a worker works. */
export interface FerrisWorkOptions extends WorkEvents, Pick<FerrisIndexOptions, "maxFileBytes" | "ocr"> {
  /** Ends it, after what is under way is committed. */
  readonly signal: AbortSignal;
  /** Ends it when nothing waits and nobody works; false unless given. */
  readonly untilEmpty?: boolean | undefined;
  /** Folders below which paths that jobs name are read; none unless given. */
  readonly trusted?: readonly string[] | undefined;
  /** Tokens of one claim for each device, as far as bytes tell; 65,536 on a GPU and 8,192 on the CPU unless given. */
  readonly tokenBudget?: number | undefined;
  /** Seconds without a heartbeat after which others take its documents; 60 unless given. */
  readonly leaseSeconds?: number | undefined;
}
