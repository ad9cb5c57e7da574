/**
 * What ends with a test file, for helpers that several files share.
 *
 * A helper's own `afterAll` is heard once in a process, by the first file that imports it, and `onTestFinished` only within a test. What is
 * given here is done when the file is over that asked for it, whether or not it has its process to itself (vitest-file-setup.ts).
 */

/** On the global object: with isolation, the setup and the tests have modules of their own. */
const place = Symbol.for("ferris.testing.fileEnd");
const global = globalThis as { [place]?: (() => unknown)[] };

/** Does `work` when the test file that runs now is over; what was asked for last is done first. */
export function onFileFinished(work: () => unknown): void {
  (global[place] ??= []).push(work);
}

/** Does what was asked for. */
export async function finishFile(): Promise<void> {
  for (const work of global[place]?.splice(0).toReversed() ?? []) await work();
}
