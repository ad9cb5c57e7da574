/** Which of several things together reach a sum. */

/** More sets than these are not worth telling apart. */
const mostSets = 64;

/**
 * The smallest sets of `all` whose weights reach `least`: whatever reaches it contains one of them. Where they would be very many, single things
 * stand for them, of which that holds as well. Empty where all together do not reach it.
 */
export function reachingSets<T>(all: readonly T[], weightOf: (each: T) => number, least: number): T[][] {
  const things = all.map((each) => ({ each, weight: weightOf(each) })).toSorted((a, z) => z.weight - a.weight);
  /** From each one on. */
  const rest = things.map((_, i) => things.slice(i).reduce((sum, { weight }) => sum + weight, 0));
  const sets: T[][] = [];
  // Heaviest first: without its last and lightest a set does not reach, so without any other neither.
  const choose = (from: number, chosen: readonly T[], sum: number): void => {
    for (let i = from; i < things.length && sum + rest[i]! >= least && sets.length <= mostSets; i++) {
      const { each, weight } = things[i]!;
      if (sum + weight >= least) sets.push([...chosen, each]);
      else choose(i + 1, [...chosen, each], sum + weight);
    }
  };
  choose(0, [], 0);
  if (sets.length <= mostSets) return sets;
  return things.filter((_, i) => rest[i]! >= least).map(({ each }) => [each]);
}
