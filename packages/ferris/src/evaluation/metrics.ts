/**
 * How good a ranking is, as trec_eval and BEIR count it.
 *
 * Pure. `ranked` are ids without repetition, best first; `relevant` has a grade above 0 for every relevant id, whether it was
 * found or not. All results are in [0, 1].
 */

export type Relevant = ReadonlyMap<string, number>;

/** Normalised discounted cumulative gain: Σ grade / log2(rank + 1) over the first `k`, divided by the best order's. */
export function ndcg(ranked: readonly string[], relevant: Relevant, k: number): number {
  const gain = (grades: readonly number[]): number =>
    grades.reduce((sum, grade, i) => sum + grade / Math.log2(i + 2), 0);
  const best = gain([...relevant.values()].toSorted((a, b) => b - a).slice(0, k));
  return best === 0 ? 0 : gain(ranked.slice(0, k).map((id) => relevant.get(id) ?? 0)) / best;
}

/** The share of the relevant ids that are among the first `k`. */
export function recall(ranked: readonly string[], relevant: Relevant, k: number): number {
  const found = ranked.slice(0, k).filter((id) => relevant.has(id)).length;
  return relevant.size === 0 ? 0 : found / relevant.size;
}

/** 1 / rank of the first relevant id, 0 where it is not among the first `k`. */
export function reciprocalRank(ranked: readonly string[], relevant: Relevant, k: number): number {
  const first = ranked.slice(0, k).findIndex((id) => relevant.has(id));
  return first < 0 ? 0 : 1 / (first + 1);
}

/** 1 where one of the first `k` is relevant, else 0. */
export function hit(ranked: readonly string[], relevant: Relevant, k: number): number {
  return ranked.slice(0, k).some((id) => relevant.has(id)) ? 1 : 0;
}
