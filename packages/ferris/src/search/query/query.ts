/**
 * A query, taken apart once: what is embedded, what full-text search looks for, what documents it asks for, and what of it is found again
 * in a chunk. Everything in search works from this; nobody else parses what was typed.
 *
 * How much its words count is not decided here: where they stand is store/word-weights.ts, BM25 is the store's, and words against
 * meaning is fuse.ts with coverage.ts and confidence.ts.
 */
import { UsageError } from "../../errors.ts";
import type { DocumentFilter, TextQuery, TextTerm } from "../../store/store.ts";
import { type LanguageCode, languageOf } from "../../words/language.ts";
import { isStopWord } from "../../words/stop-words.ts";
import { wordsIn } from "../../words/unspaced.ts";
import { isFileName, isVersion } from "./names.ts";
import { fieldFilter } from "./fields.ts";
import { plain, type Token, tokensOf } from "./syntax.ts";

export interface Query {
  /** What was typed, or its beginning. */
  readonly text: string;
  /** What a model reads: without signs, exclusions and fields. */
  readonly meaning: string;
  readonly words: TextQuery;
  /** What of it names a file: `release.md`, `docs/keys.md`. */
  readonly names: readonly string[];
  /** What counts as found in a chunk, each once: words by stem, and whole what is a version or a file's name. */
  readonly units: readonly QueryUnit[];
  /** What its fields ask for. */
  readonly filter: DocumentFilter | undefined;
}

export interface QueryUnit {
  readonly kind: "word" | "prefix" | "version" | "name";
  readonly text: string;
}

/** A model reads less; a query of a megabyte is a mistake, and must not take minutes. */
const longestQuery = 10_000;
/** Longer runs without a space are not words. */
const longestWord = 200;
const mostTerms = 100;
const mostNames = 4;
/** In a query one word tells of a language, where none tells of another. */
const fewestCommonWords = 1;

/**
 * Takes apart what was typed.
 *
 * @throws UsageError for a query without anything in it
 */
export function parseQuery(typed: string, now = Date.now()): Query {
  if (typed.trim() === "") throw new UsageError("the query is empty: say what to look for");
  const text = beginning(typed.trim(), longestQuery);
  const tokens = understood(text, now);
  const wanted = tokens.filter(({ kind, isExcluded }) => kind !== "field" && !isExcluded);
  const all = wanted.filter(({ kind }) => kind === "phrase");
  const none = tokens.filter(({ kind, isExcluded }) => kind !== "field" && isExcluded);
  const language = languageOf(text, fewestCommonWords);
  const telling = wanted.filter(({ kind, text: word }) => kind !== "word" || !isStopWord(word, language));
  const terms = distinct((telling.length > 0 ? telling : wanted).flatMap(termsOf));
  const names = wanted.map(({ text: word }) => trimmed(word)).filter(isFileName);
  return {
    text,
    meaning: wanted.map(({ text: word }) => word).join(" "),
    words: { any: terms, all: distinct(all.flatMap(termsOf)), none: distinct(none.flatMap(termsOf)) },
    names: [...new Set(names)].slice(0, mostNames),
    units: unitsOf(telling.length > 0 ? telling : wanted, language),
    filter: fieldFilter(tokens, now),
  };
}

/** Tokens, or plain words where a field says nothing or nothing else would be looked for. */
function understood(text: string, now: number): readonly Token[] {
  const tokens = tokensOf(text).flatMap((token) =>
    token.kind === "field" && fieldFilter([token], now) === undefined ? plain(`${token.field}:${token.text}`) : [token],
  );
  return tokens.some(({ kind, isExcluded }) => kind !== "field" && !isExcluded) ? tokens : plain(text);
}

function termsOf({ kind, text }: Token): TextTerm[] {
  if (kind !== "word") return [{ kind: kind as TextTerm["kind"], text: beginning(text, longestWord) }];
  // A run of Chinese, Japanese or Thai is several words.
  return wordsIn(beginning(text, longestWord)).map((word) => ({ kind: "word", text: word }));
}

function distinct(terms: readonly TextTerm[]): TextTerm[] {
  const known = new Map(terms.map((term) => [`${term.kind} ${term.text.toLowerCase()}`, term]));
  return [...known.values()].slice(0, mostTerms);
}

const word = /[\p{L}\p{N}\p{M}\u00AD\u200B\u2060]+|(?![\x00-\x7f©®™])\p{Extended_Pictographic}/gu;

function unitsOf(tokens: readonly Token[], language: LanguageCode | null): QueryUnit[] {
  const units = new Map<string, QueryUnit>();
  const add = (unit: QueryUnit) => units.set(`${unit.kind} ${unit.text.toLowerCase()}`, unit);
  for (const token of tokens) {
    const whole = trimmed(token.text);
    if (token.kind === "prefix") add({ kind: "prefix", text: whole });
    else if (token.kind === "word" && isVersion(whole)) add({ kind: "version", text: whole });
    else if (token.kind === "word" && isFileName(whole)) add({ kind: "name", text: whole });
    else {
      const found = [...beginning(token.text, longestWord).matchAll(word)].map(([part]) => part);
      const telling = found.filter((part) => !isStopWord(part, language));
      for (const part of telling.length > 0 ? telling : found) {
        for (const text of wordsIn(part)) add({ kind: "word", text });
      }
    }
  }
  return [...units.values()].slice(0, mostTerms);
}

/** Without the punctuation of a sentence around it. */
function trimmed(text: string): string {
  return text.replace(/^[([{<'`]{1,8}|[)\]}>'`,;:!?.]{1,8}$/g, "");
}

/** At most `length` UTF-16 units, never half a character. */
function beginning(text: string, length: number): string {
  if (text.length <= length) return text;
  const isHalf = (text.charCodeAt(length) & 0xfc00) === 0xdc00;
  return text.slice(0, isHalf ? length - 1 : length);
}
