/**
 * Results in another order than that of relevance. The same results: what is sorted is what was found, never an endless tail.
 */
import type { SearchAnswer, SearchResult } from "./result.ts";

/** "relevance": best first. "date": newest first. */
export type SortOrder = "relevance" | "date";

/** What stands for results, newest document first; those of one time stay as they are. */
export function newestFirst<T>(items: readonly T[], resultOf: (item: T) => SearchResult): T[] {
  return items.toSorted((a, b) => (resultOf(b).documentTime ?? 0) - (resultOf(a).documentTime ?? 0));
}

/** An answer whose results are in the order that is asked for; by relevance they are already. */
export function inOrder(answer: SearchAnswer, sort: SortOrder = "relevance"): SearchAnswer {
  if (sort !== "date") return answer;
  const results = newestFirst(answer.results, (result) => result);
  return { ...answer, results: results.map((result, i) => ({ ...result, rank: i + 1 })) };
}
