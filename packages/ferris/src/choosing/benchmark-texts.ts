/**
 * The texts that speed is measured with, by `ferris bench` and where a device or a model is chosen: made of common English words, the same on
 * every machine, in three sets of lengths.
 *
 * Made, not real: a report must be comparable with another one, and no corpus has to be shipped. Speed does not depend on what the
 * words mean; that all are common flatters the tokenizer a little, on every machine alike.
 */

/** Names of the sets, in the order that they are shown. */
export const setNames = ["short", "mixed", "long"] as const;
export type SetName = (typeof setNames)[number];

const words = (
  "the of and to in is that for it as was with be by on not he his but at are this have from or had an they which one you were " +
  "all her she there would their we him been has when who will no more if out so up said what its about than into them can only " +
  "other time new some could these two may first then do any like my now over such our man me even most made after also did many " +
  "off before must well back through years where much your way down should because long each just state those people too mr how " +
  "little good world make very year still see own work men day get here between both life being under three never know same last " +
  "another while us might great go come since against right came take used himself few house use place during high without again " +
  "home around small however found mrs thought went say part once general upon school every water system second set night keys " +
  "number government public program point hand early course business things interest power letter service engine vector machine"
).split(" ");

/** Smallest and largest number of words of a text, and texts of the full set. */
const sizes: Readonly<Record<SetName, readonly [least: number, most: number, texts: number]>> = {
  short: [12, 24, 1000],
  mixed: [8, 220, 512],
  long: [180, 240, 128],
};

/** The full set of this name; a slower device is given its first few. */
export function benchmarkTexts(name: SetName): string[] {
  const [least, most, count] = sizes[name];
  let state = 1 + setNames.indexOf(name);
  const random = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  return Array.from({ length: count }, () => {
    // Squared: short texts are more common than long ones, and common words than rare ones.
    const length = least + Math.floor((name === "mixed" ? random() ** 2 : random()) * (most - least + 1));
    return Array.from({ length }, () => words[Math.floor(random() ** 2 * words.length)]).join(" ");
  });
}

/** Questions to time one by one. */
export function benchmarkQueries(): string[] {
  return benchmarkTexts("short").map((text) => text.split(" ").slice(0, 10).join(" "));
}
