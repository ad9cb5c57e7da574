/**
 * Every error that ferris throws on purpose, each with a stable `code` for programs.
 *
 * They speak to programs: no flag and no exit code is in them (cli/exit-codes.ts and cli/hints.ts have those, by code).
 *
 * Not here: metal-candle's errors (models, devices), and AbortError (an
 * aborted call rejects with the signal's own reason). A message says what was wrong, the value, the limit, and what to do.
 */
import type { SkipReason } from "./skip-reason.ts";

/** The option of a call (as its type names it) that would set right what was wrong; the command line knows the flag for it. */
export type RemedyOption = "db" | "name" | "model" | "beir" | "split" | "migrate";

/** What an error carries beside its message. */
export interface FerrisErrorOptions extends ErrorOptions {
  readonly option?: RemedyOption;
}

/** The base of all of them. */
export abstract class FerrisError extends Error {
  /** Stable across versions. */
  abstract readonly code: string;
  /** The option to change, where one would help. */
  readonly option: RemedyOption | null;
  /** A literal in every class: bundlers shorten the names of classes. */
  abstract override readonly name: string;
  constructor(message: string, { option, ...options }: FerrisErrorOptions = {}) {
    super(message, options);
    this.option = option ?? null;
  }
}

/** An argument out of its range or of the wrong kind. */
export class UsageError extends FerrisError {
  override readonly name: string = "UsageError";
  readonly code = "USAGE";
}

/** A path that was asked for by name is not there, cannot be read, or holds nothing to index. */
export class InputError extends FerrisError {
  override readonly name: string = "InputError";
  readonly code = "INPUT_UNUSABLE";
}

/** One document is left out: costs that document, not the run. The message names neither path nor reason: the caller has both. */
export class DocumentError extends FerrisError {
  override readonly name: string = "DocumentError";
  readonly code = "DOCUMENT_UNREADABLE";
  readonly reason: SkipReason;
  constructor(reason: SkipReason, message: string, options?: FerrisErrorOptions) {
    super(message, options);
    this.reason = reason;
  }
}

/** What was named is there, and holds no document that would be indexed. */
export class NothingToIndexError extends FerrisError {
  override readonly name: string = "NothingToIndexError";
  readonly code = "NOTHING_TO_INDEX";
}

/** No index where one was looked for. */
export class IndexNotFoundError extends FerrisError {
  override readonly name: string = "IndexNotFoundError";
  readonly code = "INDEX_NOT_FOUND";
}

/** The index was made with another model than the one in use. */
export class IndexMismatchError extends FerrisError {
  override readonly name: string = "IndexMismatchError";
  readonly code = "INDEX_MISMATCH";
}

/** The file is not an index of ours, was made by a newer ferris, or is damaged. */
export class IndexUnusableError extends FerrisError {
  override readonly name: string = "IndexUnusableError";
  readonly code = "INDEX_UNUSABLE";
}

/** Another process is writing to the index. */
export class IndexBusyError extends FerrisError {
  override readonly name: string = "IndexBusyError";
  readonly code = "INDEX_BUSY";
}

/** The index cannot be written: the disk is full, the folder is read-only. What was committed before is still whole. */
export class IndexNotWritableError extends FerrisError {
  override readonly name: string = "IndexNotWritableError";
  readonly code = "INDEX_NOT_WRITABLE";
}

/** A file that was asked for as output cannot be written. */
export class OutputError extends FerrisError {
  override readonly name: string = "OutputError";
  readonly code = "OUTPUT_NOT_WRITABLE";
}

/** The language model that was to answer could not be reached, refused, or broke off. */
export class AnswerError extends FerrisError {
  override readonly name: string = "AnswerError";
  readonly code = "ANSWER_FAILED";
  /** The setting to look at; null where none is to blame. */
  readonly setting: "llmBaseUrl" | "llmModel" | "llmApiKey" | "llmTimeout" | null;
  constructor(message: string, { setting, ...options }: ErrorOptions & { setting?: AnswerError["setting"] } = {}) {
    super(message, options);
    this.setting = setting ?? null;
  }
}

/** SQLite has no binary for this machine, or it was not installed. */
export class StorageUnavailableError extends FerrisError {
  override readonly name: string = "StorageUnavailableError";
  readonly code = "STORAGE_UNAVAILABLE";
}

/** The server that keeps the index cannot be reached, or does not let this role in. */
export class StoreUnreachableError extends FerrisError {
  override readonly name: string = "StoreUnreachableError";
  readonly code = "STORE_UNREACHABLE";
}
