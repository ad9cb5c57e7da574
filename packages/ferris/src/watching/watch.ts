/**
 * Calls back at once, and again whenever something below some paths has changed and then been quiet for a moment.
 *
 * What changed is not told: the callback looks for itself (indexing compares every file with what it knows, which is quick), so
 * a doubled or misnamed event costs nothing. A call that is still at work when something changes is told, so that what is new need not wait for all of
 * it. Renames of whole folders and switches of branches are many events and one call. A
 * folder that is replaced by another of its name (a fresh checkout) is watched again.
 */
import { resolve } from "node:path";
import { IndexBusyError, StoreUnreachableError } from "../errors.ts";
import { FolderWatch } from "./folder-watch.ts";

export interface PathWatchOptions {
  /** Ends watching; the promise of `watch` then resolves. A call that is under way is waited for. */
  readonly signal: AbortSignal;
  /** What happens below these folders does not count: the index itself. */
  readonly ignoredFolders?: readonly string[] | undefined;
  /** How long nothing may happen before the call. */
  readonly quietMilliseconds?: number | undefined;
  /** The longest that a call is put off while changes keep coming. */
  readonly patienceMilliseconds?: number | undefined;
}

/** Another writer ends, a server comes back: so many milliseconds until the next try, if nothing changes before. */
const retryMilliseconds = 15_000;

/** When to try again what ended so; undefined where only a change can help. */
export function retryAfter(error: unknown): number | undefined {
  return error instanceof IndexBusyError || error instanceof StoreUnreachableError ? retryMilliseconds : undefined;
}

/** Does `work`; what it throws goes to `told`, which throws what ends the watching. @returns when to try again, as `watch` takes it */
export async function orLater(work: () => Promise<void>, told: (error: unknown) => void): Promise<number | undefined> {
  try {
    await work();
    return undefined;
  } catch (error) {
    told(error);
    return retryAfter(error);
  }
}

/** How often the watched paths are checked for being the same folders still. */
const checkMs = 1000;

/**
 * Watches files and folders, which need not exist yet, until `signal`. Calls never overlap.
 *
 * @throws InputError when the system has no more watches to give
 */
export async function watch(
  paths: readonly string[],
  /**
   * `news` is aborted when something has changed meanwhile: another call follows as soon as this one has ended. What could not be done now is
   * tried again after the milliseconds that it returns, or at the next change.
   */
  onChange: (news: AbortSignal) => Promise<number | undefined>,
  { signal, ignoredFolders = [], quietMilliseconds = 300, patienceMilliseconds = 3000 }: PathWatchOptions,
): Promise<void> {
  const changes = new Changes();
  const ignored = ignoredFolders.map((path) => resolve(path));
  const watches = paths.map((path) => new FolderWatch(resolve(path), ignored, () => changes.note()));
  const refresh = (): Promise<unknown> => Promise.all(watches.map((place) => place.refresh()));
  const noteReplaced = async (): Promise<void> => {
    const current = await Promise.all(watches.map((place) => place.isCurrent()));
    if (current.includes(false)) changes.note();
  };
  const check = setInterval(() => void noteReplaced(), checkMs);
  const stop = (): void => changes.note();
  signal.addEventListener("abort", stop, { once: true });
  try {
    while (!signal.aborted) {
      // Listening first and looking then, so that nothing falls between the two.
      await refresh();
      const news = changes.news(quietMilliseconds, patienceMilliseconds);
      let again: number | undefined;
      try {
        again = await onChange(news.signal);
      } finally {
        news.end();
      }
      const timer = again === undefined ? undefined : setTimeout(() => changes.note(), again);
      await changes.settled(quietMilliseconds, patienceMilliseconds, signal);
      clearTimeout(timer);
    }
  } finally {
    signal.removeEventListener("abort", stop);
    clearInterval(check);
    for (const place of watches) place.close();
  }
}

/** Counts changes, and waits for quiet after one. */
class Changes {
  #count = 0;
  #seen = 0;
  #wake: () => void = () => {};
  #onNote: () => void = () => {};

  note(): void {
    this.#count++;
    this.#wake();
    this.#onNote();
  }

  /**
   * A signal that is aborted when something changes from now on and has been quiet for a moment, though not before `least` milliseconds, so
   * that work which gives way to it gets on under constant changes.
   */
  news(quiet: number, least: number): { readonly signal: AbortSignal; end(): void } {
    const controller = new AbortController();
    const earliest = performance.now() + least;
    let timer: NodeJS.Timeout | undefined;
    this.#onNote = () => {
      clearTimeout(timer);
      timer = setTimeout(() => controller.abort(), Math.max(quiet, earliest - performance.now()));
    };
    const end = (): void => {
      this.#onNote = () => {};
      clearTimeout(timer);
    };
    return { signal: controller.signal, end };
  }

  /** Resolves some time after a change that no earlier call has seen, or at once when the signal comes. */
  async settled(quiet: number, patience: number, signal: AbortSignal): Promise<void> {
    if (this.#count === this.#seen && !signal.aborted) await this.#next(Number.POSITIVE_INFINITY);
    const deadline = performance.now() + patience;
    let before: number;
    do {
      before = this.#count;
      if (!signal.aborted) await this.#next(Math.min(quiet, deadline - performance.now()));
    } while (this.#count !== before && performance.now() < deadline && !signal.aborted);
    this.#seen = this.#count;
  }

  /** The next change, or `milliseconds` without one. */
  #next(milliseconds: number): Promise<void> {
    return new Promise((done) => {
      const timer = Number.isFinite(milliseconds)
        ? setTimeout(() => this.#wake(), Math.max(0, milliseconds))
        : undefined;
      this.#wake = () => {
        clearTimeout(timer);
        this.#wake = () => {};
        done();
      };
    });
  }
}
