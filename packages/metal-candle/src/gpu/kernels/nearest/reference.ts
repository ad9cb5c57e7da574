/** Nearest neighbours in plain double precision, for checks. */
import { storedLength } from "./layout.ts";

/**
 * The score of each row of `stored` [rows, dimensions], which has length `storedLength` before rounding: its product with the query
 * at length 1. Rounding has changed a row's length as well as its direction, and that is part of the score.
 */
export function scoresReference(query: ArrayLike<number>, stored: ArrayLike<number>): Float64Array {
  const dimensions = query.length;
  let squares = 0;
  for (let i = 0; i < dimensions; i++) squares += query[i] * query[i];
  const scale = 1 / (Math.sqrt(squares) * storedLength);
  const scores = new Float64Array(stored.length / dimensions);
  scores.forEach((_, row) => {
    for (let i = 0; i < dimensions; i++) scores[row] += stored[row * dimensions + i] * query[i] * scale;
  });
  return scores;
}

/** The `count`-th largest of `values`; −Infinity where there are fewer. */
export function largestReference(values: readonly number[], count: number): number {
  return values.toSorted((first, second) => second - first)[count - 1] ?? -Infinity;
}
