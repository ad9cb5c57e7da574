/**
 * Asks the server while somebody types: the newest question alone, with the one before it cancelled. The counts of the facets come after
 * the results, so that they cost no time before them.
 */
import { signal } from "@preact/signals";
import type { SearchAnswer, SearchResult } from "ferris";
import { callJson } from "../api.ts";
import type { SearchState } from "./search-state.ts";

/** Of several indexes, each result says which it is from. */
export type PageResult = Omit<SearchResult, "text" | "lineNumbers"> & { readonly index?: string };

export interface PageAnswer {
  readonly nearestMiss: PageResult | null;
  readonly results: readonly PageResult[];
  readonly corrections?: SearchAnswer["corrections"];
  /** Of the passages, 0 to 1: those whose vectors are made; the others are found by their words alone. */
  readonly vectorShare: number;
  readonly failures?: readonly { readonly index: string; readonly message: string }[];
}

export interface Counted {
  readonly value: string;
  readonly name: string;
  readonly count: number;
}

export interface Facets {
  readonly passages: number;
  readonly isCapped: boolean;
  readonly folders: readonly Counted[];
  readonly types: readonly Counted[];
  readonly ages: readonly Counted[];
}

export interface Found {
  /** What was asked. */
  readonly state: SearchState;
  readonly answer: PageAnswer;
  /** When the last letter of it was typed, on the page's clock; null where it was not typed. */
  readonly typedAt: number | null;
  /** On the page's clock. */
  readonly answeredAt: number;
}

export const found = signal<Found | null>(null);
export const facets = signal<Facets | null>(null);
export const isSearching = signal(false);
export const searchFailure = signal<string | null>(null);

/** Long enough for the next letter of somebody who types fast. */
const facetsAfterMs = 150;

/** Later the index may have changed, and the same question is asked again. */
const typedWithinMs = 2_000;

let running = new AbortController();
let typedAt: number | null = null;
let facetsTimer: ReturnType<typeof setTimeout> | undefined;

export function noteTyping(): void {
  typedAt = performance.now();
}

/** For the browser's own timeline, and benchmarks: from the last letter to results that can be seen. */
export function noteShown({ typedAt: start, state }: Found): void {
  if (start === null) return;
  performance.measure("typing to results", { start, end: performance.now(), detail: state.query });
  performance.clearMeasures("typing to results");
}

export async function search(state: SearchState): Promise<void> {
  cancel();
  const typed = typedAt;
  typedAt = null;
  const mine = (running = new AbortController());
  const query = state.query.trim();
  if (query === "") {
    found.value = facets.value = searchFailure.value = null;
    return;
  }
  const body = bodyOf(state, query);
  if (isAnswered(body)) {
    // A space was typed, or taken back.
    found.value = { ...found.peek()!, state, typedAt: typed };
    facetsTimer = setTimeout(() => void count(state, query, mine), facetsAfterMs);
    return;
  }
  isSearching.value = true;
  try {
    const answer = await callJson<PageAnswer>("/search", { body, signal: mine.signal });
    if (mine !== running) return;
    found.value = { state, answer, typedAt: typed, answeredAt: performance.now() };
    searchFailure.value = null;
    facetsTimer = setTimeout(() => void count(state, query, mine), facetsAfterMs);
  } catch (error) {
    if (mine !== running || mine.signal.aborted) return;
    searchFailure.value = (error as Error).message;
  } finally {
    if (mine === running) isSearching.value = false;
  }
}

/** Whether what is shown is the answer to just this, and as new as what somebody types. */
function isAnswered(body: object): boolean {
  const shown = found.peek();
  if (shown === null || searchFailure.peek() !== null || performance.now() - shown.answeredAt > typedWithinMs)
    return false;
  return JSON.stringify(bodyOf(shown.state, shown.state.query.trim())) === JSON.stringify(body);
}

export function cancel(): void {
  running.abort();
  clearTimeout(facetsTimer);
  isSearching.value = false;
}

/** Without counts the results are as good: what goes wrong here is not a failure of the search. */
async function count(state: SearchState, query: string, mine: AbortController): Promise<void> {
  const { limit: _limit, sort: _sort, brief: _brief, ...body } = bodyOf(state, query);
  const counted = await callJson<Facets>("/facets", { body, signal: mine.signal }).catch(() => null);
  if (mine === running && counted !== null) facets.value = counted;
}

function bodyOf({ mode, sort, index, folder, types, since, limit }: SearchState, query: string) {
  return {
    query,
    mode,
    sort,
    limit,
    brief: true,
    index: index || undefined,
    folder: folder || undefined,
    types: types.length > 0 ? types : undefined,
    since: since || undefined,
  };
}
