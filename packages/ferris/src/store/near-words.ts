/**
 * Which words are near to one that was typed, whatever index knows them: by their stems, and by what endings make of these.
 */
import { editDistance } from "../words/edit-distance.ts";
import { fold } from "../words/fold.ts";
import { nameWords } from "../words/names.ts";
import { stemOf } from "../words/stems.ts";

const shortest = 4;
const longest = 40;
/** Letters from which a word may have two mistakes. */
const twoMistakes = 8;
/** Endings that a stem has lost: `migratons` is near `migrations`, whose stem is `migrat`. */
const endings = [
  "",
  "s",
  "e",
  "es",
  "ed",
  "er",
  "ing",
  "ion",
  "ions",
  "ation",
  "ations",
  "ment",
  "ly",
  "y",
  "ies",
] as const;
const lettersOnly = /^\p{L}+$/u;
const mostStems = 8;

/** Words with one beginning that are compared, and chunks that are read for the word itself. */
export const mostCompared = 100_000;
export const mostRead = 5;

/** A word that may have been misspelt. */
export interface TypedWord {
  readonly text: string;
  /** Mistakes that it may have. */
  readonly most: number;
  readonly firstLetter: string;
}

export interface WrittenWord {
  readonly text: string;
  /** From what was typed. */
  readonly distance: number;
}

/** What words are read from. */
export interface WrittenChunk {
  readonly heading: string;
  readonly text: string;
  readonly path: string;
  readonly title: string | null;
}

/** Null for what is not a word that could be misspelt. */
export function typedWord(typed: string): TypedWord | null {
  const text = fold(typed).toLowerCase();
  if (text.length < shortest || text.length > longest || !lettersOnly.test(text)) return null;
  return { text, most: text.length >= twoMistakes ? 2 : 1, firstLetter: Array.from(text)[0]! };
}

export interface NearStem {
  readonly term: string;
  readonly distance: number;
}

/** Of the index's stems those that may be of the word that was meant, with the mistakes that this takes. */
export function nearStems({ text, most }: TypedWord, stems: Iterable<{ readonly term: string }>): NearStem[] {
  const near: NearStem[] = [];
  for (const { term } of stems) {
    const { length } = term;
    if (length > text.length + most || length < text.length - most - longestEnding || !lettersOnly.test(term)) continue;
    const distance = distanceTo(text, term, most);
    if (distance <= most) near.push({ term, distance });
  }
  return near;
}

/**
 * The likeliest of these first: with the fewest mistakes, and of equals in the most chunks. What an ending makes of a stem need not be a word, so
 * there are several. @param chunks in how many each stands; those that stand in none are left out
 */
export function likeliest(near: readonly NearStem[], chunks: ReadonlyMap<string, number>): string[] {
  const count = ({ term }: NearStem): number => chunks.get(term) ?? 0;
  return near
    .filter((stem) => count(stem) > 0)
    .toSorted((one, other) => one.distance - other.distance || count(other) - count(one))
    .slice(0, mostStems)
    .map(({ term }) => term);
}

const longestEnding = Math.max(...endings.map(({ length }) => length));

function distanceTo(word: string, stem: string, most: number): number {
  // Porter writes the last letter of `pathway` as an i.
  const spelled = stem.endsWith("i") ? `${stem.slice(0, -1)}y` : stem;
  let least = Math.min(editDistance(stemOf(word), stem, most), editDistance(word, spelled, most));
  for (const ending of endings) {
    if (least === 0) break;
    least = Math.min(least, editDistance(word, stem + ending, most));
  }
  return least;
}

/** The word of these chunks with this stem that is nearest to what was typed. */
export function nearestWritten(
  { text: typed, most }: TypedWord,
  stem: string,
  chunks: readonly WrittenChunk[],
): WrittenWord | null {
  const written = chunks.flatMap(
    ({ heading, text, path, title }) =>
      fold(`${nameWords(path, title)} ${heading} ${text}`)
        .toLowerCase()
        .match(/\p{L}+/gu) ?? [],
  );
  let best: WrittenWord | null = null;
  for (const text of new Set(written)) {
    if (stemOf(text) !== stem) continue;
    const distance = editDistance(typed, text, most);
    if (distance <= most && (best === null || distance < best.distance)) best = { text, distance };
  }
  return best;
}
