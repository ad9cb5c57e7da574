/** Order statistics: what measurements, and sizes on a page, are judged by. */

/** The value below which `share` of the values lie; the median for 0.5. `values` must not be empty. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((first, second) => first - second);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!;
}
