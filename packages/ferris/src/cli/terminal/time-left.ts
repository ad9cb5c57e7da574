/**
 * A time left that a person can plan by: estimates of it jump, since files differ and calls to a model come in lumps, and what is shown
 * must not.
 *
 * Each estimate says when the work would end. What is shown counts down to an end that stays until the middle of the last half minute's
 * estimates is clearly another one. Nothing is shown until there are a few seconds of them.
 */

const windowMilliseconds = 30_000;
const silentMilliseconds = 3_000;
/** The shown end moves when the estimates differ from it by more than this share of what is left. */
const tolerance = 0.2;

export class TimeLeft {
  readonly #estimates: { readonly time: number; readonly end: number }[] = [];
  #first: number | null = null;
  #end: number | null = null;

  /**
   * Seconds left to show, rounded as they are said; null while nothing is known.
   *
   * @param time milliseconds, of the clock that the others were told by
   * @param secondsLeft the estimate now; null for none
   */
  tell(time: number, secondsLeft: number | null): number | null {
    this.#first ??= time;
    if (secondsLeft !== null) this.#estimates.push({ time, end: time + secondsLeft * 1000 });
    while (this.#estimates.length > 1 && this.#estimates[0]!.time < time - windowMilliseconds) this.#estimates.shift();
    if (this.#estimates.length === 0 || time - this.#first < silentMilliseconds) return null;
    const end = this.#middle();
    if (this.#end === null || Math.abs(end - this.#end) > tolerance * Math.max(end - time, this.#end - time)) {
      this.#end = end;
    }
    return rounded(Math.max(0, this.#end - time) / 1000);
  }

  #middle(): number {
    const ends = this.#estimates.map(({ end }) => end).toSorted((a, b) => a - b);
    return ends[Math.floor(ends.length / 2)]!;
  }
}

/** To steps of 1, 5 or 10 seconds, a minute, five minutes: no more than is known. */
function rounded(seconds: number): number {
  const step = seconds < 10 ? 1 : seconds < 60 ? 5 : seconds < 600 ? 10 : seconds < 3600 ? 60 : 300;
  return Math.max(0, Math.ceil(seconds / step - 1e-9) * step);
}
