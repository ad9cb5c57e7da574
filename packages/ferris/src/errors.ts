/**
 * Every error that ferris throws on purpose, each with a stable `code` for programs and an `exitCode` for the command line.
 *
 * Not here: metal-candle's errors (models, devices), which the command line maps by their own codes, and AbortError (an
 * aborted call rejects with the signal's own reason). A message says what was wrong, the value, the limit, and what to do.
 */
import type { SkipReason } from "./skip-reason.ts";

/**
 * What the process ends with. 0 and 1 are `search`'s found and nothing found, as in ripgrep; 2 is a wrong command line or
 * an error that has no number of its own.
 */
export const exitCodes = {
  success: 0,
  nothingFound: 1,
  failure: 2,
  inputUnusable: 3,
  indexMissing: 4,
  indexMismatch: 5,
  indexUnusable: 6,
  indexBusy: 7,
  indexNotWritable: 8,
  someDocumentsFailed: 9,
  // 10 to 18: metal-candle's errors, see cli/terminal/exit-codes.ts
  outputNotWritable: 19,
  answerFailed: 20,
  nothingToIndex: 21,
  interrupted: 130,
} as const;

/** The base of all of them. */
export abstract class FerrisError extends Error {
  /** Stable across versions. */
  abstract readonly code: string;
  /** One of `exitCodes`. */
  abstract readonly exitCode: number;
  /** A literal in every class: bundlers shorten the names of classes. */
  abstract override readonly name: string;
}

/** An argument out of its range or of the wrong kind. */
export class UsageError extends FerrisError {
  override readonly name: string = "UsageError";
  readonly code = "USAGE";
  readonly exitCode = exitCodes.failure;
}

/** A path that was asked for by name is not there, cannot be read, or holds nothing to index. */
export class InputError extends FerrisError {
  override readonly name: string = "InputError";
  readonly code = "INPUT_UNUSABLE";
  readonly exitCode = exitCodes.inputUnusable;
}

/** One document is left out: costs that document, not the run. The message names neither path nor reason: the caller has both. */
export class DocumentError extends FerrisError {
  override readonly name: string = "DocumentError";
  readonly code = "DOCUMENT_UNREADABLE";
  readonly exitCode = exitCodes.someDocumentsFailed;
  readonly reason: SkipReason;
  constructor(reason: SkipReason, message: string, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
  }
}

/** What was named is there, and holds no document that would be indexed. */
export class NothingToIndexError extends FerrisError {
  override readonly name: string = "NothingToIndexError";
  readonly code = "NOTHING_TO_INDEX";
  readonly exitCode = exitCodes.nothingToIndex;
}

/** No index where one was looked for. */
export class IndexNotFoundError extends FerrisError {
  override readonly name: string = "IndexNotFoundError";
  readonly code = "INDEX_NOT_FOUND";
  readonly exitCode = exitCodes.indexMissing;
}

/** The index was made with another model than the one in use. */
export class IndexMismatchError extends FerrisError {
  override readonly name: string = "IndexMismatchError";
  readonly code = "INDEX_MISMATCH";
  readonly exitCode = exitCodes.indexMismatch;
}

/** The file is not an index of ours, was made by a newer ferris, or is damaged. */
export class IndexUnusableError extends FerrisError {
  override readonly name: string = "IndexUnusableError";
  readonly code = "INDEX_UNUSABLE";
  readonly exitCode = exitCodes.indexUnusable;
}

/** Another process is writing to the index. */
export class IndexBusyError extends FerrisError {
  override readonly name: string = "IndexBusyError";
  readonly code = "INDEX_BUSY";
  readonly exitCode = exitCodes.indexBusy;
}

/** The index cannot be written: the disk is full, the folder is read-only. What was committed before is still whole. */
export class IndexNotWritableError extends FerrisError {
  override readonly name: string = "IndexNotWritableError";
  readonly code = "INDEX_NOT_WRITABLE";
  readonly exitCode = exitCodes.indexNotWritable;
}

/** A file that was asked for as output cannot be written. */
export class OutputError extends FerrisError {
  override readonly name: string = "OutputError";
  readonly code = "OUTPUT_NOT_WRITABLE";
  readonly exitCode = exitCodes.outputNotWritable;
}

/** The language model that was to answer could not be reached, refused, or broke off. */
export class AnswerError extends FerrisError {
  override readonly name: string = "AnswerError";
  readonly code = "ANSWER_FAILED";
  readonly exitCode = exitCodes.answerFailed;
  /** The setting to look at; null where none is to blame. */
  readonly setting: "llmBaseUrl" | "llmModel" | "llmApiKey" | "llmTimeout" | null;
  constructor(message: string, { setting, ...options }: ErrorOptions & { setting?: AnswerError["setting"] } = {}) {
    super(message, options);
    this.setting = setting ?? null;
  }
}
