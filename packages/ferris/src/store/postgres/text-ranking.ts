/**
 * The best chunks for some words by BM25: PostgreSQL's rank chooses among those that match, and BM25 exactly as the embedded store has it orders
 * the best of them.
 */
import { mostRanked } from "../agreed-limits.ts";
import type { Hit } from "../store.ts";
import { wordWeights } from "../word-weights.ts";
import { bm25, mostOf, phraseCounts, type ScoredPhrase } from "./bm25.ts";
import { wordsOf } from "./phrase-counts.ts";
import type { TextScope } from "./scope.ts";
import { allOf, anyOf } from "./words.ts";

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

const everyChunk: ScoredPhrase = { query: "", lexemes: [], isPrefix: false, idf: 1e-6 };

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

/**
 * The best of the chunks that have any of these terms. Ranked are those with the rarest: when they have more than the others' words can give
 * a chunk without these, no other can be among the best.
 */
async function bestOf(ranking: Ranking, terms: readonly RankedTerm[]): Promise<Hit[]> {
  const { limit } = ranking;
  const sorted = terms.toSorted((one, other) => one.chunks - other.chunks);
  const withFirst = (count: number): Promise<Hit[]> =>
    ranked(ranking, constrained(ranking, anyOf(sorted.slice(0, count).map(({ query }) => query))));
  let chunks = 0;
  const few = sorted.findIndex((term) => (chunks += term.chunks) >= limit);
  if (few < 0 || few === sorted.length - 1) return withFirst(sorted.length);
  const hits = await withFirst(few + 1);
  const least = hits.length < limit ? 0 : hits[limit - 1]!.score;
  // What a chunk with none but these can have.
  const most = (others: readonly RankedTerm[]): number =>
    mostOf([...others.flatMap((term) => term.phrases), everyChunk]);
  const due = sorted.findIndex((_, first) => first > few && most(sorted.slice(first)) < least);
  if (due === few + 1) return hits;
  return withFirst(due < 0 ? sorted.length : due);
}

/** The best of those chunks that were written last and have all of these words, or where they are too few, any of them. */
async function withoutRare(ranking: Ranking, queries: readonly string[], known: ReadonlySet<number>): Promise<Hit[]> {
  const { scope, limit } = ranking;
  const most = limit + known.size;
  const all = allOf(queries);
  const query = queries.length > 1 && (await newest(scope, all, most - 1)) > 0 ? all : anyOf(queries);
  const hits = await ranked({ ...ranking, limit: most }, query, await newest(scope, query, mostRanked));
  return hits.filter(({ chunkId }) => !known.has(chunkId));
}

/** The id of the chunk that has `count` matching ones after it; 0 where there is none. */
async function newest({ sql, collectionId }: TextScope, query: string, count: number): Promise<number> {
  const [row] = await sql.query<{ id: number }>(
    `SELECT chunk_id AS id FROM ${wordsOf(collectionId)} WHERE words @@ $1::tsquery ORDER BY chunk_id DESC LIMIT 1 OFFSET $2`,
    [query, count],
  );
  return row?.id ?? 0;
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

interface Ranked {
  readonly chunkId: number;
  readonly size: number;
  readonly words: string;
}

/** As ts_rank weighs D, C, B and A: as parts of the largest. D, which stands for two, is about the mean of both. */
const rankWeights = `'{0.1,${wordWeights.name / wordWeights.heading},${wordWeights.text / wordWeights.heading},1}'`;

/** What the sum of 1/n² comes to in the end. ts_rank gives the n-th place of a word the n²-th part of its weight, and divides by this. */
const limit2 = Math.PI ** 2 / 6;

/**
 * About how much a word counts where ts_rank gives it `rank`: n places in the text alone, or one in the heading before them, come out right
 * within a tenth; where it stands in the names as well it is rather too much, which costs a look.
 */
function countOf(rank: string): string {
  const { heading, text } = wordWeights;
  const places = (sum: string): string => `1 / (${limit2} - ${sum}) - 0.5`;
  const inText = `(${rank} * ${(limit2 * heading) / text})`;
  const isFirst = `${heading / text - 1}`;
  return `CASE WHEN ${inText} < 1.6445 THEN ${places(inText)}
    WHEN ${inText} < 1.6445 + ${isFirst} THEN ${isFirst} + ${places(`(${inText} - ${isFirst})`)}
    ELSE ${heading} * (${places(`least(${rank} * ${limit2}, 1.64)`)}) END`;
}

/** The best `limit` of the chunks that match `query`, by BM25, best first, equals in order of their id. */
export async function ranked({ scope, phrases, limit, hasEvery }: Ranking, query: string, above = 0): Promise<Hit[]> {
  const { sql, collectionId, totals, documents } = scope;
  const average = totals.chunks === 0 ? 1 : totals.words / totals.chunks;
  const values: unknown[] = [query, above, average];
  const parameter = (value: unknown): string => `$${values.push(value)}`;
  // BM25 by what ts_rank says of how often a word is there: near enough to choose, and computed in the server.
  const ranks = phrases.map(({ query: own, lexemes }, i) => {
    const place = `${parameter(own)}::tsquery`;
    return lexemes.length > 1
      ? `(CASE WHEN words @@ ${place} THEN 1.5 ELSE 0 END)::float8 AS rank${i}`
      : `ts_rank(${rankWeights}, words, ${place})::float8 AS rank${i}`;
  });
  const counts = phrases.map(
    ({ lexemes }, i) => `${lexemes.length > 1 ? `rank${i}` : countOf(`rank${i}`)} AS count${i}`,
  );
  const roughly = phrases.map(
    ({ idf }, i) => `${parameter(idf)}::float8 * count${i} / (count${i} + 1.2 * (0.25 + 0.75 * size / $3::float8))`,
  );
  const filter = documents === null ? "" : `AND document_id = ANY (${parameter(documents)}::bigint[])`;
  const rows = await sql.query<Ranked>(
    `SELECT best.chunk_id AS "chunkId", best.size, best.words::text AS words FROM (
       SELECT chunk_id, size, words FROM (SELECT ${["chunk_id", "size", "words", ...counts].join(", ")} FROM (
         SELECT ${["chunk_id", "size", "words", ...ranks].join(", ")} FROM ${wordsOf(collectionId)}
         WHERE words @@ $1::tsquery AND chunk_id > $2 ${filter} OFFSET 0
       ) AS matching OFFSET 0) AS counted
       ORDER BY ${roughly.length === 0 ? "size" : `${roughly.join(" + ")} DESC`}, chunk_id LIMIT ${parameter(2 * limit + 100)}
     ) AS best`,
    values,
  );
  const scored = hasEvery ? [...phrases, everyChunk] : phrases;
  const score = (row: Ranked): number => {
    const exact = phraseCounts(phrases, row.words);
    return bm25(scored, hasEvery ? [...exact, wordWeights.heading] : exact, row.size, average);
  };
  return rows
    .map((row) => ({ chunkId: row.chunkId, score: score(row) }))
    .toSorted(bestFirst)
    .slice(0, limit);
}

function bestFirst(one: Hit, other: Hit): number {
  return other.score - one.score || one.chunkId - other.chunkId;
}
