/**
 * Something that is loaded once for all who ask: a model, whose load may take a download. Each caller waits with a signal of its own, and
 * an abort ends that caller's waiting alone; the load itself is aborted when nobody waits for it any more.
 */
import { orAborted } from "../indexing/or-aborted.ts";

interface Loading<T> {
  readonly value: Promise<T>;
  readonly abort: AbortController;
  /** Callers that wait for it. */
  waiting: number;
  /** Whether it has ended, one way or the other. */
  done: boolean;
}

export class SharedLoad<T> {
  readonly #release: (value: T) => Promise<void>;
  #current: Loading<T> | null = null;
  /** Loads that nobody waits for, on their way to an end. */
  readonly #abandoned = new Set<Promise<void>>();

  /** @param release frees what was loaded */
  constructor(release: (value: T) => Promise<void>) {
    this.#release = release;
  }

  /** What is loaded or being loaded, or null. */
  get value(): Promise<T> | null {
    return this.#current?.value ?? null;
  }

  /** The loaded value. `load` is called where there is none yet; after a failure, by the next who asks. */
  async get(load: (signal: AbortSignal) => Promise<T>, signal?: AbortSignal): Promise<T> {
    signal?.throwIfAborted();
    const loading = (this.#current ??= this.#start(load));
    loading.waiting++;
    try {
      return await (signal === undefined ? loading.value : orAborted(loading.value, signal));
    } finally {
      loading.waiting--;
      if (loading.waiting === 0 && !loading.done) this.#abandon(loading, signal?.reason);
    }
  }

  /** Frees what was loaded, also what is still on its way: that is aborted, unless somebody waits for it. */
  async close(): Promise<void> {
    const loading = this.#current;
    this.#current = null;
    if (loading?.done === false) {
      if (loading.waiting === 0) this.#abandon(loading, undefined);
      else await Promise.allSettled([loading.value]);
    }
    await Promise.all(this.#abandoned);
    // A load that failed has been told to those who waited for it.
    const [loaded] = await Promise.allSettled([loading?.value]);
    if (loading?.done && loaded?.status === "fulfilled") await this.#release(loaded.value as T);
  }

  #start(load: (signal: AbortSignal) => Promise<T>): Loading<T> {
    const abort = new AbortController();
    const loading: Loading<T> = { value: load(abort.signal), abort, waiting: 0, done: false };
    loading.value.then(
      () => (loading.done = true),
      () => {
        loading.done = true;
        if (this.#current === loading) this.#current = null;
      },
    );
    return loading;
  }

  #abandon(loading: Loading<T>, reason: unknown): void {
    if (this.#current === loading) this.#current = null;
    loading.abort.abort(reason);
    const ending: Promise<void> = loading.value
      .then(
        (late) => this.#release(late),
        () => undefined,
      )
      .finally(() => this.#abandoned.delete(ending));
    this.#abandoned.add(ending);
  }
}
