/**
 * A command line, parsed and run for whoever is the caller (caller.ts): its exit code is set, its errors are told.
 */
import { CommanderError } from "commander";
import { UsageError } from "../errors.ts";
import { caller, NeedsOwnProcess } from "./caller.ts";
import { exitCodes } from "./exit-codes.ts";
import { makeProgram } from "./program.ts";
import { reportError } from "./run.ts";

/** @throws NeedsOwnProcess where a warm server must leave it to its caller */
export async function runProgram(args: readonly string[]): Promise<void> {
  // Before commander has seen it, which may be because it cannot: its own errors are JSON too.
  const json = args.includes("--json");
  try {
    await makeProgram({ json, line: args, runProgram }).parseAsync(args, { from: "user" });
  } catch (error) {
    if (error instanceof NeedsOwnProcess) throw error;
    if (!(error instanceof CommanderError)) {
      caller().setExitCode(exitCodes.failure);
      reportError(error, exitCodes.failure, { json, line: args });
      return;
    }
    // Commander has printed the help, or what is wrong with the command line if that was not to be JSON.
    caller().setExitCode(error.exitCode === 0 ? exitCodes.success : exitCodes.failure);
    if (json && error.exitCode !== 0) {
      reportError(new UsageError(error.message.replace(/^error: /, "")), exitCodes.failure, { json, line: args });
    }
  }
}
