/** Words that say how a question is put, not what it is about. */
import { isCommonWord, type LanguageCode } from "./language.ts";

/**
 * They stand in nearly every chunk, so looking them up is most of the work, and in a small index they are rare enough for BM25 to rank by
 * them. A longer list costs quality ("not", "if" and "no" do say something).
 */
const stopWords = new Set(
  (
    "a an and are as at be been by can could did do does for from had has have how i in into is it its me my of on or our " +
    "should that the their them these they this those to us was we were what when where which who why will with would you your"
  ).split(" "),
);

/** Of English, or of `language`. `word` may carry the punctuation around it. */
export function isStopWord(word: string, language: LanguageCode | null = null): boolean {
  const bare = word.toLowerCase().replace(/^[^\p{L}\p{N}]{1,20}|[^\p{L}\p{N}]{1,20}$/gu, "");
  return language === null ? stopWords.has(bare) : isCommonWord(bare, language);
}
