/**
 * How long to sleep before asking for a batch's results.
 *
 * Dawn in Node waits by spinning a core: no delay, but 100 % of the main thread, and on a small machine it takes the core that a
 * software adapter computes on. So when a batch is predicted to take more than a few milliseconds, the runner sleeps until shortly
 * before its predicted end. Short batches are waited for at once: a sleep could only add to them.
 */

/** A batch shorter than this is not worth a timer, which is a millisecond late at best. */
const shortest = 2;

/** How long before the predicted end the wait begins, in milliseconds. */
const margin = 5;

export interface Flight {
  readonly tokens: number;
  /** performance.now() when the GPU can have begun: at submission, or when the batch before it is predicted to end. */
  readonly begun: number;
  readonly predictedEnd: number;
}

export class WaitPolicy {
  /** Milliseconds a token takes, a moving average; 0 until the first batch came back. */
  #perToken = 0;
  #lastEnd = 0;

  /** Notes a submission and predicts its end. */
  submitted(tokens: number): Flight {
    const begun = Math.max(performance.now(), this.#lastEnd);
    const flight = { tokens, begun, predictedEnd: begun + tokens * this.#perToken };
    this.#lastEnd = flight.predictedEnd;
    return flight;
  }

  /** Sleeps until shortly before the predicted end, or not at all. */
  async sleep(flight: Flight): Promise<void> {
    const left = flight.predictedEnd - performance.now();
    if (left <= shortest) return;
    const pause = Math.max(left - margin, left * 0.5);
    if (pause >= 1) await new Promise((resolve) => setTimeout(resolve, pause));
  }

  /** Learns from a batch that came back. */
  completed(flight: Flight): void {
    const now = performance.now();
    const measured = (now - Math.min(flight.begun, now)) / flight.tokens;
    this.#perToken = this.#perToken === 0 ? measured : this.#perToken * 0.7 + measured * 0.3;
    if (this.#lastEnd > flight.predictedEnd) this.#lastEnd += now - flight.predictedEnd;
    else this.#lastEnd = now;
  }

  /** Tokens that a batch of `milliseconds` holds at the measured rate; Infinity when nothing has been measured. */
  tokensWithin(milliseconds: number): number {
    return this.#perToken === 0 ? Infinity : Math.floor(milliseconds / this.#perToken);
  }
}
