/**
 * Search by words: PostgreSQL's index of words finds the chunks, its rank chooses among many, and BM25 as the embedded store has it orders
 * the best of them, to the same scores.
 *
 * As there, where a query's words stand in more chunks than `mostRanked`, the rarest of them say which chunks are ranked.
 */
import type { LanguageCode } from "../../words/language.ts";
import { mostIdentifiers, mostRanked, mostTrigrams } from "../agreed-limits.ts";
import type { Hit, SearchOptions, TextQuery } from "../store.ts";
import { type Asking, formsOfAll, keyOf, type Phrase, requiredForms, type TermForms } from "../term-forms.ts";
import { wordWeights } from "../word-weights.ts";
import { bm25, phraseCounts, type ScoredPhrase } from "./bm25.ts";
import type { Totals } from "./collection.ts";
import type { Sql } from "./sessions.ts";
import { allOf, anyOf, formsQuery, lexemesOf, phraseQuery } from "./words.ts";

export interface TextScope {
  readonly sql: Sql;
  readonly collectionId: number;
  readonly totals: Totals;
  readonly languages: readonly LanguageCode[];
  /** Ids of the documents that count; null for all. */
  readonly documents: readonly number[] | null;
}

/** What `asking` returns, with this index to answer it. */
export async function answered<Result>(scope: TextScope, asking: Asking<Result>): Promise<Result> {
  let step = asking.next();
  while (!step.done) {
    const question = step.value;
    step = asking.next(
      question.ask === "known"
        ? await isKnown(scope, formsQuery(question.forms))
        : await identifiersWith(scope, question.piece),
    );
  }
  return step.value;
}

/** Whether any chunk has what this tsquery asks for. */
export async function isKnown({ sql, collectionId }: TextScope, query: string): Promise<boolean> {
  const rows = await sql.query("SELECT 1 FROM chunk_words WHERE collection_id = $1 AND words @@ $2::tsquery LIMIT 1", [
    collectionId,
    query,
  ]);
  return rows.length > 0;
}

/** What a query requires and excludes, as a tsquery; null where nothing. */
export async function constraintQuery(scope: TextScope, query: TextQuery): Promise<string | null> {
  const required = await answered(scope, requiredForms(query, scope.languages));
  return required && constraintOf(required.all, required.none);
}

function constraintOf(all: readonly TermForms[], none: readonly TermForms[]): string | null {
  const parts = [...all.map(formsQuery), ...none.map((forms) => `!${formsQuery(forms)}`)];
  return parts.length === 0 ? null : allOf(parts);
}

async function identifiersWith({ sql, collectionId }: TextScope, piece: string): Promise<string[]> {
  const trigrams = trigramsOf(piece);
  if (trigrams.length === 0) return [];
  const rows = await sql.query<{ word: string }>(
    `SELECT word FROM identifiers WHERE collection_id = $1 AND trigrams @> $2::text[] AND position($3 IN word) > 0
     ORDER BY length(word), word LIMIT $4`,
    [collectionId, trigrams.slice(0, mostTrigrams), piece, mostIdentifiers],
  );
  return rows.map(({ word }) => word);
}

export function trigramsOf(word: string): string[] {
  const characters = Array.from(word);
  return [...new Set(characters.slice(0, -2).map((_, i) => characters.slice(i, i + 3).join("")))];
}

/** See TextSearcher. */
export async function searchText(scope: TextScope, query: TextQuery, { limit }: SearchOptions): Promise<Hit[]> {
  const required = await answered(scope, requiredForms(query, scope.languages));
  const any = await answered(scope, formsOfAll(query.any, scope.languages));
  // What is required is not ranked by twice, and may be all there is.
  const requiredKeys = new Set(required?.all.map(keyOf));
  const terms = any.filter((forms) => !requiredKeys.has(keyOf(forms)) && formsQuery(forms) !== anyOf([]));
  if (terms.length === 0 && (required === null || required.all.length === 0)) return [];
  const constraint = required && constraintOf(required.all, required.none);
  const phrases = await weighedPhrases(scope, [...terms, ...(required?.all ?? [])].flat());
  const isRequired = required !== null && required.all.length > 0;
  const ranking: Ranking = { scope, phrases, constraint, limit, isRequired };
  // A chunk with what is required and nothing else is found as well, after those that have more.
  if (isRequired) return ranked(ranking, constraint!);
  return rankedByRarest(ranking, terms);
}

interface Ranking {
  readonly scope: TextScope;
  readonly phrases: readonly ScoredPhrase[];
  readonly constraint: string | null;
  readonly limit: number;
  /** Whether there is something that each must have. */
  readonly isRequired: boolean;
}

const everyChunk: ScoredPhrase = { query: "", lexemes: [], isPrefix: false, idf: 1e-6 };

async function rankedByRarest(ranking: Ranking, terms: readonly TermForms[]): Promise<Hit[]> {
  const { scope, constraint, limit } = ranking;
  const within = (query: string): string => (constraint === null ? query : allOf([query, constraint]));
  const queries = terms.map(formsQuery);
  const any = anyOf(queries);
  if (scope.documents !== null || (await countUpTo(scope, within(any), mostRanked + 1)) <= mostRanked) {
    return ranked(ranking, within(any));
  }
  const counted: { readonly query: string; readonly chunks: number }[] = [];
  for (const query of queries) counted.push({ query, chunks: await countUpTo(scope, within(query), mostRanked + 1) });
  counted.sort((one, other) => one.chunks - other.chunks);
  let chunks = 0;
  const firstCommon = counted.findIndex((term) => (chunks += term.chunks) > mostRanked);
  const rare = counted.slice(0, firstCommon).map(({ query }) => query);
  const common = counted.slice(firstCommon).map(({ query }) => query);
  const hits = rare.length > 0 ? await ranked(ranking, within(anyOf(rare))) : [];
  if (hits.length < limit)
    hits.push(...(await withoutRare(ranking, common.map(within), new Set(hits.map((hit) => hit.chunkId)))));
  return hits.toSorted(bestFirst).slice(0, limit);
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
    `SELECT chunk_id AS id FROM chunk_words WHERE collection_id = $1 AND words @@ $2::tsquery
     ORDER BY chunk_id DESC LIMIT 1 OFFSET $3`,
    [collectionId, query, count],
  );
  return row?.id ?? 0;
}

async function countUpTo({ sql, collectionId }: TextScope, query: string, most: number): Promise<number> {
  const [row] = await sql.query<{ found: number }>(
    `SELECT count(*) AS found FROM
     (SELECT 1 FROM chunk_words WHERE collection_id = $1 AND words @@ $2::tsquery LIMIT $3) AS counted`,
    [collectionId, query, most],
  );
  return row!.found;
}

/** Each phrase once, with how rare it is. */
async function weighedPhrases(scope: TextScope, all: readonly Phrase[]): Promise<ScoredPhrase[]> {
  const distinct = new Map<string, Phrase>();
  for (const each of all) {
    const query = phraseQuery(each);
    if (query !== null) distinct.set(query, each);
  }
  const queries = [...distinct.keys()];
  const rows = await scope.sql.query<{ found: number }>(
    `SELECT (SELECT count(*) FROM chunk_words WHERE collection_id = $1 AND words @@ q.query) AS found
     FROM (SELECT u.query::tsquery AS query, u.place FROM unnest($2::text[]) WITH ORDINALITY AS u (query, place) OFFSET 0) AS q
     ORDER BY q.place`,
    [scope.collectionId, queries],
  );
  return queries.map((query, i) => {
    const { text, isPrefix } = distinct.get(query)!;
    const { chunks } = scope.totals;
    const idf = Math.log((chunks - rows[i]!.found + 0.5) / (rows[i]!.found + 0.5));
    return { query, lexemes: lexemesOf(text), isPrefix, idf: idf > 0 ? idf : 1e-6 };
  });
}

interface Ranked {
  readonly chunkId: number;
  readonly size: number;
  readonly words: string;
}

/** As ts_rank weighs D, C, B and A: as parts of the largest. D, which stands for two, is about the mean of both. */
const rankWeights = `'{0.1,${(wordWeights.name / wordWeights.heading).toFixed(3)},${(wordWeights.text / wordWeights.heading).toFixed(3)},1}'`;

/** The best `limit` of the chunks that match `query`, by BM25, best first, equals in order of their id. */
async function ranked({ scope, phrases, limit, isRequired }: Ranking, query: string, above = 0): Promise<Hit[]> {
  const { sql, collectionId, totals, documents } = scope;
  const average = totals.chunks === 0 ? 1 : totals.words / totals.chunks;
  const values: unknown[] = [collectionId, query, above, average];
  const parameter = (value: unknown): string => `$${values.push(value)}`;
  // BM25 by what ts_rank says of how often a word is there: near enough to choose, and computed in the server.
  const counts = phrases.map(({ query: own, lexemes }, i) => {
    const place = `${parameter(own)}::tsquery`;
    return lexemes.length > 1
      ? `(CASE WHEN words @@ ${place} THEN 1.5 ELSE 0 END) AS count${i}`
      : `(4.9 * ts_rank(${rankWeights}, words, ${place})) AS count${i}`;
  });
  const roughly = phrases.map(
    ({ idf }, i) => `${parameter(idf)}::float8 * count${i} / (count${i} + 1.2 * (0.25 + 0.75 * size / $4::float8))`,
  );
  const filter = documents === null ? "" : `AND document_id = ANY (${parameter(documents)}::bigint[])`;
  const rows = await sql.query<Ranked>(
    `SELECT best.chunk_id AS "chunkId", best.size, best.words::text AS words FROM (
       SELECT chunk_id, size, words FROM (
         SELECT ${["chunk_id", "size", "words", ...counts].join(", ")} FROM chunk_words
         WHERE collection_id = $1 AND words @@ $2::tsquery AND chunk_id > $3 ${filter} OFFSET 0
       ) AS matching
       ORDER BY ${roughly.length === 0 ? "size" : `${roughly.join(" + ")} DESC`}, chunk_id LIMIT ${parameter(2 * limit + 100)}
     ) AS best`,
    values,
  );
  // A word that all chunks have, where only required ones are looked for: it orders equals by their length, as on the embedded store.
  const scored = isRequired ? [...phrases, everyChunk] : phrases;
  const score = (row: Ranked): number => {
    const exact = phraseCounts(phrases, row.words);
    return bm25(scored, isRequired ? [...exact, wordWeights.heading] : exact, row.size, average);
  };
  return rows
    .map((row) => ({ chunkId: row.chunkId, score: score(row) }))
    .toSorted(bestFirst)
    .slice(0, limit);
}

function bestFirst(one: Hit, other: Hit): number {
  return other.score - one.score || one.chunkId - other.chunkId;
}
