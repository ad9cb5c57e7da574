/**
 * The best chunks for some words by BM25, in a time that does not grow with how common the words are.
 *
 * FTS5 ranks every chunk that has any of the words, at half a microsecond each: 300,000 chunks with "type" in them are more than a person
 * waits for. So where a query's words stand in more chunks than `mostRanked`, the rarest of them say which chunks are ranked, and the
 * others only add to the score of those. Every score is the exact one; what may be missing are chunks with common words alone.
 */
import { mostRanked } from "../agreed-limits.ts";
import type { Database } from "./database.ts";
import { either, everyChunk } from "./full-text-query.ts";
import type { Hit } from "../store.ts";
import { wordWeights } from "../word-weights.ts";
import { type Among, constrained, type Constraint } from "./text-constraint.ts";

/** In the order of chunk_words' columns. */
const { heading, text, name, part, stem } = wordWeights;
const columnWeights = [heading, text, name, part, stem];

export interface RankOptions {
  readonly limit: number;
  readonly among?: Among | null;
  readonly constraint?: Constraint | null;
  /** See mostRanked. */
  readonly budget?: number;
}

/**
 * The best `limit` chunks by BM25, best first, equals in order of their id.
 *
 * @param terms each an FTS5 string ("…"), alternatives; not empty
 */
export function rankByWords(
  database: Database,
  terms: readonly string[],
  { limit, among = null, constraint = null, budget = mostRanked }: RankOptions,
): Hit[] {
  const within = (expression: string) => (constraint ? constrained(expression, constraint) : expression);
  // The plus keeps SQLite from asking FTS5 once for every id that the filter leaves.
  const filter =
    among === null ? "" : "AND +rowid IN (SELECT id FROM chunks WHERE document_id IN (SELECT value FROM json_each(?)))";
  const filterValues = among === null ? [] : [among.documents];

  const any = terms.join(" OR ");
  const keepsFew = among !== null && among.chunks <= budget;
  if (keepsFew || countUpTo(budget + 1, any) <= budget) return ranked(any, limit);

  const { rare, common } = byFrequency();
  const hits = rare.length > 0 ? ranked(withRare(rare, common), limit) : [];
  if (hits.length < limit && common.length > 0)
    hits.push(...withoutRare(common, new Set(hits.map((hit) => hit.chunkId))));
  return hits.toSorted((one, other) => other.score - one.score || one.chunkId - other.chunkId).slice(0, limit);

  /** As many of the rarest words as stand in `budget` chunks together, and the others. */
  function byFrequency(): { rare: string[]; common: string[] } {
    const counted = terms
      .map((term) => ({ term, chunks: countUpTo(budget + 1, term) }))
      .toSorted((one, other) => one.chunks - other.chunks);
    let chunks = 0;
    const firstCommon = counted.findIndex((term) => (chunks += term.chunks) > budget);
    const sorted = counted.map(({ term }) => term);
    const rareCount = firstCommon < 0 ? sorted.length : firstCommon;
    return { rare: sorted.slice(0, rareCount), common: sorted.slice(rareCount) };
  }

  /** The best of those chunks that were written last and have all of these words, or where they are too few, any of them. */
  function withoutRare(words: readonly string[], known: ReadonlySet<number>): Hit[] {
    const most = limit + known.size;
    const all = words.join(" AND ");
    const expression = words.length > 1 && newest(all, most - 1) > 0 ? all : words.join(" OR ");
    return ranked(expression, most, newest(expression, budget)).filter((hit) => !known.has(hit.chunkId));
  }

  /** How many chunks match, whatever the filter; counting stops at `most`. */
  function countUpTo(most: number, expression: string): number {
    const row = database
      .prepare("SELECT count(*) AS found FROM (SELECT 1 FROM chunk_words WHERE chunk_words MATCH ? LIMIT ?)")
      .get(within(expression), most) as { found: number };
    return row.found;
  }

  /** The id of the chunk that has `count` matching ones after it; 0 where there is none. */
  function newest(expression: string, count: number): number {
    const row = database
      .prepare(
        `SELECT rowid AS id FROM chunk_words WHERE chunk_words MATCH ? ${filter} ORDER BY rowid DESC LIMIT 1 OFFSET ?`,
      )
      .get(within(expression), ...filterValues, count) as { id: number } | undefined;
    return row?.id ?? 0;
  }

  /** The best `most` of the chunks after `above`. */
  function ranked(expression: string, most: number, above = 0): Hit[] {
    const apart = constraint !== null && constraint.none.length > 0 && constraint.all.length > 0;
    const matching = apart ? constrained(expression, { all: constraint.all, none: [] }) : within(expression);
    // FTS5 (3.53) leaves a word out of the score of some chunks where NOT stands outside of AND.
    const excluded = apart ? "AND +rowid NOT IN (SELECT rowid FROM chunk_words WHERE chunk_words MATCH ?)" : "";
    return database
      .prepare(
        `SELECT rowid AS chunkId, -bm25(chunk_words, ${columnWeights.join(", ")}) AS score FROM chunk_words
         WHERE chunk_words MATCH ? AND rowid > ? ${filter} ${excluded} ORDER BY score DESC, rowid LIMIT ?`,
      )
      .all(matching, above, ...filterValues, ...(apart ? [either(constraint.none)] : []), most) as unknown as Hit[];
  }
}

/** For chunks that have a rare word: their score counts the common ones as well. */
function withRare(rare: readonly string[], common: readonly string[]): string {
  return `(${rare.join(" OR ")}) AND (${[...common, `"${everyChunk}"`].join(" OR ")})`;
}
