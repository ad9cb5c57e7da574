/**
 * A query whose words the index has: one that it has nowhere, and that the model does not know as a word either, is taken for the nearest that it
 * has.
 */
import type { StoreReader } from "../store/store.ts";
import { languageOf } from "../words/language.ts";
import { isStopWord } from "../words/stop-words.ts";
import { parseQuery, type Query } from "./query/query.ts";
import type { Correction } from "./result.ts";
import type { QueryEmbedder } from "./retrieve/retrieve.ts";

const word = /[\p{L}\p{M}]+/gu;
/** A misspelt word may happen to be one of another language's commonest. */
const fewestCommonWords = 2;
/** A sentence of this many unknown words is in another language. */
const mostCorrected = 4;

/** The query as typed, or with its misspelt words put right. @throws UsageError for a query without anything in it */
export async function understoodQuery(
  store: Pick<StoreReader, "languages" | "nearestWords">,
  embedQuery: QueryEmbedder | null,
  typed: string,
): Promise<{ readonly query: Query; readonly corrections: readonly Correction[] }> {
  const query = parseQuery(typed);
  const language = languageOf(query.text, fewestCommonWords);
  const words = query.words.any
    .filter(({ kind, text }) => kind === "word" && !isStopWord(text, language) && !isOneToken(text, embedQuery))
    .flatMap(({ text }) => text.match(/^\p{L}+(?=[.,;:!?]*$)/u)?.[0] ?? []);
  // Words of a language that the index does not have are not misspelt.
  const isForeign = language !== null && !(await store.languages()).includes(language);
  const nearest = words.length === 0 || isForeign ? new Map<string, string>() : await store.nearestWords(words);
  if (nearest.size === 0 || nearest.size > mostCorrected) return { query, corrections: [] };
  const corrections = [...nearest].map(([one, used]) => ({ typed: one, used }));
  const text = query.text.replace(word, (run) => nearest.get(run) ?? run);
  return { query: { ...parseQuery(text), text: query.text }, corrections };
}

function isOneToken(text: string, embedQuery: QueryEmbedder | null): boolean {
  return embedQuery?.countTokens?.(text) === 1;
}
