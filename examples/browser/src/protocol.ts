/** What the page and its worker say to each other. Types only: requests have a number, and each is answered once; events come in between. */
import type {
  DocumentPassage,
  FileOutcome,
  IndexProgress,
  IndexReport,
  LineRange,
  SearchAnswer,
  SearchMode,
  StoredDocument,
} from "ferris/browser";

/** A file on its way in: `path` as it lay below what was dropped, with a slash in front. */
export interface IncomingFile {
  readonly path: string;
  readonly file: File;
}

/** Where the index is kept: "memory" is gone with the tab. */
export type StorageKind = "opfs" | "indexeddb" | "memory";

export interface Opened {
  readonly storage: StorageKind;
  /** Why it is not the usual one; null where it is. */
  readonly notice: string | null;
}

export interface Contents {
  readonly documents: readonly StoredDocument[];
  readonly chunks: number;
  readonly bytes: number;
}

/** What computes vectors, for people. */
export interface EngineInfo {
  readonly model: string;
  readonly device: "gpu" | "cpu";
  readonly reason: string;
  readonly adapter: string | null;
  readonly numerics: string;
  readonly kernels: readonly { readonly operation: string; readonly variant: string }[];
  readonly loadMilliseconds: number;
  readonly isIsolated: boolean;
}

/** Requests by name: what is given, and what comes back. */
export interface Calls {
  /** `site`: the address of its folder. */
  open: { given: { site: string; device: "gpu" | "cpu" | null }; answer: Opened };
  add: { given: { files: readonly IncomingFile[] }; answer: IndexReport };
  stop: { given: null; answer: null };
  search: { given: { query: string; limit: number }; answer: { found: SearchAnswer; mode: SearchMode } | null };
  read: { given: { chunkId: number; range?: LineRange | undefined }; answer: DocumentPassage | null };
  contents: { given: null; answer: Contents };
  remove: { given: { paths: readonly string[] }; answer: number };
  forget: { given: null; answer: null };
  /** The index as a file, which the command line can search too. */
  save: { given: null; answer: Uint8Array<ArrayBuffer> };
  embed: { given: { texts: readonly string[] }; answer: readonly Float32Array[] };
  close: { given: null; answer: null };
}

export type CallName = keyof Calls;

export interface Request<Name extends CallName = CallName> {
  readonly number: number;
  readonly name: Name;
  readonly given: Calls[Name]["given"];
}

export type Told =
  | { readonly event: "progress"; readonly progress: IndexProgress; readonly textsPerSecond: number }
  | { readonly event: "file"; readonly file: FileOutcome }
  | { readonly event: "engine"; readonly engine: EngineInfo }
  | { readonly event: "engine failed"; readonly message: string };

export type Message =
  | { readonly number: number; readonly answer: unknown }
  | { readonly number: number; readonly failure: { readonly code: string | null; readonly message: string } }
  | Told;
