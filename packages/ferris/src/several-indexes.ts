/**
 * One search over several indexes, each with a model of its own: results in one order, each with its index. One that cannot be searched does
 * not cost the others' results.
 */
import type { Searchable } from "./answer/ask.ts";
import { UsageError } from "./errors.ts";
import type { Ferris } from "./ferris.ts";
import type { FerrisSearchOptions } from "./options.ts";
import { type From, mergeAnswers } from "./search/merge.ts";
import { newestFirst } from "./search/order.ts";
import type { SearchAnswer } from "./search/result.ts";
import type { Unread } from "./search/unread.ts";

/** An index, and what it is called among others. */
export interface NamedFerris {
  readonly name: string;
  readonly ferris: Ferris;
}

/** What an index answered, or why it did not. */
export type IndexAnswer = { readonly from: NamedFerris } & (
  | { readonly answer: SearchAnswer; readonly error: null }
  | { readonly answer: null; readonly error: Error }
);

export interface SeveralAnswers {
  /** Best first. */
  readonly found: readonly From<NamedFerris>[];
  /** Where nothing was found and something came near: the nearest of all. */
  readonly miss: From<NamedFerris> | null;
  /** See SearchAnswer: the least of any index. */
  readonly vectorShare: number;
  /** See SearchAnswer: of the first index whose model cannot be believed about this query. */
  readonly unread: Unread | null;
  /** In the order in which they were given. */
  readonly indexes: readonly IndexAnswer[];
}

/**
 * Searches all of `indexes` at once.
 *
 * @throws what the first throws, where none could be searched; the signal's reason; UsageError for no index at all
 * @example
 * import { Ferris, searchIndexes } from "ferris";
 *
 * const notes = await Ferris.open({ db: "notes-index" });
 * const docs = await Ferris.open({ db: "docs-index" });
 * await notes.index(["notes"]);
 * await docs.index(["docs"]);
 * const indexes = [
 *   { name: "notes", ferris: notes },
 *   { name: "docs", ferris: docs },
 * ];
 * const { found } = await searchIndexes(indexes, "how do I rotate a key", { limit: 5 });
 * for (const { from, result } of found) console.log(from.name, `${result.path}:${result.startLine}`);
 * await Promise.all([notes.close(), docs.close()]);
 */
export async function searchIndexes(
  indexes: readonly NamedFerris[],
  query: string,
  { sort = "relevance", ...options }: FerrisSearchOptions = {},
): Promise<SeveralAnswers> {
  if (indexes.length === 0) throw new UsageError("there is no index to search");
  // Alone its own order is right; several are merged by relevance, and sorted afterwards.
  const asked = await Promise.all(
    indexes.map((from) => searchOne(from, query, indexes.length === 1 ? { sort, ...options } : options)),
  );
  options.signal?.throwIfAborted();
  const answers = asked.filter((one) => one.answer !== null);
  if (answers.length === 0) throw asked[0]!.error!;
  const merged = indexes.length === 1 ? ownResults(answers[0]!) : mergeAnswers(answers, options.limit ?? 10);
  const found =
    sort === "date" && indexes.length > 1 ? newestFirst(merged, ({ result }) => result).map(withRank) : merged;
  const misses = answers.flatMap(({ from, answer }) =>
    answer.nearestMiss === null ? [] : [{ from, result: answer.nearestMiss }],
  );
  const nearness = ({ result }: From<NamedFerris>): number => result.rerankScore ?? result.cosine ?? -1;
  return {
    found,
    miss: found.length > 0 ? null : (misses.toSorted((a, b) => nearness(b) - nearness(a))[0] ?? null),
    vectorShare: Math.min(...answers.map(({ answer }) => answer.vectorShare)),
    unread: answers.find(({ answer }) => answer.unread !== null)?.answer.unread ?? null,
    indexes: asked,
  };
}

/** Several indexes as one, to answer a question from: each of the results has its index's name. */
export function asOne(indexes: readonly NamedFerris[]): Searchable {
  return {
    search: async (query, options) => {
      const { found, vectorShare, unread } = await searchIndexes(indexes, query, options);
      return { results: found.map(({ from, result }) => ({ ...result, index: from.name })), vectorShare, unread };
    },
  };
}

async function searchOne(from: NamedFerris, query: string, options: FerrisSearchOptions): Promise<IndexAnswer> {
  try {
    return { from, answer: await from.ferris.search(query, options), error: null };
  } catch (error) {
    return { from, answer: null, error: error as Error };
  }
}

function ownResults({ from, answer }: { from: NamedFerris; answer: SearchAnswer }): From<NamedFerris>[] {
  return answer.results.map((result) => ({ from, result }));
}

function withRank({ from, result }: From<NamedFerris>, index: number): From<NamedFerris> {
  return { from, result: { ...result, rank: index + 1 } };
}
