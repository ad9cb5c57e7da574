/**
 * On what terms kernels are measured: in turns between the batches of a model that works, and until it is closed. Nobody waits for it, and
 * a process that has nothing else to do ends meanwhile.
 */

/** Milliseconds between two products, in a timer that keeps no process alive. */
const pause = 2;

export class TuningTerms {
  /** Runs work that needs the device to itself, a few milliseconds each time. */
  readonly turn: <T>(work: () => Promise<T>) => Promise<T>;
  readonly #closed: AbortSignal;

  constructor(turn: TuningTerms["turn"], closed: AbortSignal) {
    this.turn = turn;
    this.#closed = closed;
  }

  get isOver(): boolean {
    return this.#closed.aborted;
  }

  /** A moment in which the process may end. */
  async rest(milliseconds = pause): Promise<void> {
    await this.before(
      new Promise<void>((resolve) => {
        const timer: { unref?: () => void } | number = setTimeout(resolve, milliseconds);
        if (typeof timer === "object") timer.unref?.();
      }),
    );
  }

  /** The promise's value, unless the model is closed first. */
  async before<T>(promise: Promise<T>): Promise<T | "late"> {
    if (this.isOver) return "late";
    let giveUp: () => void = () => undefined;
    const late = new Promise<"late">((resolve) => {
      giveUp = () => resolve("late");
    });
    this.#closed.addEventListener("abort", giveUp, { once: true });
    try {
      return await Promise.race([promise, late]);
    } finally {
      this.#closed.removeEventListener("abort", giveUp);
    }
  }
}
