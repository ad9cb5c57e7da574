/** The median: what measurements are judged by, since one stall of the host does not move it. */

/** Of two in the middle, the lower. `values` must not be empty. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((first, second) => first - second);
  return sorted[(sorted.length - 1) >> 1];
}
