/**
 * One line of progress on stderr: how far, how fast, how long still.
 *
 * On a terminal the line is redrawn in place, ten times a second at most; anywhere else (a log, a pipe) a plain line is written
 * every five seconds, so that a log stays readable. It knows nothing of indexing: callers say how much of what is done. Writes
 * nothing when quiet. `finish` or `note` must be called before anything else is written to stderr.
 */
import { compact, duration, grouped, shorten } from "./text.ts";
import { TimeLeft } from "./time-left.ts";
import { columnsOf } from "./width.ts";

/** Where the work stands. `total` is absent while it is not yet known. */
export interface ProgressState {
  /** What is being done, one or two words: "indexing", "downloading". */
  readonly label: string;
  readonly done: number;
  readonly total?: number;
  /** The word after the counts, in the plural: "chunks". */
  readonly unit: string;
  /** How much of the work that is, in [0, 1], where the counts do not say it: files differ in size. */
  readonly share?: number;
  /** By a better estimate than the rate of `done`; null while there is none. */
  readonly secondsLeft?: number | null;
  /** Something more to show in place of the rate of `done`: "6.2k tokens/s". */
  readonly detail?: string;
}

/** What a progress line is written to; `process.stderr` is one. */
export interface ProgressStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

export interface ProgressOptions {
  /** Write nothing at all. */
  readonly quiet?: boolean;
  /** TERM=dumb and the like: plain lines even on a terminal. */
  readonly plain?: boolean;
  /** Milliseconds; tests bring their own clock. */
  readonly now?: () => number;
}

const redrawMs = 100;
const lineMs = 5000;
/** The rate follows the last few seconds, since the first files are rarely like the rest. */
const rateHalfLifeMs = 4000;
const barWidth = 24;

export class Progress {
  readonly #stream: ProgressStream;
  readonly #quiet: boolean;
  readonly #redraws: boolean;
  readonly #now: () => number;
  #lastWrite = Number.NEGATIVE_INFINITY;
  #lastSample: { time: number; done: number } | null = null;
  #rate: number | null = null;
  readonly #timeLeft = new TimeLeft();
  #drawn = false;

  constructor(
    stream: ProgressStream,
    { quiet = false, plain = false, now = () => performance.now() }: ProgressOptions = {},
  ) {
    this.#stream = stream;
    this.#quiet = quiet;
    this.#redraws = stream.isTTY === true && !plain;
    this.#now = now;
    this.#lastWrite = this.#redraws ? Number.NEGATIVE_INFINITY : now();
  }

  /** Says where the work stands; writes only as often as the stream can bear. */
  update(state: ProgressState): void {
    if (this.#quiet) return;
    const time = this.#now();
    if (time - this.#lastWrite < (this.#redraws ? redrawMs : lineMs)) return;
    this.#lastWrite = time;
    this.#sample(time, state.done);
    if (this.#redraws) this.#redraw(state);
    else this.#stream.write(`${this.#describe(state).join(", ")}\n`);
  }

  /** A whole line (without its newline) that stays, with the progress line below it. */
  note(line: string): void {
    if (this.#quiet) return;
    this.#erase();
    this.#stream.write(`${line}\n`);
    if (this.#redraws) this.#lastWrite = Number.NEGATIVE_INFINITY;
  }

  /** Removes the progress line. More may follow. */
  finish(): void {
    this.#erase();
  }

  #sample(time: number, done: number): void {
    const last = this.#lastSample;
    this.#lastSample = { time, done };
    if (last === null || time <= last.time || done < last.done) return;
    const rate = (done - last.done) / (time - last.time);
    const keep = 0.5 ** ((time - last.time) / rateHalfLifeMs);
    this.#rate = this.#rate === null ? rate : keep * this.#rate + (1 - keep) * rate;
  }

  #describe({ label, done, total, unit, detail, secondsLeft }: ProgressState): string[] {
    const parts: string[] = [];
    if (total === undefined) parts.push(`${label} ${grouped(done)} ${unit}`);
    else parts.push(`${label} ${grouped(done)} of ${grouped(total)} ${unit}`);
    const rate = this.#rate === null ? 0 : this.#rate * 1000;
    if (detail !== undefined) parts.push(...(detail === "" ? [] : [detail]));
    else if (rate > 0) parts.push(`${compact(rate)}/s`);
    if (secondsLeft === undefined && rate > 0 && total !== undefined) secondsLeft = (total - done) / rate;
    const left = this.#timeLeft.tell(this.#lastWrite, secondsLeft ?? null);
    if (left !== null && left > 0) parts.push(left < 10 ? `${left} s left` : `${duration(left)} left`);
    return parts;
  }

  #redraw(state: ProgressState): void {
    // A terminal that does not say how wide it is says 0.
    const columns = this.#stream.columns || 80;
    let line = this.#describe(state).join("  ");
    const share = Math.min(1, state.share ?? (state.total ? state.done / state.total : Number.NaN));
    if (!Number.isNaN(share)) {
      const filled = Math.round(share * barWidth);
      const bar = `${"━".repeat(filled)}${"─".repeat(barWidth - filled)} ${Math.floor(share * 100)} %`.padEnd(
        barWidth + 6,
      );
      if (columnsOf(line) + barWidth + 8 < columns) line = `${bar}  ${line}`;
    }
    // A line that wraps cannot be erased by returning to its start.
    if (columnsOf(line) >= columns) line = shorten(line, Math.max(1, columns - 1));
    this.#stream.write(`\r\u001b[2K${line}`);
    this.#drawn = true;
  }

  #erase(): void {
    if (!this.#drawn) return;
    this.#stream.write("\r\u001b[2K");
    this.#drawn = false;
  }
}
