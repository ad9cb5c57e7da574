/**
 * For loops that work synchronously for long: now and then a turn for everything else in the process.
 */
import { setImmediate } from "node:timers/promises";

/** Milliseconds of work between two turns. */
const turn = 4;

/** A function to await in a loop: returns at once, unless the loop has had its turn. */
export function takingTurns(): () => Promise<void> {
  let started = performance.now();
  return async () => {
    if (performance.now() - started < turn) return;
    await setImmediate();
    started = performance.now();
  };
}
