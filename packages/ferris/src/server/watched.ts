/** A state that others follow: each is told after a change, and reads what it is then. Who is slow misses states in between, never the last. */

export class Watched<State> {
  #state: State;
  readonly #watchers = new Set<() => void>();

  constructor(state: State) {
    this.#state = state;
  }

  get state(): State {
    return this.#state;
  }

  change(news: Partial<State>): void {
    this.#state = { ...this.#state, ...news };
    for (const tell of this.#watchers) tell();
  }

  /** The state now and after each change, until one for which `isLast`. */
  async *follow(isLast: (state: State) => boolean, signal: AbortSignal): AsyncGenerator<State> {
    let told: State | null = null;
    while (!signal.aborted) {
      if (this.#state === told) {
        await this.#nextChange(signal);
        continue;
      }
      told = this.#state;
      yield told;
      if (isLast(told)) return;
    }
  }

  #nextChange(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        this.#watchers.delete(done);
        signal.removeEventListener("abort", done);
        resolve();
      };
      this.#watchers.add(done);
      signal.addEventListener("abort", done, { once: true });
    });
  }
}
