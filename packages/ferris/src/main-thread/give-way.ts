/**
 * For loops that work synchronously for long: now and then a turn for everything else in the process.
 */
import { turn } from "#platform/turn";

/** Milliseconds of work between two turns. */
const turnMilliseconds = 4;

/** A function to await in a loop: returns at once, unless the loop has had its turn. */
export function takingTurns(): () => Promise<void> {
  let started = performance.now();
  return async () => {
    if (performance.now() - started < turnMilliseconds) return;
    await turn();
    started = performance.now();
  };
}
