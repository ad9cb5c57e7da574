/**
 * BM25 as FTS5 computes it, in SQL: how often a phrase stands in a chunk, each time by its weight, and what that is worth.
 *
 * `ts_rank_cd` counts what covers a query, each time by its label, divided by the words between: of a word, or words side by side, that is the sum
 * that is wanted, as a part of the largest weight. `ts_rank` takes less than half the time, and tells where there is nothing to count.
 */
import { wordWeights } from "../word-weights.ts";
import { weightOf } from "./words.ts";

export interface ScoredPhrase {
  /** As a tsquery. */
  readonly query: string;
  readonly lexemes: readonly string[];
  readonly isPrefix: boolean;
  /** Larger for rarer ones, and as often as it is asked for; never 0. */
  readonly idf: number;
}

/** FTS5's: how soon another occurrence counts no more, and how much the length of a chunk counts. */
const k1 = 1.2;
const b = 0.75;

/** A word that every chunk has in its heading, as on the embedded store. */
const everyIdf = 1e-6;

const { heading, text, name } = wordWeights;
/** The server takes weights up to 1. */
const largest = Math.max(...Object.values(wordWeights));

/** Of D, C, B and A, as parts of the largest. */
function weightsWith(partOrStem: number): string {
  return `'{${[partOrStem, name, text, heading].map((weight) => weight / largest).join(",")}}'`;
}

/** Weights are whole tenths: so are their sums, which the server has in float4. */
const parts = 10;

/** What `ts_rank` gives a word that stands once, in the text: any second place adds a quarter of its weight, so nothing else comes near. */
const onceInText = text / largest / (Math.PI ** 2 / 6);
/** So little that a word which stands in D alone, however often, comes to less than that. */
const littleInD = 0.3 * text;

/** Whether a phrase's count can be told from ts_rank. */
export function isRanked({ lexemes, isPrefix }: ScoredPhrase): boolean {
  return lexemes.length === 1 && !isPrefix;
}

/** SQL of what countOf wants for a phrase that isRanked. @param query the phrase's, a tsquery in SQL */
export function rankOf(query: string): string {
  return `ts_rank(${weightsWith(littleInD)}, words, ${query})`;
}

/** SQL of how often a phrase stands in `words`. @param rank what rankOf gave; null where the phrase is not ranked */
export function countOf({ lexemes }: ScoredPhrase, query: string, rank: string | null): string {
  const count = `round(ts_rank_cd(${weightsWith(weightOf(lexemes[0]!, "D"))}, words, ${query})::float8 * ${largest * parts}) / ${parts}`;
  if (rank === null) return `CASE WHEN words @@ ${query} THEN ${count} ELSE 0 END`;
  return `CASE WHEN ${rank} < 1e-4 THEN 0 WHEN ${rank} BETWEEN ${0.99 * onceInText} AND ${1.01 * onceInText} THEN ${text} ELSE ${count} END`;
}

/** SQL of what a word is worth that is counted `count` times. @param size of the chunk, as a part of the average */
export function scoreOf(idf: string, count: string, size: string): string {
  return `${idf} * ((${count} * ${k1 + 1}) / (${count} + ${k1} * (${1 - b} + ${b} * ${size})))`;
}

/** The same of the word that every chunk has. */
export function everyScore(size: string): string {
  return scoreOf(String(everyIdf), String(heading), size);
}

/** What these phrases give a chunk at most, however often it has them. */
export function mostOf(phrases: readonly ScoredPhrase[]): number {
  return phrases.reduce((sum, { idf }) => sum + idf, 0) * (k1 + 1);
}

/** What the word that every chunk has gives at most. */
export const mostOfEvery = everyIdf * (k1 + 1);
