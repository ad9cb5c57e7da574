/**
 * How long each stage of a run worked. Waiting for another stage is not work.
 */
import type { Stage, StageTime } from "./report.ts";

export class StageClock {
  readonly #seconds: Record<Stage, number> = { walk: 0, parse: 0, chunk: 0, tokenize: 0, embed: 0, write: 0 };
  readonly #started = performance.now();
  #embedding = 0;
  #embeddingSince = 0;

  /** Since the run began. */
  get seconds(): number {
    return (performance.now() - this.#started) / 1000;
  }

  add(stage: Stage, seconds: number): void {
    this.#seconds[stage] += seconds;
  }

  /** Runs `work`, which may wait for files but not for other stages. */
  async time<T>(stage: Stage, work: () => T | Promise<T>): Promise<T> {
    const started = performance.now();
    try {
      return await work();
    } finally {
      this.add(stage, (performance.now() - started) / 1000);
    }
  }

  /** The same for calls to the model, several of which may be under way: the time in which at least one is. */
  async embedding<T>(work: () => Promise<T>): Promise<T> {
    if (this.#embedding++ === 0) this.#embeddingSince = performance.now();
    try {
      return await work();
    } finally {
      if (--this.#embedding === 0) this.add("embed", (performance.now() - this.#embeddingSince) / 1000);
    }
  }

  times(): Record<Stage, StageTime> {
    const total = this.seconds;
    const entries = Object.entries(this.#seconds).map(([stage, seconds]) => [
      stage,
      { seconds, busy: seconds / total },
    ]);
    return Object.fromEntries(entries) as Record<Stage, StageTime>;
  }
}
