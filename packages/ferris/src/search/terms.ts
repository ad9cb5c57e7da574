/**
 * The words of a query, and where they stand in a text: for snippets and highlighting, never for ranking.
 *
 * Full-text search matches by Porter stems, so highlighting does as well: "rotate" marks "rotating". A word is a run of letters
 * and digits, as in FTS5's unicode61; identifiers and versions are marked piece by piece.
 */
import { stemmer } from "stemmer";

const WORD = /[\p{L}\p{N}\p{M}]+/gu;

/** Words that carry no meaning of their own; marking them would mark everything. */
const STOP_WORDS = new Set(
  (
    "a an and are as at be but by can do does for from had has have how i if in into is it its me my no not of on or our so " +
    "such than that the their them then there these they this to was we were what when where which who why will with you your"
  ).split(" "),
);

/** A stretch of a text, in UTF-16 units; `end` is exclusive. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/** Stems of a query's words; of its stop words too where it has no others. */
export function queryStems(query: string): ReadonlySet<string> {
  const words = [...query.matchAll(WORD)].map(([word]) => word.toLowerCase());
  const telling = words.filter((word) => !STOP_WORDS.has(word));
  return new Set((telling.length > 0 ? telling : words).map(stem));
}

/** Where words with one of these stems stand in `text`, in order, each with its stem. */
export function findTerms(text: string, stems: ReadonlySet<string>): (Range & { stem: string })[] {
  const found: (Range & { stem: string })[] = [];
  for (const match of text.matchAll(WORD)) {
    const wordStem = stem(match[0].toLowerCase());
    if (stems.has(wordStem)) found.push({ start: match.index, end: match.index + match[0].length, stem: wordStem });
  }
  return found;
}

// As FTS5's porter wrapper over unicode61: without diacritics.
function stem(word: string): string {
  return stemmer(word.normalize("NFD").replace(/\p{M}/gu, ""));
}
