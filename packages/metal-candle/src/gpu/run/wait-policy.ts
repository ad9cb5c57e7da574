/**
 * How long to sleep before asking for a batch's results.
 *
 * Dawn in Node waits by spinning a core: no delay, but 100 % of the main thread, and on a small machine it takes the core that a
 * software adapter computes on. So when a batch is predicted to take long, the runner sleeps until shortly before its predicted
 * end. Short batches are waited for at once: a sleep could only add to them.
 *
 * Only a wait that had to wait measures the device. Results that were there when they were asked for say no more than "not longer
 * than this": the sleep was too long, or the host was busy with the next batch. Learning from those as if they were measurements
 * makes every sleep the reason for the next one.
 */
import { median } from "../../median.ts";

/** A batch that has less than this left is not slept for, in milliseconds: timers are late, and so is a host that packs batches. */
const shortest = 8;

/** How long before the predicted end the wait begins, in milliseconds. */
const margin = 5;

/** Results that arrive within this of being asked for were there before, in milliseconds. */
const instant = 0.3;

/** The same after a sleep, which was to end `margin` before them: what comes much sooner than that is delivery, not waiting. */
const instantAfterSleep = margin / 3;

/** What is left of the trust in an estimate that proved too long, when nothing says by how much. */
const distrust = 0.7;

/** Measurements that an estimate rests on: their median, so that one stall of the host does not skew it. */
const remembered = 5;

/** The same for what bounds submits: late timers make single measurements wrong. */
const rememberedRates = 7;

/** What of the very first measurement sleeps rely on: that batch paid for memory and pipelines touched for the first time. */
const firstTrust = 0.2;

export interface Flight {
  readonly tokens: number;
  /** performance.now() at submission. */
  readonly submitted: number;
  /** What it is predicted to take from when the device turns to it, in milliseconds. */
  readonly duration: number;
  /** Whether its wait began with a sleep. */
  slept: boolean;
  /** Ends its sleep. */
  wake: (() => void) | null;
}

export class WaitPolicy {
  /** The last measurements of what a token takes, in milliseconds, newest last; a bound from above where nothing was measured. */
  #measured: number[] = [];
  /** What of it sleeps rely on: less than 1 since the last real measurement if results were there before they were asked for. */
  #trust = 1;
  /** Tokens of the largest batch that was learned from. */
  #learnedFrom = 0;
  /**
   * What a token of a large batch took, in milliseconds, the last few, newest last: what submits are bounded by. Apart from what sleeps
   * rely on, because a wrong guess costs something else here: none of these may come from a batch whose beginning is not known.
   */
  #rates: number[] = [];
  /** Submitted and not back, in the order in which the device takes them. */
  readonly #inFlight: Flight[] = [];
  /** When the last batch came back, and whether it had been waited for: if not, the device was done with it before. */
  #lastCompleted = { at: 0, waited: true };

  /**
   * Notes a submission and predicts what it takes. A batch larger than any before is predicted to take as long as the largest did:
   * more would be a guess, because what a small batch takes is mostly not its tokens.
   */
  submitted(tokens: number): Flight {
    const trust = this.#measured.length === 1 ? Math.min(this.#trust, firstTrust) : this.#trust;
    const duration = Math.min(tokens, this.#learnedFrom) * this.#perToken() * trust;
    const flight = { tokens, submitted: performance.now(), duration, slept: false, wake: null };
    this.#inFlight.push(flight);
    return flight;
  }

  /** Sleeps until shortly before the predicted end, or not at all. Predicts again whenever a batch before it comes back, or is late. */
  async sleep(flight: Flight): Promise<void> {
    for (;;) {
      const left = this.#predictedEnd(flight) - performance.now();
      if (left < shortest) return;
      flight.slept = true;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left - margin);
        flight.wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      flight.wake = null;
    }
  }

  /**
   * Learns from a batch that came back.
   * @param asked performance.now() when its results were asked for
   */
  completed(flight: Flight, asked: number): void {
    const now = performance.now();
    const waited = now - asked > (flight.slept ? instantAfterSleep : instant);
    // If the one before was done some time before it was asked for, nobody knows when the device turned to this one.
    const last = this.#lastCompleted;
    const startKnown = last.waited || last.at <= flight.submitted;
    const start = startKnown ? Math.max(flight.submitted, last.at) : flight.submitted;
    this.#learnRate(flight, now - start, now - flight.submitted, waited && startKnown);
    this.#learn(flight, now - start, waited, startKnown);
    this.#lastCompleted = { at: now, waited };
    this.#left(flight);
  }

  /** A batch that will not come back. */
  abandoned(flight: Flight): void {
    this.#left(flight);
  }

  #left(flight: Flight): void {
    const place = this.#inFlight.indexOf(flight);
    if (place >= 0) this.#inFlight.splice(place, 1);
    for (const other of this.#inFlight) other.wake?.();
  }

  #predictedEnd(flight: Flight): number {
    const now = performance.now();
    let end = this.#lastCompleted.at;
    for (const other of this.#inFlight) {
      end = Math.max(end, other.submitted) + other.duration;
      if (other === flight) break;
      // It is not back: whatever was predicted, the next one has not begun.
      end = Math.max(end, now);
    }
    return end;
  }

  #learn({ tokens }: Flight, milliseconds: number, waited: boolean, startKnown: boolean): void {
    const measured = milliseconds / tokens;
    if (tokens > 2 * this.#learnedFrom) {
      this.#measured = [measured];
      this.#trust = 1;
    } else if (2 * tokens < this.#learnedFrom) {
      // A token's share of a small batch is mostly overhead: a bound from above.
      this.#bound(measured);
    } else if (waited && startKnown) {
      // After sleeps that were too long, what was believed before them is not a measurement to keep.
      this.#measured = [...(this.#trust < 1 ? [] : this.#measured), measured].slice(-remembered);
      this.#trust = 1;
    } else {
      this.#bound(measured);
      if (!waited) this.#trust *= distrust;
    }
    this.#learnedFrom = Math.max(this.#learnedFrom, tokens);
  }

  /**
   * `most` is how long the batch was away, which is never less than the device worked on it: all that is known where it came back unseen, or
   * behind another one that did. Such a bound counts only if it is below what was believed.
   */
  #learnRate({ tokens }: Flight, milliseconds: number, most: number, isMeasured: boolean): void {
    if (2 * tokens < this.#learnedFrom) return;
    const rate = (isMeasured ? milliseconds : most) / tokens;
    if (tokens > 2 * this.#learnedFrom) this.#rates = [rate];
    else if (isMeasured || rate < median(this.#rates)) this.#rates = [...this.#rates, rate].slice(-rememberedRates);
  }

  #bound(most: number): void {
    this.#measured = this.#measured.map((measured) => Math.min(measured, most));
  }

  /** The median of what was measured; 0 until a batch came back. */
  #perToken(): number {
    return this.#measured.length === 0 ? 0 : median(this.#measured);
  }

  /** Tokens that a batch of `milliseconds` holds; Infinity when nothing has been measured. */
  tokensWithin(milliseconds: number): number {
    return this.#rates.length === 0 ? Infinity : Math.floor(milliseconds / median(this.#rates));
  }

  /** What a batch of this many tokens is expected to take on the device; null when nothing has been measured. */
  milliseconds(tokens: number): number | null {
    return this.#rates.length === 0 ? null : tokens * median(this.#rates);
  }
}
