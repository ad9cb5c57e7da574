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
import { allOf, anyOf, lexemesQuery, weightOf } from "./words.ts";

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

/** Of D: so little that a word which stands there alone has a rank of its own, however often. */
const weightOfD = 0.1;

/** As ts_rank weighs D, C, B and A: as parts of the largest. C, whose places come after B's, is asked for by itself. */
const rankWeights = `'{${weightOfD},0,${wordWeights.text / wordWeights.heading},1}'`;

/** What the sum of 1/n² comes to in the end. ts_rank gives the n-th place of a word the n²-th part of its weight, and divides by this. */
const limit2 = Math.PI ** 2 / 6;

/** About how much a word counts where ts_rank gives it `rank`: n places in the text alone, among the parts alone, or one in the heading before the text, come out right within a tenth. */
function countOf(rank: string, { lexemes }: ScoredPhrase): string {
  const { heading, text } = wordWeights;
  const places = (sum: string): string => `1 / (${limit2} - ${sum}) - 0.5`;
  const inText = `(${rank} * ${(limit2 * heading) / text})`;
  const isFirst = `${heading / text - 1}`;
  return `CASE WHEN ${rank} = 0 THEN 0
    WHEN ${rank} < ${weightOfD} THEN ${weightOf(lexemes[0]!, "D")} * (${places(`least(${rank} * ${limit2 / weightOfD}, 1.64)`)})
    WHEN ${inText} < 1.6445 THEN ${places(inText)}
    WHEN ${inText} < 1.6445 + ${isFirst} THEN ${isFirst} + ${places(`(${inText} - ${isFirst})`)}
    ELSE ${heading} * (${places(`least(${rank} * ${limit2}, 1.64)`)}) END`;
}

/** The best `limit` of the chunks that match `query`, by BM25, best first, equals in order of their id. */
export async function ranked(ranking: Ranking, query: string, above = 0): Promise<Hit[]> {
  const { scope, phrases, limit, hasEvery } = ranking;
  const average = averageSize(scope);
  const scored = hasEvery ? [...phrases, everyChunk] : phrases;
  const chosen = await roughlyRanked(ranking, query, above);
  const hits: Hit[] = [];
  const most = 2 * limit + 100;
  let least = 0;
  // How much too little the server's rank said of a chunk, at worst: those that could still be among the best are read as well.
  let understated = 1;
  for (let read = 0; read < chosen.length && chosen[read]!.score * understated >= least; read += most) {
    const some = chosen.slice(read, read + most);
    const words = await wordsIn(scope, some);
    for (const { chunkId, size, score: rough } of some) {
      const counts = phraseCounts(phrases, words.get(chunkId) ?? "");
      const score = bm25(scored, hasEvery ? [...counts, wordWeights.heading] : counts, size, average);
      if (rough > 0) understated = Math.max(understated, score / rough);
      hits.push({ chunkId, score });
    }
    hits.sort(bestFirst);
    least = hits[limit - 1]?.score ?? 0;
  }
  return hits.slice(0, limit);
}

function averageSize({ totals: { chunks, words } }: TextScope): number {
  return chunks === 0 ? 1 : words / chunks;
}

interface Chosen {
  readonly chunkId: number;
  readonly size: number;
  /** About what BM25 is. */
  readonly score: number;
}

/** BM25 by what ts_rank says of how often a word is there: near enough to choose, and computed in the server. Best first. */
async function roughlyRanked(
  { scope, phrases, limit }: Ranking,
  query: string,
  above: number,
): Promise<readonly Chosen[]> {
  const { sql, collectionId, documents } = scope;
  const values: unknown[] = [query, above, averageSize(scope)];
  const parameter = (value: unknown): string => `$${values.push(value)}`;
  const rankOf = (phrase: ScoredPhrase): string => {
    const last = phrase.lexemes.length - 1;
    const ranks = phrase.lexemes.map((lexeme, at) => {
      const own = lexemesQuery({ lexemes: [lexeme], isPrefix: phrase.isPrefix && at === last });
      return `ts_rank(${rankWeights}, words, ${parameter(own)}::tsquery)`;
    });
    // ts_rank knows nothing of phrases: at most as often as the rarest of its words.
    return last === 0
      ? ranks[0]!
      : `CASE WHEN words @@ ${parameter(phrase.query)}::tsquery THEN least(${ranks.join(", ")}) ELSE 0 END`;
  };
  // In arrays: a row has at most 1,664 columns.
  const ranks = phrases.map((phrase) => `(${rankOf(phrase)})::float8`);
  const names = phrases.map((phrase) => `words @@ ${parameter(lexemesQuery(phrase, "C"))}::tsquery`);
  const counts = phrases.map(
    (phrase, i) =>
      `${countOf(`ranks[${i + 1}]`, phrase)} + CASE WHEN names[${i + 1}] THEN ${wordWeights.name} ELSE 0 END`,
  );
  const scores = phrases.map(({ idf }, i) => {
    const count = `counts[${i + 1}]`;
    return `${parameter(idf * 2.2)}::float8 * ${count} / (${count} + 1.2 * (0.25 + 0.75 * size / $3::float8))`;
  });
  const filter = documents === null ? "" : `AND document_id = ANY (${parameter(documents)}::bigint[])`;
  return sql.query<Chosen>(
    `SELECT chunk_id AS "chunkId", size, ${scores.join(" + ")} AS score FROM (
       SELECT chunk_id, size, ARRAY[${counts.join(", ")}]::float8[] AS counts FROM (
         SELECT chunk_id, size, ARRAY[${ranks.join(", ")}]::float8[] AS ranks, ARRAY[${names.join(", ")}]::boolean[] AS names FROM ${wordsOf(collectionId)}
         WHERE words @@ $1::tsquery AND chunk_id > $2 ${filter} OFFSET 0
       ) AS matching OFFSET 0
     ) AS counted ORDER BY score DESC, chunk_id LIMIT ${parameter(10 * limit + 500)}`,
    values,
  );
}

async function wordsIn(
  { sql, collectionId }: TextScope,
  chunks: readonly { readonly chunkId: number }[],
): Promise<Map<number, string>> {
  const rows = await sql.query<{ chunkId: number; words: string }>(
    `SELECT chunk_id AS "chunkId", words::text AS words FROM ${wordsOf(collectionId)} WHERE chunk_id = ANY ($1::bigint[])`,
    [chunks.map(({ chunkId }) => chunkId)],
  );
  return new Map(rows.map(({ chunkId, words }) => [chunkId, words]));
}

function bestFirst(one: Hit, other: Hit): number {
  return other.score - one.score || one.chunkId - other.chunkId;
}
