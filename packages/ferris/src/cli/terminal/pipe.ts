/**
 * When whoever reads our output goes away (`ferris search … | head -1`) or its disk is full.
 *
 * Node ignores SIGPIPE, so a closed pipe arrives as EPIPE on the stream. That is not an error: nothing is printed.
 */

let endsWithReader = true;

/**
 * From now on a reader of stdout that closes it ends the process quietly with 0, as ripgrep does; stdout that fails otherwise ends it with
 * 2 and a line.
 */
export function watchOutput(): void {
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") {
      if (endsWithReader) process.exit(0);
      return;
    }
    process.stderr.write(`ferris: the output cannot be written: ${error.message}\n`);
    process.exit(2);
  });
  // Nobody is left to be told.
  process.stderr.on("error", () => {});
}

/** For a command whose work matters more than its output: it goes on without a reader. */
export function outliveReader(): void {
  endsWithReader = false;
}

/** Resolves when everything written to stdout has gone out, so that the process may end. */
export function flushed(): Promise<void> {
  return new Promise((resolve) => {
    if (process.stdout.destroyed || process.stdout.writableNeedDrain === undefined) resolve();
    else process.stdout.write("", () => resolve());
  });
}
