/**
 * How much may still be queued: contents lie in the database until a worker has them. It looks at the queue seldom, because to look is to read
 * all of it.
 */
import type { JobList } from "./job-list.ts";

export interface QueueLimits {
  readonly jobs: number;
  readonly bytes: number;
}

export interface RoomOptions {
  readonly signal?: AbortSignal | undefined;
  /** Told when it begins to wait for workers. */
  readonly onWait?: (() => void) | undefined;
}

const waitPause = 500;
/** Of the limits: who had to wait goes on when this much is free. */
const worthGoingOn = 1 / 8;

export class QueueRoom {
  readonly #list: JobList;
  readonly #most: QueueLimits;
  #jobs = 0;
  #bytes = 0;

  constructor(list: JobList, most: QueueLimits) {
    this.#list = list;
    this.#most = most;
  }

  /** Waits until there is room for these: in an empty queue for any. Rejects with the signal's reason. */
  async take(jobs: number, bytes: number, { signal, onWait }: RoomOptions): Promise<void> {
    for (let waits = 0; jobs > this.#jobs || bytes > this.#bytes; waits++) {
      const now = await this.#list.counts();
      const queued = now.waiting + now.running;
      const free = { jobs: this.#most.jobs - queued, bytes: this.#most.bytes - now.bytes };
      // Half of it: others queue as well, and take of the same.
      this.#jobs = free.jobs / 2;
      this.#bytes = free.bytes / 2;
      const share = waits === 0 ? 0 : worthGoingOn;
      const isRoom =
        free.jobs >= Math.max(jobs, share * this.#most.jobs) && free.bytes >= Math.max(bytes, share * this.#most.bytes);
      if (queued === 0 || isRoom) break;
      if (waits === 0) onWait?.();
      await new Promise((resolve) => setTimeout(resolve, waitPause));
      signal?.throwIfAborted();
    }
    this.#jobs -= jobs;
    this.#bytes -= bytes;
  }
}
