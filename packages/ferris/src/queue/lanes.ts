/**
 * How the lanes of a worker share it: one of them claims at a time, what may bring the worker down is done with nothing beside it, and it is
 * known for how long any of them had work.
 */
export interface LaneWork<Claims> {
  claim(): Promise<Claims>;
  /** Whether nothing else may be under way beside these. */
  isAlone(claims: Claims): boolean;
  /** Begins at once; with `others` it waits for what is under way. */
  work(claims: Claims, others: Promise<unknown>): Promise<void>;
}

export class Lanes<Claims extends readonly unknown[]> {
  readonly #lane: LaneWork<Claims>;
  readonly #underWay = new Set<Promise<void>>();
  #claiming: Promise<unknown> = Promise.resolve();
  #busySince = 0;
  #busyMilliseconds = 0;

  constructor(lane: LaneWork<Claims>) {
    this.#lane = lane;
  }

  /** Claims, and does the work. Returns whether there was any. */
  async next(): Promise<boolean> {
    const turn = this.#claiming.then(async () => {
      const claims = await this.#lane.claim();
      if (claims.length === 0) return null;
      const isAlone = this.#lane.isAlone(claims);
      const others = isAlone ? Promise.allSettled(this.#underWay) : Promise.resolve();
      const done = this.#counted(this.#lane.work(claims, others));
      // Whoever is alone keeps the turn.
      if (isAlone) await done;
      return { done };
    });
    this.#claiming = turn.catch(() => {});
    const begun = await turn;
    await begun?.done;
    return begun !== null;
  }

  /** Seconds in which any lane had work, since this was asked last. */
  takeBusySeconds(): number {
    if (this.#underWay.size > 0) this.#count();
    const seconds = this.#busyMilliseconds / 1000;
    this.#busyMilliseconds = 0;
    return seconds;
  }

  async #counted(work: Promise<void>): Promise<void> {
    if (this.#underWay.size === 0) this.#busySince = performance.now();
    this.#underWay.add(work);
    try {
      await work;
    } finally {
      this.#count();
      this.#underWay.delete(work);
    }
  }

  #count(): void {
    const now = performance.now();
    this.#busyMilliseconds += now - this.#busySince;
    this.#busySince = now;
  }
}
