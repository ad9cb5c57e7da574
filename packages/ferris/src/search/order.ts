/**
 * Results in another order than that of relevance. The same results: what is sorted is what was found, never an endless tail.
 */
import type { SearchResult } from "./result.ts";

/** "relevance": best first. "date": newest first. */
export type SortOrder = "relevance" | "date";

/** What stands for results, newest document first; those of one time stay as they are. */
export function newestFirst<T>(items: readonly T[], resultOf: (item: T) => SearchResult): T[] {
  return items.toSorted((a, b) => (resultOf(b).documentTime ?? 0) - (resultOf(a).documentTime ?? 0));
}
