/**
 * From an error to the number the process ends with; docs/cli.md has the table.
 *
 * ferris' own errors carry theirs (errors.ts); metal-candle's are mapped here by their stable codes, so that a script can tell
 * "no GPU" from "no such model". Reading commands (`search`, `get`, `ask`) end with 2 on every error, as ripgrep does: see
 * `RunOptions.errorsAre2` in run.ts.
 */
import { exitCodes, FerrisError } from "../../errors.ts";
import { Interrupted } from "./interrupt.ts";

/** Exit codes of metal-candle's errors, by their `code`. */
export const engineExitCodes: Readonly<Record<string, number>> = {
  INVALID_ARGUMENT: exitCodes.failure,
  MODEL_NOT_FOUND: 10,
  MODEL_FILE_INVALID: 11,
  MODEL_UNSUPPORTED: 12,
  DOWNLOAD_FAILED: 13,
  GPU_UNAVAILABLE: 14,
  CPU_UNAVAILABLE: 15,
  DEVICE_LOST: 16,
  GPU_OUT_OF_MEMORY: 17,
  KERNEL_CHECK_FAILED: 18,
};

/** What `error` ends the process with. An error that nobody expected is 2 as well. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof FerrisError || error instanceof Interrupted) return error.exitCode;
  return engineExitCodes[errorCode(error) ?? ""] ?? exitCodes.failure;
}

/** The stable code of an error that has one. */
export function errorCode(error: unknown): string | undefined {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return typeof code === "string" ? code : undefined;
}

/** Whether somebody threw this on purpose: its message is for the user, and its stack is noise. */
export function isExpected(error: unknown): error is Error {
  if (error instanceof FerrisError || error instanceof Interrupted) return true;
  return (errorCode(error) ?? "") in engineExitCodes;
}
