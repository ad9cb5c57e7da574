/**
 * Results while somebody types: by words at once, the last of them as a beginning, and in the mode that was asked for as soon as the model
 * answers. Each key ends the search before it.
 */
import type { FerrisSearchOptions } from "../../options.ts";
import type { From } from "../../search/merge.ts";
import type { SearchMode } from "../../search/result.ts";
import { type NamedFerris, searchIndexes, type SeveralAnswers } from "../../several-indexes.ts";

export type Found = From<NamedFerris>;

export interface LiveState {
  /** What the results answer. */
  readonly query: string;
  readonly found: readonly Found[];
  /** The results' own mode. */
  readonly mode: SearchMode;
  /** Whether more is to come. */
  readonly isSearching: boolean;
  /** Why there is nothing, or less than was asked for; a line for a person. */
  readonly note: string | null;
}

/** The search by meaning waits until this long after the last key. */
const pauseMilliseconds = 120;

export class LiveSearch {
  readonly #indexes: readonly NamedFerris[];
  readonly #options: Omit<FerrisSearchOptions, "mode" | "signal">;
  readonly #onChange: () => void;
  #mode: SearchMode;
  #abort = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  /** What of it still runs: closing an index waits for these. */
  readonly #running = new Set<Promise<void>>();
  state: LiveState;

  /** @param onChange told after each change of `state` */
  constructor(
    indexes: readonly NamedFerris[],
    { mode = "hybrid", ...options }: Omit<FerrisSearchOptions, "signal">,
    onChange: () => void,
  ) {
    this.#indexes = indexes;
    this.#options = options;
    this.#mode = mode;
    this.#onChange = onChange;
    this.state = { query: "", found: [], mode, isSearching: false, note: null };
  }

  get mode(): SearchMode {
    return this.#mode;
  }

  /** Loads the models before anybody asks them. Where one cannot be loaded the words answer alone, and the state says why. */
  warmUp(): void {
    if (this.#mode === "text") return;
    this.#run(async () => {
      await searchIndexes(this.#indexes, "hello", { mode: "vector", limit: 1 }).catch((error: Error) => {
        this.#mode = "text";
        this.#set({ note: `by words alone: ${error.message}` });
      });
    });
  }

  /** The next of hybrid, vector and text, for what was typed. */
  nextMode(): void {
    const modes: readonly SearchMode[] = ["hybrid", "vector", "text"];
    this.#mode = modes[(modes.indexOf(this.#mode) + 1) % modes.length]!;
    const { query } = this.state;
    this.state = { ...this.state, query: "", mode: this.#mode };
    this.type(query);
  }

  /** Searches for what is there now. */
  type(query: string): void {
    if (query === this.state.query) return;
    this.#abort.abort();
    clearTimeout(this.#timer);
    this.#abort = new AbortController();
    const { signal } = this.#abort;
    if (query.trim() === "") return this.#set({ query, found: [], isSearching: false, note: null });
    const mode = this.#mode;
    this.#set({ query, isSearching: true, note: null });
    if (mode !== "vector") this.#run(() => this.#byWords(query, signal));
    this.#timer = setTimeout(() => this.#run(() => this.#whole(query, mode, signal)), pauseMilliseconds);
  }

  async close(): Promise<void> {
    this.#abort.abort();
    clearTimeout(this.#timer);
    await Promise.all(this.#running);
  }

  /** What is being typed is not finished: its last word may be the beginning of one. */
  async #byWords(query: string, signal: AbortSignal): Promise<void> {
    const isBeginning = /(?:^|\s)[\p{L}\p{N}_]{2,}$/u.test(query);
    const answers = await this.#search(isBeginning ? `${query}*` : query, "text", signal);
    if (answers && answers.found.length > 0) this.#set({ found: answers.found, mode: "text" });
  }

  async #whole(query: string, mode: SearchMode, signal: AbortSignal): Promise<void> {
    const answers = await this.#search(query, mode, signal);
    if (!answers) return;
    const { found, miss } = answers;
    if (found.length > 0) return this.#set({ found, mode, isSearching: false });
    // Words that are not finished have been found already.
    const isText = mode !== "vector" && this.state.mode === "text" && this.state.found.length > 0;
    if (isText) return this.#set({ isSearching: false });
    this.#set({ found: [], isSearching: false, note: miss === null ? "nothing found" : "nothing relevant" });
  }

  /** Null where another key came before the answer, or there is none: then the state says why. */
  async #search(query: string, mode: SearchMode, signal: AbortSignal): Promise<SeveralAnswers | null> {
    try {
      const answers = await searchIndexes(this.#indexes, query, { ...this.#options, mode, signal });
      return signal.aborted ? null : answers;
    } catch (error) {
      if (!signal.aborted) this.#set({ isSearching: false, note: (error as Error).message });
      return null;
    }
  }

  #set(change: Partial<LiveState>): void {
    this.state = { ...this.state, ...change };
    this.#onChange();
  }

  #run(work: () => Promise<void>): void {
    const running = work().finally(() => this.#running.delete(running));
    this.#running.add(running);
  }
}
