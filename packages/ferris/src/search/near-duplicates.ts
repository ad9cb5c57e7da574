/**
 * Whether two passages say the same: equal but for a version number, a date, a word here and there.
 *
 * Compared by their runs of four words. What differs must not be what was asked for, so a passage is a copy only where nearly all of its
 * runs are in the other, and the other way round.
 */
import type { StoredChunk } from "../store/store.ts";

const runLength = 4;
/** Of all runs of both. One changed word in a passage of a hundred words changes four of its runs. */
const leastShared = 0.8;
/** Passages of fewer words are too short to differ in a word and mean the same: they have to be equal. */
const fewestWords = 12;

/** Runs of words; of a short passage all of it. */
export function fingerprintOf({ text }: Pick<StoredChunk, "text">): ReadonlySet<string> {
  const words = text.toLowerCase().match(/[\p{L}\p{N}\p{M}]+/gu) ?? [];
  if (words.length < fewestWords) return new Set([words.join(" ")]);
  const runs = new Set<string>();
  for (let i = 0; i + runLength <= words.length; i++) runs.add(words.slice(i, i + runLength).join(" "));
  return runs;
}

export function isNearlyThe(one: ReadonlySet<string>, other: ReadonlySet<string>): boolean {
  const [small, large] = one.size <= other.size ? [one, other] : [other, one];
  if (small.size < large.size * leastShared) return false;
  let shared = 0;
  for (const run of small) if (large.has(run)) shared++;
  return shared >= leastShared * (one.size + other.size - shared);
}
