/** Numbers that every store goes by, so that an index gives the same results wherever it is kept. */

/** Vectors up to this many are compared one by one: 25 ms on SQLite, 10 on PostgreSQL. Above, codes say which are worth it. */
export const exactUpTo = 20_000;

/**
 * How many vectors codes choose, to be compared exactly, for `limit` hits: about 4 ms. The best 10 are among them in 100,000 vectors and in a
 * million alike (docs/search.md).
 */
export function candidatesFor(limit: number): number {
  return Math.max(1_000, 10 * limit);
}

/** Chunks with a word of the query up to this many are ranked, whatever they are: about 15 ms on SQLite. */
export const mostRanked = 20_000;

/** More identifiers than these with a piece in them say that the piece is too short to mean one of them. */
export const mostIdentifiers = 24;
/** Trigrams that a piece is looked for by. */
export const mostTrigrams = 30;

/** Documents with at most this many missing chunks are embedded first: the next large one would hold them all up. */
export const fewChunks = 32;
