/**
 * Where the process starts: parses the command line, runs the command, ends with its exit code.
 *
 * The end is explicit, since a GPU device or onnxruntime's threads would keep an idle process alive.
 */
import { CommanderError } from "commander";
import { exitCodes } from "../errors.ts";
import { makeProgram } from "./program.ts";
import { reportError } from "./run.ts";
import { flushed } from "./terminal/pipe.ts";

try {
  await makeProgram().parseAsync();
} catch (error) {
  if (error instanceof CommanderError) {
    // Commander has printed the help or what is wrong with the command line.
    process.exitCode = error.exitCode === 0 ? exitCodes.success : exitCodes.failure;
  } else {
    process.exitCode = exitCodes.failure;
    reportError(error, exitCodes.failure, {});
  }
}
await flushed();
process.exit();
