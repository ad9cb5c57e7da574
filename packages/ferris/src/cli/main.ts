/**
 * Where the process starts: parses the command line, runs the command, ends with its exit code.
 *
 * The end is explicit, since a GPU device or onnxruntime's threads would keep an idle process alive.
 */
import { CommanderError } from "commander";
import { UsageError } from "../errors.ts";
import { exitCodes } from "./exit-codes.ts";
import { makeProgram } from "./program.ts";
import { reportError } from "./run.ts";
import { flushed, watchOutput } from "./terminal/pipe.ts";

// Before commander has seen it, which may be because it cannot: its own errors are JSON too.
const json = process.argv.slice(2).includes("--json");
watchOutput();

try {
  await makeProgram({ json }).parseAsync();
} catch (error) {
  if (error instanceof CommanderError) {
    // Commander has printed the help, or what is wrong with the command line if that was not to be JSON.
    process.exitCode = error.exitCode === 0 ? exitCodes.success : exitCodes.failure;
    if (json && error.exitCode !== 0) {
      reportError(new UsageError(error.message.replace(/^error: /, "")), exitCodes.failure, { json });
    }
  } else {
    process.exitCode = exitCodes.failure;
    reportError(error, exitCodes.failure, { json });
  }
}
await flushed();
process.exit();
