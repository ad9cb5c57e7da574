/**
 * What a person typed, as FTS5 strings that cannot fail to parse.
 */
import { spacedOut, wordsIn } from "../cjk.ts";

/**
 * Words of English that say how a question is put, not what it is about. They stand in nearly every chunk, so looking them up is most of
 * the work: without them 809 claims over 5,183 abstracts (SciFact) take 2.6 instead of 8.9 ms, and nDCG@10 is 0.697 instead of
 * 0.698. A longer list costs more of it ("not" and "if" do say something).
 */
const questionWords = new Set(
  (
    "a an and are as at be by can do does for from has have how in is it of on or that the this to was were " +
    "what when where which who why with"
  ).split(" "),
);

/**
 * Words become alternatives; "words in quotes" must stand together. A word like `1.0.21` or `foo_bar` is a phrase to FTS5,
 * whose tokenizer cuts it as it cut the documents. A run of Chinese, Japanese or Korean is several words (cjk.ts). Empty when
 * there is no word in it.
 */
export function fullTextTerms(typed: string): string[] {
  const terms: string[] = [];
  const weak: string[] = [];
  for (const [, phrase, word] of typed.matchAll(/"([^"]*)"?|([^\s"]+)/gu)) {
    for (const term of phrase === undefined ? wordsIn(word) : [phrase]) {
      // FTS5's tokenizer sees letters, numbers and private-use characters; a term of anything else would be empty.
      if (!/[\p{L}\p{N}\p{Co}]/u.test(term)) continue;
      const isWeak = phrase === undefined && questionWords.has(term.toLowerCase().replace(/[^\p{L}]+$/u, ""));
      for (const form of versionForms(term)) (isWeak ? weak : terms).push(`"${spacedOut(form).replaceAll("\0", " ")}"`);
    }
  }
  // Who types nothing else means just that.
  return [...new Set(terms.length > 0 ? terms : weak)];
}

/** A version with and without its v: FTS5's tokenizer reads v7 as one word, and people write both. */
function versionForms(term: string): string[] {
  const [, bare] = /^v?(\d+(?:\.\d+)+(?:-[\w.]+)?)$/i.exec(term) ?? [];
  return bare === undefined ? [term] : [bare, `v${bare}`];
}
