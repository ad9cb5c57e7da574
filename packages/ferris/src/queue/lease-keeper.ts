/** Renews the leases of what a worker holds, and says that it lives, while it works. */
import type { Claim } from "./job.ts";
import type { JobQueue } from "./job-queue.ts";
import type { WorkerList } from "./worker-list.ts";

export interface LeaseOptions {
  readonly queue: JobQueue;
  readonly workers: WorkerList;
  /** The worker. */
  readonly id: string;
  readonly devices: string;
  readonly leaseSeconds: number;
}

/** In one lease. */
const beats = 4;
/** Between two beats of a long lease: who is silent for half a minute is not listed any more. */
const longestPause = 10_000;

export class LeaseKeeper {
  readonly #held = new Set<Claim>();
  readonly #timer: NodeJS.Timeout;
  #beating: Promise<unknown> = Promise.resolve();

  constructor({ queue, workers, id, devices, leaseSeconds }: LeaseOptions) {
    const beat = (): void => {
      const held = [...this.#held];
      // A beat that fails is tried again by the next; if none gets through, the lease ends as it should.
      this.#beating = Promise.all([
        workers.greet(id, devices),
        held.length > 0 && queue.renew(held, leaseSeconds),
      ]).catch(() => {});
    };
    this.#timer = setInterval(beat, Math.min(longestPause, (leaseSeconds * 1000) / beats));
  }

  /** Renewed until `work` has ended. */
  async during(claims: readonly Claim[], work: () => Promise<void>): Promise<void> {
    for (const claim of claims) this.#held.add(claim);
    try {
      await work();
    } finally {
      for (const claim of claims) this.#held.delete(claim);
    }
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#beating;
  }
}
