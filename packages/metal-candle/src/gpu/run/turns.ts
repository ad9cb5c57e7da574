/**
 * Whose turn it is on a device: batches as they come, and between them work that needs the device to itself, such as timing a kernel.
 *
 * Where batches leave gaps, the work goes there, and a batch that comes meanwhile waits for no more than what has begun. Where they do not,
 * they are held back from time to time, for a moment each.
 */

/** Milliseconds that work waits for a gap before batches are held back for it. */
const patience = 50;
/** Milliseconds for which batches are then held back: with both batches in flight to be waited for, less is mostly waiting. */
const longestHold = 20;

export class Turns {
  #inFlight = 0;
  #isLent = false;
  #heldUntil = 0;
  readonly #batches: (() => void)[] = [];
  /** Takes the device; called when the last batch in flight is back. */
  #take: (() => void) | null = null;
  #giveBack: ReturnType<typeof setTimeout> | undefined;

  /** A batch wants to run. Null: it may at once; otherwise it may when the promise resolves. */
  enter(): Promise<void> | null {
    if (this.#isLent) return new Promise((resolve) => this.#batches.push(resolve));
    this.#inFlight += 1;
    return null;
  }

  /** A batch is back, or lost. */
  leave(): void {
    this.#inFlight -= 1;
    if (this.#inFlight === 0) this.#take?.();
  }

  /** Runs work while no batch runs. Calls that follow at once share a turn. One caller at a time. */
  async lend<T>(work: () => Promise<T>): Promise<T> {
    clearTimeout(this.#giveBack);
    if (!this.#isLent) await this.#borrow();
    try {
      return await work();
    } finally {
      if (this.#batches.length > 0 && performance.now() >= this.#heldUntil) this.#release();
      else this.#giveBack = setTimeout(() => this.#release(), 0);
    }
  }

  async #borrow(): Promise<void> {
    this.#heldUntil = 0;
    if (this.#inFlight === 0) {
      this.#isLent = true;
      return;
    }
    await new Promise<void>((resolve) => {
      const hold = setTimeout(() => {
        this.#isLent = true;
        this.#heldUntil = Infinity;
      }, patience);
      this.#take = () => {
        clearTimeout(hold);
        this.#take = null;
        this.#isLent = true;
        if (this.#heldUntil > 0) this.#heldUntil = performance.now() + longestHold;
        resolve();
      };
    });
  }

  #release(): void {
    clearTimeout(this.#giveBack);
    this.#isLent = false;
    // They are on the device from now on: whoever comes before they do anything waits for them.
    this.#inFlight += this.#batches.length;
    for (const resolve of this.#batches.splice(0)) resolve();
  }
}
