/**
 * Where to cut texts that are sorted by length into padded batches so that the whole costs least. Pure arithmetic; it knows no
 * device and no request.
 *
 * A batch costs a fixed amount of its own and every row its longest row's length. Cutting whenever a batch is full pads a few
 * short texts to one long one; cutting at every length pays the fixed cost too often. The least sum over all ways of cutting is
 * found exactly, by dynamic programming over prefixes: best[end] = min over start of best[start] + cost(start … end).
 */
export interface CutLimits {
  /** Most tokens in one batch, padding counted; a row longer than this is a batch alone. */
  readonly tokenBudget: number;
  /** Most rows in one batch. */
  readonly maxSequences: number;
  /** What one more batch costs, in tokens. */
  readonly batchOverhead: number;
}

/**
 * For each prefix of the rows, the size of its last batch in the cheapest way of cutting it: result[n] rows are the last batch of
 * all n, result[n - result[n]] the one before, and so on.
 *
 * @param lengths tokens of each row, ascending within a kind
 * @param kinds rows of different kinds never share a batch; rows of one kind stand together
 */
export function cheapestCuts(lengths: readonly number[], kinds: readonly number[], limits: CutLimits): Uint32Array {
  const { tokenBudget, maxSequences, batchOverhead } = limits;
  const best = new Float64Array(lengths.length + 1).fill(Infinity);
  const last = new Uint32Array(lengths.length + 1);
  best[0] = 0;
  for (let end = 1; end <= lengths.length; end++) {
    const longest = lengths[end - 1];
    for (let rows = 1; rows <= Math.min(end, maxSequences); rows++) {
      const fits = rows === 1 || rows * longest <= tokenBudget;
      if (!fits || kinds[end - rows] !== kinds[end - 1]) break;
      const cost = best[end - rows] + batchOverhead + rows * longest;
      if (cost < best[end]) {
        best[end] = cost;
        last[end] = rows;
      }
    }
  }
  return last;
}
