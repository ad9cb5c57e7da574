/**
 * The words of a query, and where they stand in a text: for snippets and highlighting, never for ranking.
 *
 * Full-text search matches by Porter stems, so highlighting does as well: "rotate" marks "rotating". A word is a run of letters
 * and digits, as in FTS5's unicode61; identifiers and versions are marked piece by piece. Chinese, Japanese and Korean words are
 * those of cjk.ts, of one or two characters.
 */
import { stemmer } from "stemmer";
import { hasCjk, piecesOf, wordsIn } from "../cjk.ts";

const WORD = /[\p{L}\p{N}\p{M}]+/gu;

/** Articles, prepositions and question words: words that say nothing of what is looked for. */
const STOP_WORDS = new Set(
  (
    "a an and are as at be by can do does for from how i in into is it its me my of on or our the them these they this " +
    "those to was we were what when where which who why with you your"
  ).split(" "),
);

/** A stretch of a text, in UTF-16 units; `end` is exclusive. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/** Stems of a query's words; of its stop words too where it has no others. */
export function queryStems(query: string): ReadonlySet<string> {
  const words = [...query.matchAll(WORD)].flatMap(([word]) => wordsIn(word.toLowerCase()));
  const telling = words.filter((word) => !STOP_WORDS.has(word));
  return new Set((telling.length > 0 ? telling : words).map(stem));
}

/**
 * What full-text search is asked: the query without its stop words, or all of it where there is nothing else. Phrases in quotes
 * stay whole. In a small index stop words are rare enough for BM25 to rank by them.
 */
export function withoutStopWords(query: string): string {
  const parts = query.match(/"[^"]*"?|[^\s"]+/g) ?? [];
  const telling = parts.filter((part) => !STOP_WORDS.has(part.toLowerCase().replace(/^\W+|\W+$/g, "")));
  return (telling.length > 0 ? telling : parts).join(" ");
}

/** Where words with one of these stems stand in `text`, in order, each with its stem. Those of two characters may overlap. */
export function findTerms(text: string, stems: ReadonlySet<string>): (Range & { stem: string })[] {
  const found: (Range & { stem: string })[] = [];
  const look = (word: string, start: number) => {
    const wordStem = stem(word.toLowerCase());
    if (stems.has(wordStem)) found.push({ start, end: start + word.length, stem: wordStem });
  };
  for (const { 0: word, index } of text.matchAll(WORD)) {
    if (!hasCjk(word)) look(word, index);
    else {
      for (const piece of piecesOf(word)) {
        if (!piece.isCjk) look(piece.text, index + piece.start);
        else lookAtCharacters(piece.text, index + piece.start, look);
      }
    }
  }
  return found;
}

/** Every character and every pair of neighbours. */
function lookAtCharacters(run: string, start: number, look: (word: string, start: number) => void): void {
  let at = start;
  const characters = Array.from(run);
  characters.forEach((character, i) => {
    look(character, at);
    if (i + 1 < characters.length) look(character + characters[i + 1]!, at);
    at += character.length;
  });
}

const stemOf = new Map<string, string>();
/** Words repeat; the few that do not must not fill the memory of a process that searches for months. */
const mostStems = 50_000;

// As FTS5's porter wrapper over unicode61: without diacritics.
function stem(word: string): string {
  let known = stemOf.get(word);
  if (known === undefined) {
    known = stemmer(word.normalize("NFD").replace(/\p{M}/gu, ""));
    if (stemOf.size >= mostStems) stemOf.clear();
    stemOf.set(word, known);
  }
  return known;
}
