/**
 * What programs give to `Ferris`, checked before anything is opened or loaded: TypeScript's types do not hold at run time, and a
 * wrong value must not look like an empty index or be taken for another one.
 *
 * The command line and the MCP server check what people and assistants write themselves. Filters are checked in search/filter.ts.
 */
import { inspect } from "node:util";
import { UsageError } from "./errors.ts";
import type { FerrisRelatedOptions, FerrisSearchOptions } from "./options.ts";
import { checkFilter } from "./search/filter.ts";
import type { SortOrder } from "./search/order.ts";
import type { LineRange } from "./search/passage.ts";
import type { RelatedPlace } from "./search/related.ts";
import type { SearchMode } from "./search/result.ts";

const modes: readonly SearchMode[] = ["hybrid", "vector", "text"];
const orders: readonly SortOrder[] = ["relevance", "date"];

/** @throws UsageError for a query or an option that no search can be made with */
export function checkSearch(query: string, options: FerrisSearchOptions): void {
  if (typeof query !== "string") {
    throw new UsageError(`the query is ${shown(query)}: it must be a string that says what to look for`);
  }
  const { mode, sort, passages } = options;
  if (mode !== undefined) checkMode(mode);
  if (sort !== undefined && !orders.includes(sort)) {
    throw new UsageError(`sort is ${shown(sort)}: it must be one of ${orders.join(", ")}`);
  }
  if (passages !== undefined && !(Array.isArray(passages) && passages.every(Number.isInteger))) {
    throw new UsageError(`passages is ${shown(passages)}: it must be a list of the numbers of passages (chunkId)`);
  }
  checkAmount(options);
}

/** @throws UsageError for a place that no document has, or an option out of its range */
export function checkRelated(place: RelatedPlace, options: FerrisRelatedOptions): void {
  if ("chunkId" in place) checkPositive("chunkId", place.chunkId);
  else {
    if (typeof place.path !== "string") throw new UsageError(`path is ${shown(place.path)}: it must be a string`);
    checkPaths([place.path]);
    if (place.line !== undefined) checkPositive("line", place.line);
  }
  checkAmount(options);
}

function checkAmount({
  limit,
  perDocument,
  minScore,
  filter,
}: Pick<FerrisSearchOptions, "limit" | "perDocument" | "minScore" | "filter">): void {
  if (limit !== undefined) checkPositive("limit", limit);
  if (perDocument !== undefined) checkPositive("perDocument", perDocument);
  if (minScore !== undefined && (typeof minScore !== "number" || Number.isNaN(minScore))) {
    throw new UsageError(`minScore is ${shown(minScore)}: it must be a number, such as a cosine from -1 to 1`);
  }
  checkFilter(filter);
}

/** @throws UsageError for a mode that search does not have */
export function checkMode(mode: SearchMode): void {
  if (!modes.includes(mode)) throw new UsageError(`mode is ${shown(mode)}: it must be one of ${modes.join(", ")}`);
}

/** @throws UsageError for lines that no document has */
export function checkLineRange({ from, count }: LineRange): void {
  checkPositive("from", from);
  checkPositive("count", count);
}

function checkPositive(name: string, value: number): void {
  if (!Number.isInteger(value) || value < 1) {
    throw new UsageError(`${name} is ${shown(value)}: it must be a whole number, 1 or more`);
  }
}

/** On one line, and no longer than a message may be. */
function shown(value: unknown): string {
  return inspect(value, { depth: 0, breakLength: Infinity, maxStringLength: 100, maxArrayLength: 10 });
}

/** @throws UsageError for an empty path, which would mean the working folder and all below it */
export function checkPaths(paths: readonly string[]): void {
  if (paths.includes("")) {
    throw new UsageError("a path is empty: name a file or folder, or . for the working folder");
  }
}
