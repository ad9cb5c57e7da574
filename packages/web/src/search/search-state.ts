/** What is looked for, as the address of the page has it. */
import { linkTo, type Route } from "../router.ts";

export type Mode = "hybrid" | "vector" | "text";

export interface SearchState {
  readonly query: string;
  readonly mode: Mode;
  readonly sort: "relevance" | "date";
  /** One of several indexes; empty: all. */
  readonly index: string;
  /** An absolute path; empty: everywhere. */
  readonly folder: string;
  readonly types: readonly string[];
  /** An age such as 7d; empty: any. */
  readonly since: string;
  /** How many results. */
  readonly limit: number;
}

export const pageOfResults = 20;
const mostResults = 200;

export function stateOf({ query }: Route): SearchState {
  const mode = query.get("mode");
  const limit = Number(query.get("n"));
  return {
    query: query.get("q") ?? "",
    mode: mode === "vector" || mode === "text" ? mode : "hybrid",
    sort: query.get("sort") === "date" ? "date" : "relevance",
    index: query.get("index") ?? "",
    folder: query.get("folder") ?? "",
    types: query.getAll("type"),
    since: query.get("since") ?? "",
    limit: Number.isInteger(limit) && limit > 0 ? Math.min(limit, mostResults) : pageOfResults,
  };
}

/** Its address, with `changes`. Other results are wanted then: they begin at the first. */
export function linkOf(state: SearchState, changes: Partial<SearchState> = {}): string {
  const { query, mode, sort, index, folder, types, since, limit } = { ...state, limit: pageOfResults, ...changes };
  return linkTo("search", {
    q: query,
    mode: mode === "hybrid" ? null : mode,
    sort: sort === "relevance" ? null : sort,
    index,
    folder,
    type: types,
    since,
    n: limit === pageOfResults ? null : limit,
  });
}

/** Whether there may be more than are shown. */
export function mayHaveMore({ limit }: SearchState, found: number): boolean {
  return found >= limit && limit < mostResults;
}
