/**
 * Who may come in: as many requests at a time as there are permits, and as many texts as may wait. More are told to come again, at once,
 * rather than queued without bound.
 */
import { Problem } from "./problems.ts";

export interface AdmissionLimits {
  readonly requests: number;
  readonly texts: number;
}

export const usualLimits: AdmissionLimits = { requests: 512, texts: 100_000 };

export class Admission {
  readonly #limits: AdmissionLimits;
  #requests = 0;
  #texts = 0;
  #idle: (() => void)[] = [];

  constructor(limits: AdmissionLimits = usualLimits) {
    this.#limits = limits;
  }

  get requests(): number {
    return this.#requests;
  }

  get texts(): number {
    return this.#texts;
  }

  /** Runs `work` for a request of `texts` texts. @throws Problem when there is no room */
  async run<Result>(texts: number, work: () => Promise<Result>): Promise<Result> {
    // A request may be larger than the limit: alone it is let in.
    const full =
      this.#requests >= this.#limits.requests || (this.#texts > 0 && this.#texts + texts > this.#limits.texts);
    if (full) {
      throw new Problem("overloaded", `the server is busy with ${this.#requests} requests: try again`, {
        retryAfter: 1,
      });
    }
    this.#requests++;
    this.#texts += texts;
    try {
      return await work();
    } finally {
      this.#requests--;
      this.#texts -= texts;
      if (this.#requests === 0) for (const done of this.#idle.splice(0)) done();
    }
  }

  /** When all that was let in is done. */
  async idle(): Promise<void> {
    if (this.#requests > 0) await new Promise<void>((resolve) => this.#idle.push(resolve));
  }
}
