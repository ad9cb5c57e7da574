/**
 * Whether a query is one that the model cannot read: in a script of which it has no words, or in another language than the only one that it knows.
 *
 * Scripts tell by how the tokenizer takes the query apart (confidence.ts). Languages in Latin letters come apart less, and a query is short: its
 * commonest words tell, or letters that English does not have, and only together with words that come in pieces; for "man page for tar", "naïve
 * Bayes" and a function's name have one of the two.
 */
import { commonWordsIn, type LanguageCode, languageOf } from "../words/language.ts";

export interface Unread {
  /** "script": words alone have a say. "language": the model is for English alone, and words count for more. */
  readonly problem: "script" | "language";
  /** Of the query (ISO 639-1), where it can be told. */
  readonly language: LanguageCode | null;
}

/** Below this confidence a query is spelled, not read. */
const leastConfidence = 0.3;
/** Shorter ones say nothing of a language. */
const fewestLetters = 5;
/** Pieces a word, on average, by how much else tells: words of a foreign language come in two and more. */
const leastPieces = { commonWords: 1.2, commonWord: 1.45, letters: 1.8 };
/** Of the words, to come in pieces where letters alone tell: "Schrödinger equation" has a name in it. */
const leastInPieces = 0.6;
const foreignLetter = /[^\p{ASCII}]/u;
/** Common words of others that English has too, or begins words with: one of them tells nothing. */
const alsoEnglish = /^(?:as|bin|com|comment|con|dat|den|des|die|est|les|man|mi|non|per|pour|se|son|sur|van|war)$/;

/**
 * @param confidence of the model in the query (queryConfidence)
 * @param isForEnglish whether that is known of the model
 */
export function unreadQuery(
  query: string,
  countTokens: (text: string) => number,
  confidence: number,
  isForEnglish: boolean,
): Unread | null {
  const letters = query.match(/\p{L}/gu) ?? [];
  if (letters.length === 0) return null;
  const latin = letters.filter((letter) => /\p{Script=Latin}/u.test(letter)).length;
  // A code or a name in Latin letters comes in pieces too, and any model for it does as well as another.
  if (latin * 2 < letters.length) {
    return confidence < leastConfidence ? { problem: "script", language: languageOf(query, 1) } : null;
  }
  if (!isForEnglish || letters.length < fewestLetters) return null;
  const words = query.match(/\p{L}[\p{L}\p{M}]*/gu) ?? [];
  const pieces = countTokens(words.join(" ")) / words.length;
  const { language, words: common } = commonWordsIn(query);
  const telling = common.length > 1 || common.some((word) => !alsoEnglish.test(word));
  const least = !telling ? leastPieces.letters : common.length > 1 ? leastPieces.commonWords : leastPieces.commonWord;
  if (pieces < least || !(telling || hasForeignLetters(words, countTokens))) return null;
  return { problem: "language", language };
}

function hasForeignLetters(words: readonly string[], countTokens: (text: string) => number): boolean {
  if (!words.some((word) => foreignLetter.test(word))) return false;
  return words.filter((word) => countTokens(word) > 1).length >= words.length * leastInPieces;
}

/** Sentences for a person, without a word on how to index otherwise; null where there is nothing to say. */
export function unreadText(unread: Unread | null): string | null {
  if (unread === null) return null;
  const { problem, language } = unread;
  const name = language === null ? null : new Intl.DisplayNames(["en"], { type: "language" }).of(language);
  if (problem === "script") {
    return `the index's model cannot read this ${name === null || name === undefined ? "query's script" : `query (${name})`}; it was searched by its words`;
  }
  return `this query is in ${name ?? "another language"}, it seems, and the index's model is for English: what is found by meaning may be missing or wrong`;
}
