/**
 * Ctrl-C: the first asks the running command to stop at a safe place, the second quits at once.
 *
 * SIGTERM is treated as the first. Both are safe for an index (every document is one transaction); the polite way also finishes
 * the batch in flight and says what is done. While work is under way that cannot be left (long-work.ts), the first one quits. Listening starts with the first look at `signal`: a command that has nothing to
 * finish never installs a handler, and dies of Ctrl-C as any program does.
 */

import { onLongWork } from "../../main-thread/long-work.ts";

/** Why a command stopped before its end: carries the signal, from which the exit code follows (130 or 143). */
export class Interrupted extends Error {
  readonly code = "INTERRUPTED";
  readonly exitCode: number;
  constructor(signal: "SIGINT" | "SIGTERM") {
    super(signal === "SIGINT" ? "interrupted" : "asked to stop (SIGTERM)");
    this.name = "Interrupted";
    this.exitCode = signal === "SIGINT" ? 130 : 143;
  }
}

export interface InterruptLimits {
  /** After the first signal, until the process ends without waiting any longer. */
  readonly mostSeconds?: number;
}

/**
 * An AbortSignal that Ctrl-C and SIGTERM abort, with an {@link Interrupted} as its reason.
 *
 * @param announce called on the first signal, to say that the command is stopping
 */
export function interruptSignal(announce: () => void, { mostSeconds }: InterruptLimits = {}): AbortSignal {
  const controller = new AbortController();
  const stop = (signal: "SIGINT" | "SIGTERM"): void => {
    if (controller.signal.aborted) {
      // Not process.exit, which waits for threads: one may be in the middle of native code.
      process.off("SIGINT", stop).off("SIGTERM", stop);
      process.kill(process.pid, signal);
      return;
    }
    announce();
    if (mostSeconds !== undefined) setTimeout(() => stop(signal), mostSeconds * 1000).unref();
    controller.abort(new Interrupted(signal));
  };
  const listen = (): void => {
    process.on("SIGINT", stop);
    process.on("SIGTERM", stop);
  };
  listen();
  onLongWork({
    // Nobody could answer: the system does what it does for any program.
    begin: () => void process.off("SIGINT", stop).off("SIGTERM", stop),
    end: listen,
  });
  return controller.signal;
}
