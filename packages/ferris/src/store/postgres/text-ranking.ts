/** The best chunks for some words by BM25, exactly as the embedded store has it, computed in the server: only the hits come over the network. */
import { mostRanked } from "../agreed-limits.ts";
import type { Hit } from "../store.ts";
import { countOf, everyScore, isRanked, mostOf, mostOfEvery, rankOf, type ScoredPhrase, scoreOf } from "./bm25.ts";
import { wordsOf } from "./phrase-counts.ts";
import type { TextScope } from "./scope.ts";
import { allOf, anyOf } from "./words.ts";
import { reachingSets } from "./reaching-sets.ts";

/** Something that a query looks for: any of its forms. */
export interface RankedTerm {
  /** As a tsquery. */
  readonly query: string;
  /** Those of its phrases that stand anywhere. */
  readonly phrases: readonly ScoredPhrase[];
  /** Chunks that have it, at most. */
  readonly chunks: number;
}

export interface Ranking {
  readonly scope: TextScope;
  readonly phrases: readonly ScoredPhrase[];
  /** A tsquery; null for none. */
  readonly constraint: string | null;
  readonly limit: number;
  /** Whether a word that every chunk has counts as well: it orders equals by their length, as on the embedded store. */
  readonly hasEvery: boolean;
}

/** As the embedded store does: where a query's words stand in more chunks than `mostRanked`, the rarest say which are ranked. */
export async function rankedByRarest(ranking: Ranking, terms: readonly RankedTerm[]): Promise<Hit[]> {
  const { scope, limit } = ranking;
  if (scope.documents !== null || (await fitsBudget(ranking, terms))) return bestOf(ranking, terms);
  const counted = await chunksOf(ranking, terms);
  counted.sort((one, other) => one.chunks - other.chunks);
  let chunks = 0;
  const firstCommon = counted.findIndex((each) => (chunks += each.chunks) > mostRanked);
  const rareCount = firstCommon < 0 ? counted.length : firstCommon;
  const rare = counted.slice(0, rareCount).map(({ term }) => term);
  const common = counted.slice(rareCount).map(({ term }) => constrained(ranking, term.query));
  const hits = rare.length > 0 ? await bestOf({ ...ranking, hasEvery: true }, rare) : [];
  if (hits.length < limit && common.length > 0)
    hits.push(...(await withoutRare(ranking, common, new Set(hits.map((hit) => hit.chunkId)))));
  return hits.toSorted(bestFirst).slice(0, limit);
}

function constrained({ constraint }: Ranking, query: string): string {
  return constraint === null ? query : allOf([query, constraint]);
}

/** Whether `chunks` is the number itself: alternatives may stand in the same chunks. */
function isOneWord({ phrases }: RankedTerm): boolean {
  return phrases.length === 1;
}

/** How many chunks have each of these, counted where it is not known. */
async function chunksOf(
  ranking: Ranking,
  terms: readonly RankedTerm[],
): Promise<{ readonly term: RankedTerm; readonly chunks: number }[]> {
  const isKnown = (term: RankedTerm): boolean => ranking.constraint === null && isOneWord(term);
  const queries = terms.filter((term) => !isKnown(term)).map(({ query }) => constrained(ranking, query));
  const counts = queries.length === 0 ? [] : await countsUpTo(ranking.scope, queries, mostRanked + 1);
  return terms.map((term) => ({ term, chunks: isKnown(term) ? term.chunks : counts.shift()! }));
}

/** Whether the chunks with any of these are few enough to rank whatever they are. */
async function fitsBudget(ranking: Ranking, terms: readonly RankedTerm[]): Promise<boolean> {
  if (terms.reduce((sum, { chunks }) => sum + chunks, 0) <= mostRanked) return true;
  if (ranking.constraint === null && terms.some((term) => isOneWord(term) && term.chunks > mostRanked)) return false;
  const any = constrained(ranking, anyOf(terms.map(({ query }) => query)));
  const [found] = await countsUpTo(ranking.scope, [any], mostRanked + 1);
  return found! <= mostRanked;
}

/** Ranking so many chunks takes no longer than another statement. */
const worthAsking = 500;

/**
 * The best of the chunks that have any of these terms. Ranked are those with the rarest first; and then, of those without, the ones with as many
 * of the others as it takes to be among the best.
 */
async function bestOf(ranking: Ranking, terms: readonly RankedTerm[]): Promise<Hit[]> {
  const { limit } = ranking;
  const sorted = terms.toSorted((one, other) => one.chunks - other.chunks);
  const any = (some: readonly RankedTerm[]): string => anyOf(some.map(({ query }) => query));
  let chunks = 0;
  const few = sorted.findIndex((term) => (chunks += term.chunks) >= Math.max(limit, worthAsking));
  if (few < 0 || few === sorted.length - 1) return ranked(ranking, constrained(ranking, any(sorted)));
  const rarest = any(sorted.slice(0, few + 1));
  const hits = await ranked(ranking, constrained(ranking, rarest));
  const least = hits.length < limit ? 0 : hits[limit - 1]!.score;
  const sets = reachingSets(sorted.slice(few + 1), ({ phrases }) => mostOf(phrases), least - mostOfEvery);
  if (sets.length === 0) return hits;
  const others = allOf([anyOf(sets.map((set) => allOf(set.map(({ query }) => query)))), `!${rarest}`]);
  hits.push(...(await ranked(ranking, constrained(ranking, others))));
  return hits.toSorted(bestFirst).slice(0, limit);
}

/** The best of those chunks that were written last and have all of these words, or where they are too few, any of them. */
async function withoutRare(ranking: Ranking, queries: readonly string[], known: ReadonlySet<number>): Promise<Hit[]> {
  const { scope, limit } = ranking;
  const most = limit + known.size;
  const all = allOf(queries);
  const query = queries.length > 1 && (await areMany(scope, all, most)) ? all : anyOf(queries);
  const hits = await ranked({ ...ranking, limit: most }, query, mostRanked);
  return hits.filter(({ chunkId }) => !known.has(chunkId));
}

/** Whether so many chunks match: from the last one on, since they are met soon where they are many. */
async function areMany({ sql, collectionId }: TextScope, query: string, count: number): Promise<boolean> {
  const rows = await sql.query(
    `SELECT 1 FROM ${wordsOf(collectionId)} WHERE collection_id = $1 AND words @@ $2::tsquery ORDER BY chunk_id DESC LIMIT 1 OFFSET $3`,
    [collectionId, query, count - 1],
  );
  return rows.length > 0;
}

async function countsUpTo(
  { sql, collectionId }: TextScope,
  queries: readonly string[],
  most: number,
): Promise<number[]> {
  const rows = await sql.query<{ found: number }>(
    `SELECT (SELECT count(*) FROM (SELECT 1 FROM ${wordsOf(collectionId)} WHERE words @@ q.query LIMIT $2) AS counted) AS found
     FROM (SELECT u.query::tsquery AS query, u.place FROM unnest($1::text[]) WITH ORDINALITY AS u (query, place) OFFSET 0) AS q
     ORDER BY q.place`,
    [queries, most],
  );
  return rows.map(({ found }) => found);
}

/**
 * The best `limit` of the chunks that match `query`, by BM25, best first, equals in order of their id.
 *
 * @param most only the last so many of those that match are looked at
 */
export async function ranked(
  { scope, phrases, limit, hasEvery }: Ranking,
  query: string,
  most: number | null = null,
): Promise<Hit[]> {
  const { sql, collectionId, documents } = scope;
  const values: unknown[] = [query, averageSize(scope), limit];
  const parameter = (value: unknown): string => `$${values.push(value)}`;
  const filter = documents === null ? "" : `AND document_id = ANY (${parameter(documents)}::bigint[])`;
  const table = wordsOf(collectionId);
  // Found by their ids first: rows with their words are not to be sorted. As one of the partition's, an id is looked for in order.
  const since =
    most === null
      ? ""
      : `AND collection_id = ${collectionId} AND chunk_id >= (SELECT coalesce(min(chunk_id), 0) FROM (SELECT chunk_id FROM ${table}
           WHERE collection_id = ${collectionId} AND words @@ $1::tsquery ORDER BY chunk_id DESC LIMIT ${parameter(most)}) AS last)`;
  // In arrays: a row has at most 1,664 columns.
  const ranks: string[] = [];
  const counts = phrases.map((phrase) => {
    const own = `${parameter(phrase.query)}::tsquery`;
    return countOf(phrase, own, isRanked(phrase) ? `ranks[${ranks.push(rankOf(own))}]` : null);
  });
  const scores = phrases.map(({ idf }, i) => scoreOf(`${parameter(idf)}::float8`, `counts[${i + 1}]`, "relative"));
  if (hasEvery) scores.push(everyScore("relative"));
  return sql.query<Hit>(
    `SELECT chunk_id AS "chunkId", ${scores.join(" + ")} AS score FROM (
       SELECT chunk_id, relative, ARRAY[${counts.join(", ")}]::float8[] AS counts FROM (
         SELECT chunk_id, size / $2::float8 AS relative, words, ARRAY[${ranks.join(", ")}]::float8[] AS ranks FROM ${table}
         WHERE words @@ $1::tsquery ${since} ${filter} OFFSET 0
       ) AS matching OFFSET 0
     ) AS counted ORDER BY score DESC, chunk_id LIMIT $3`,
    values,
  );
}

function averageSize({ totals: { chunks, words } }: TextScope): number {
  return chunks === 0 ? 1 : words / chunks;
}

function bestFirst(one: Hit, other: Hit): number {
  return other.score - one.score || one.chunkId - other.chunkId;
}
