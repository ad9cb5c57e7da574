/**
 * Where the process starts: runs the command line and ends with its exit code.
 *
 * The end is explicit, since a GPU device or onnxruntime's threads would keep an idle process alive.
 */
import { startsBrowsing } from "./interactive/starts-browsing.ts";
import { runProgram } from "./run-program.ts";
import { flushed, watchOutput } from "./terminal/pipe.ts";

watchOutput();
const line = process.argv.slice(2);
await runProgram(startsBrowsing(line) ? [...line, "browse"] : line);
await flushed();
process.exit();
