/** What is said of an index of which not all has its vectors yet: it is being made, or that was stopped. */

/** A sentence for a person; null where all has. */
export function vectorShareText(share: number, others = "are found by their words alone"): string | null {
  if (share >= 1) return null;
  // 99.9 % are not all.
  const percent = Math.min(99, Math.floor(share * 100));
  return `${percent} % of the passages have vectors so far; the others ${others}`;
}
