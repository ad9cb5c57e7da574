/**
 * When whoever reads our output goes away (`ferris search … | head -1`) or its disk is full.
 *
 * Node ignores SIGPIPE, so a closed pipe arrives as EPIPE on the stream. That is no error: nothing is printed.
 */

/** Calls `leave` when stdout's reader has closed it; ends the process with 2 and a line when stdout fails otherwise. */
export function whenReaderLeaves(leave: () => void): void {
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") {
      leave();
      return;
    }
    process.stderr.write(`ferris: the output cannot be written: ${error.message}\n`);
    process.exit(2);
  });
  // Nobody is left to be told.
  process.stderr.on("error", () => {});
}

/** Resolves when everything written to stdout has gone out, so that the process may end. */
export function flushed(): Promise<void> {
  return new Promise((resolve) => {
    if (process.stdout.destroyed || process.stdout.writableNeedDrain === undefined) resolve();
    else process.stdout.write("", () => resolve());
  });
}
