/** BM25 as FTS5 computes it, from where words stand in a chunk. */
import { type Place, weightOf } from "./words.ts";

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

/** @param counts for each phrase how often it stands in the chunk, each time by its weight */
export function bm25(
  phrases: readonly ScoredPhrase[],
  counts: readonly number[],
  size: number,
  averageSize: number,
): number {
  let score = 0;
  for (const [i, { idf }] of phrases.entries()) {
    const count = counts[i]!;
    score += idf * ((count * (k1 + 1)) / (count + k1 * (1 - b + (b * size) / averageSize)));
  }
  return score;
}

/** What these phrases give a chunk at most, however often it has them. */
export function mostOf(phrases: readonly ScoredPhrase[]): number {
  return phrases.reduce((sum, { idf }) => sum + idf, 0) * (k1 + 1);
}

interface Occurrence {
  readonly position: number;
  readonly weight: number;
}

/** See bm25. @param words a chunk's, as PostgreSQL writes a tsvector */
export function phraseCounts(phrases: readonly ScoredPhrase[], words: string): number[] {
  return phrases.map(({ lexemes, isPrefix }) => {
    const last = lexemes.length - 1;
    const [first, ...following] = lexemes.map((lexeme, i) => occurrences(words, lexeme, isPrefix && i === last));
    const places = following.map((some) => new Set(some.map(({ position }) => position)));
    let count = 0;
    for (const { position, weight } of first ?? []) {
      if (places.every((at, next) => at.has(position + next + 1))) count += weight;
    }
    return count;
  });
}

/** Our words are letters and digits, so `'word':` stands nowhere but where the word begins. */
function occurrences(words: string, lexeme: string, isPrefix: boolean): Occurrence[] {
  const found: Occurrence[] = [];
  const wanted = isPrefix ? `'${lexeme}` : `'${lexeme}':`;
  for (let at = words.indexOf(wanted); at >= 0; at = isPrefix ? words.indexOf(wanted, at + 1) : -1) {
    const from = isPrefix ? words.indexOf("':", at + 1) + 2 : at + wanted.length;
    const end = words.indexOf(" ", from);
    const word = words.slice(at + 1, from - 2);
    for (const place of words.slice(from, end < 0 ? undefined : end).split(",")) {
      const label = place.at(-1)!;
      const isLabelled = label >= "A" && label <= "C";
      found.push({ position: Number.parseInt(place, 10), weight: weightOf(word, isLabelled ? (label as Place) : "D") });
    }
  }
  return found;
}
