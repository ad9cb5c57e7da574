/**
 * Weighted reciprocal rank fusion: one ranking out of several, by ranks alone, since cosines and BM25 do not compare.
 *
 * score(x) = Σ over the rankings that hold x of weight / (10 + rank of x), ranks from 1. Cormack, Clarke, Büttcher:
 * "Reciprocal Rank Fusion outperforms Condorcet and individual Rank Learning Methods", SIGIR 2009. They take 60, for many
 * rankings; with two, 10 trusts each arm's first places more (see docs/search.md for what that is worth).
 */

/** One arm's answer, best first, and how much it counts. */
export interface Ranking {
  readonly ids: readonly number[];
  readonly weight: number;
}

export interface FusedHit {
  readonly id: number;
  readonly score: number;
  /** The rank in each ranking, from 1, in their order; null where it is not in it. */
  readonly ranks: readonly (number | null)[];
}

const RANK_CONSTANT = 10;

/** All ids of all rankings, best first; equal scores in order of id, so that the order never depends on chance. */
export function fuse(rankings: readonly Ranking[]): FusedHit[] {
  const fused = new Map<number, { score: number; ranks: (number | null)[] }>();
  rankings.forEach(({ ids, weight }, arm) => {
    ids.forEach((id, position) => {
      let entry = fused.get(id);
      if (!entry) fused.set(id, (entry = { score: 0, ranks: rankings.map(() => null) }));
      entry.score += weight / (RANK_CONSTANT + position + 1);
      entry.ranks[arm] = position + 1;
    });
  });
  return [...fused]
    .map(([id, { score, ranks }]) => ({ id, score, ranks }))
    .toSorted((a, b) => b.score - a.score || a.id - b.id);
}
