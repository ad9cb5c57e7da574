/**
 * The index that is at a place now: opened once, and again when somebody has deleted it and made another in its place.
 *
 * Without this a process that lives long, such as `ferris mcp`, would go on answering from a file that nobody else can see, or with a server's number of an index that is no more.
 */
import { IndexNotFoundError } from "./errors.ts";
import { homeOf } from "./indexing/moved-home.ts";
import { openIndex, type Place } from "./store/index.ts";
import type { StoreReader } from "./store/store.ts";

/** How long calls may go on reading from an index that another one has replaced, in milliseconds; it takes disk space and an open file meanwhile. */
const graceOfReplaced = 60_000;

export class CurrentReader {
  readonly #place: Place;
  readonly #onReplaced: () => void;
  readonly #onNotice: (line: string) => void;
  #open: Promise<StoreReader> | null = null;
  /** Calls may still be reading from them; each with the timer that closes it. */
  readonly #replaced = new Map<StoreReader, NodeJS.Timeout>();

  /**
   * @param onReplaced what was learnt from the index before is not true of the one there now
   * @param onNotice receives a line where the index was moved or copied since it was brought up to date
   */
  constructor(place: Place, onReplaced: () => void, onNotice: (line: string) => void) {
    this.#place = place;
    this.#onReplaced = onReplaced;
    this.#onNotice = onNotice;
  }

  /** @throws IndexNotFoundError, IndexUnusableError, StoreUnreachableError */
  async get(): Promise<StoreReader> {
    const open = (this.#open ??= this.#openIndex());
    const reader = await open.catch((error: unknown) => {
      // So that the next call looks again: an index may have been made meanwhile.
      if (this.#open === open) this.#open = null;
      throw error;
    });
    if (await reader.isCurrent()) return reader;
    // Another call may have seen it first.
    if (this.#open === open) {
      this.#open = null;
      this.#closeLater(reader);
      this.#onReplaced();
    }
    return this.get();
  }

  /** The model that the index was made with; null where there is no index yet. */
  async recordedModel(): Promise<string | null> {
    try {
      return (await this.get()).identity.model;
    } catch (error) {
      if (error instanceof IndexNotFoundError) return null;
      throw error;
    }
  }

  async #openIndex(): Promise<StoreReader> {
    const place = this.#place;
    const reader = await openIndex(place, { onNotice: this.#onNotice });
    if (typeof place !== "string") return reader;
    const [home, before] = [homeOf(place), await reader.home()];
    if (home !== null && before !== null && before !== home) {
      this.#onNotice(
        `The index was made in ${before} and is in ${home} now; indexing brings the paths of its documents along.`,
      );
    }
    return reader;
  }

  #closeLater(reader: StoreReader): void {
    const timer = setTimeout(() => {
      this.#replaced.delete(reader);
      // Nobody asks it anything any more, and what it was an index of is gone.
      void reader.close().catch(() => undefined);
    }, graceOfReplaced);
    timer.unref();
    this.#replaced.set(reader, timer);
  }

  async close(): Promise<void> {
    const replaced = [...this.#replaced];
    this.#replaced.clear();
    for (const [, timer] of replaced) clearTimeout(timer);
    // Where opening failed, somebody has been told.
    const last = await this.#open?.catch(() => null);
    this.#open = null;
    const readers = [...replaced.map(([reader]) => reader), ...(last ? [last] : [])];
    await Promise.all(readers.map((reader) => reader.close()));
  }
}
