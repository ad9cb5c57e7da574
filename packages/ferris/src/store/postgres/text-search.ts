/**
 * Search by words: what a query looks for in this index, how rare each word of it is, and then the best chunks with them (text-ranking.ts).
 */

import { mostIdentifiers, mostTrigrams } from "../agreed-limits.ts";
import type { Hit, SearchOptions, TextQuery } from "../store.ts";
import { type Asking, formsOfAll, keyOf, type Phrase, requiredForms, type TermForms } from "../term-forms.ts";
import type { ScoredPhrase } from "./bm25.ts";
import type { TextScope } from "./scope.ts";
import { ranked, rankedByRarest, type Ranking, type RankedTerm } from "./text-ranking.ts";
import { allOf, formsQuery, lexemesOf, phraseQuery } from "./words.ts";

/** What `asking` returns, with this index to answer it. */
export async function answered<Result>(scope: TextScope, asking: Asking<Result>): Promise<Result> {
  let step = asking.next();
  while (!step.done) {
    const question = step.value;
    step = asking.next(
      question.ask === "known" ? await isKnown(scope, question.forms) : await identifiersWith(scope, question.piece),
    );
  }
  return step.value;
}

/** Whether any chunk has one of these. */
export async function isKnown(scope: TextScope, forms: TermForms): Promise<boolean> {
  const count = await scope.counts.of(scope, forms);
  return queriesOf(forms).some((query) => count(query) > 0);
}

function queriesOf(forms: readonly Phrase[]): string[] {
  return forms.flatMap((form) => phraseQuery(form) ?? []);
}

/** What `asking` returns where the index knows every word: for which words that holds is asked of it once. */
function whereAllIsKnown<Result>(asking: Asking<Result>): Result {
  let step = asking.next();
  while (!step.done) step = asking.next(true);
  return step.value;
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
  const { languages } = scope;
  await scope.counts.of(scope, [
    ...whereAllIsKnown(formsOfAll(query.any, languages)).flat(),
    ...(whereAllIsKnown(requiredForms(query, languages))?.all.flat() ?? []),
  ]);
  const required = await answered(scope, requiredForms(query, languages));
  const any = await answered(scope, formsOfAll(query.any, languages));
  // What is required is not ranked by twice, and may be all there is.
  const requiredKeys = new Set(required?.all.map(keyOf));
  const optional = any.filter((forms) => !requiredKeys.has(keyOf(forms)));
  const constraint = required && constraintOf(required.all, required.none);
  const isRequired = required !== null && required.all.length > 0;
  const phrases = await weighedPhrases(scope, [...optional, ...(required?.all ?? [])].flat());
  const ranking: Ranking = { scope, phrases: [...phrases.values()], constraint, limit, hasEvery: isRequired };
  // None of the words stands anywhere.
  if (phrases.size === 0) return [];
  // A chunk with what is required and nothing else is found as well, after those that have more.
  if (isRequired) return ranked(ranking, constraint!);
  const terms = optional.map((forms) => termOf(forms, phrases)).filter((term) => term.phrases.length > 0);
  return rankedByRarest(ranking, terms);
}

type Weighed = ScoredPhrase & { readonly chunks: number };

function termOf(forms: TermForms, weighed: ReadonlyMap<string, Weighed>): RankedTerm {
  const phrases = [...new Set(queriesOf(forms))].flatMap((query) => weighed.get(query) ?? []);
  return { query: formsQuery(forms), phrases, chunks: phrases.reduce((sum, { chunks }) => sum + chunks, 0) };
}

/** Each phrase that stands anywhere, with how rare it is: as often as FTS5 is asked for it, "death" and "deaths" being the same there too. */
async function weighedPhrases(scope: TextScope, all: readonly Phrase[]): Promise<Map<string, Weighed>> {
  const distinct = new Map<string, { readonly phrase: Phrase; times: number }>();
  for (const each of all) {
    const query = phraseQuery(each);
    if (query === null) continue;
    const known = distinct.get(query);
    if (known) known.times++;
    else distinct.set(query, { phrase: each, times: 1 });
  }
  const count = await scope.counts.of(
    scope,
    Array.from(distinct.values(), ({ phrase }) => phrase),
  );
  const { chunks: total } = scope.totals;
  const weighed = new Map<string, Weighed>();
  for (const [query, { phrase, times }] of distinct) {
    const chunks = count(query);
    if (chunks === 0) continue;
    const idf = Math.log((total - chunks + 0.5) / (chunks + 0.5));
    const { text, isPrefix } = phrase;
    weighed.set(query, { query, lexemes: lexemesOf(text), isPrefix, idf: times * (idf > 0 ? idf : 1e-6), chunks });
  }
  return weighed;
}
