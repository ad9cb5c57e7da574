/**
 * Weighted reciprocal rank fusion: one ranking out of several, by ranks alone, since cosines and BM25 do not compare.
 *
 * score(x) = Σ over the rankings that hold x of weight(x) / (1 + rank of x), ranks from 1. Cormack, Clarke, Büttcher: "Reciprocal
 * Rank Fusion outperforms Condorcet and individual Rank Learning Methods", SIGIR 2009. They take 60 in place of 1, for many
 * rankings of like quality; with two that fail on different questions, the first places have to count for more (docs/search.md).
 */

/** One arm's answer, best first, and how much each place in it counts. */
export interface Ranking {
  readonly ids: readonly number[];
  readonly weight: (id: number) => number;
}

export interface FusedHit {
  readonly id: number;
  readonly score: number;
  /** The rank in each ranking, from 1, in their order; null where it is not in it. */
  readonly ranks: readonly (number | null)[];
}

const RANK_CONSTANT = 1;

/** All ids of all rankings, best first; equal scores in order of id, so that the order never depends on chance. */
export function fuse(rankings: readonly Ranking[]): FusedHit[] {
  const fused = new Map<number, { score: number; ranks: (number | null)[] }>();
  rankings.forEach(({ ids, weight }, arm) => {
    ids.forEach((id, position) => {
      let entry = fused.get(id);
      if (!entry) fused.set(id, (entry = { score: 0, ranks: rankings.map(() => null) }));
      entry.score += weight(id) / (RANK_CONSTANT + position + 1);
      entry.ranks[arm] = position + 1;
    });
  });
  return [...fused]
    .map(([id, { score, ranks }]) => ({ id, score, ranks }))
    .toSorted((a, b) => b.score - a.score || a.id - b.id);
}
