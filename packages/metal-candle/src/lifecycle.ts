/**
 * The one way to end, for everything that is opened and closed: calls that are under way finish, later ones are refused, and what was
 * opened is freed once.
 *
 * Aborting is not here: a signal ends its own call, which then is under way no more.
 */

/**
 * @example
 * import { Lifecycle } from "metal-candle/lifecycle";
 * const life = new Lifecycle(() => new Error("closed"));
 * const answer = life.run(async () => 42);
 * await life.close(async () => console.log("freed after", await answer));
 */
export class Lifecycle {
  readonly #closedError: () => Error;
  readonly #running = new Set<Promise<unknown>>();
  #closing: Promise<void> | null = null;
  #closed = false;

  /** @param closedError what a call after close() is told */
  constructor(closedError: () => Error) {
    this.#closedError = closedError;
  }

  /** Whether close() has been called. */
  get closed(): boolean {
    return this.#closed;
  }

  /** @throws the closed error after close() */
  requireOpen(): void {
    if (this.#closed) throw this.#closedError();
  }

  /**
   * Runs a call, which close() then waits for. The call starts at once.
   *
   * @throws the closed error after close()
   */
  async run<T>(call: () => T | Promise<T>): Promise<T> {
    this.requireOpen();
    const running = (async () => call())();
    this.#running.add(running);
    try {
      return await running;
    } finally {
      this.#running.delete(running);
    }
  }

  /**
   * Takes no more calls, waits for those that run, however they end, and then does `last`. Calling it again gives the same promise, and
   * does not look at `last`.
   */
  close(last: () => void | Promise<void>): Promise<void> {
    this.#closed = true;
    this.#closing ??= this.#end(last);
    return this.#closing;
  }

  async #end(last: () => void | Promise<void>): Promise<void> {
    await Promise.allSettled(this.#running);
    await last();
  }
}
