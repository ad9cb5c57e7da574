/** BM25 as FTS5 computes it, from where words stand in a chunk. */
import { type Place, weightOf } from "./words.ts";

export interface ScoredPhrase {
  /** As a tsquery. */
  readonly query: string;
  readonly lexemes: readonly string[];
  readonly isPrefix: boolean;
  /** Larger for rarer ones; never 0. */
  readonly idf: number;
}

/** What a chunk has of the words that were asked for. */
export interface Found {
  /** Words of the chunk. */
  readonly size: number;
  /** Word, positions, labels. Null where it has none of them. */
  readonly places:
    | readonly (readonly [lexeme: string, positions: readonly number[], places: readonly Place[]])[]
    | null;
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

/** See bm25. */
export function phraseCounts(phrases: readonly ScoredPhrase[], { places }: Found): number[] {
  const found = places ?? [];
  return phrases.map(({ lexemes, isPrefix }) => {
    const last = lexemes.length - 1;
    const matches = lexemes.map((lexeme, i) =>
      found.filter(([word]) => (isPrefix && i === last ? word.startsWith(lexeme) : word === lexeme)),
    );
    const following = matches.slice(1).map((words) => new Set(words.flatMap(([, positions]) => positions)));
    let count = 0;
    for (const [lexeme, positions, labels] of matches[0] ?? []) {
      positions.forEach((position, i) => {
        if (following.every((at, next) => at.has(position + next + 1))) count += weightOf(lexeme, labels[i]!);
      });
    }
    return count;
  });
}
