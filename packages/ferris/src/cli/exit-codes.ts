/**
 * What the process ends with, and from an error's code to that number; docs/cli.md has the table.
 *
 * Reading commands (`search`, `get`, `ask`) end with 2 on every error, as ripgrep does: see `RunOptions.errorsAre2` in run.ts.
 */
import { Interrupted } from "./terminal/interrupt.ts";

/** 0 and 1 are `search`'s found and nothing found; 2 is a wrong command line, or an error that has no number of its own. */
export const exitCodes = {
  success: 0,
  nothingFound: 1,
  failure: 2,
  indexUnusable: 6,
  someDocumentsFailed: 9,
  interrupted: 130,
} as const;

/** By the stable `code` of ferris' errors and metal-candle's. */
export const exitCodesByError: Readonly<Record<string, number>> = {
  USAGE: exitCodes.failure,
  INVALID_ARGUMENT: exitCodes.failure,
  INPUT_UNUSABLE: 3,
  INDEX_NOT_FOUND: 4,
  INDEX_MISMATCH: 5,
  INDEX_UNUSABLE: exitCodes.indexUnusable,
  INDEX_BUSY: 7,
  INDEX_NOT_WRITABLE: 8,
  DOCUMENT_UNREADABLE: exitCodes.someDocumentsFailed,
  MODEL_NOT_FOUND: 10,
  MODEL_FILE_INVALID: 11,
  MODEL_UNSUPPORTED: 12,
  DOWNLOAD_FAILED: 13,
  GPU_UNAVAILABLE: 14,
  CPU_UNAVAILABLE: 15,
  DEVICE_LOST: 16,
  GPU_OUT_OF_MEMORY: 17,
  KERNEL_CHECK_FAILED: 18,
  OUTPUT_NOT_WRITABLE: 19,
  ANSWER_FAILED: 20,
  NOTHING_TO_INDEX: 21,
  STORAGE_UNAVAILABLE: 22,
  STORE_UNREACHABLE: 23,
  WORKER_LOST: 24,
  CPU_OUT_OF_MEMORY: 25,
};

/** What `error` ends the process with. An error that nobody expected is 2 as well. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof Interrupted) return error.exitCode;
  return exitCodesByError[errorCode(error) ?? ""] ?? exitCodes.failure;
}

/** The stable code of an error that has one. */
export function errorCode(error: unknown): string | undefined {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return typeof code === "string" ? code : undefined;
}

/** Whether somebody threw this on purpose: its message is for the user, and its stack is noise. */
export function isExpected(error: unknown): error is Error {
  return error instanceof Interrupted || (errorCode(error) ?? "") in exitCodesByError;
}
