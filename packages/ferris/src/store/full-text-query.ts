/**
 * What a person typed, as an FTS5 expression that cannot fail to parse.
 */

/**
 * Words become alternatives; "words in quotes" must stand together. A word like `1.0.21` or `foo_bar` is a phrase to FTS5,
 * whose tokenizer cuts it as it cut the documents. Null when there is no word in it.
 */
export function fullTextQuery(typed: string): string | null {
  const terms: string[] = [];
  for (const [, phrase, word] of typed.matchAll(/"([^"]*)"?|([^\s"]+)/gu)) {
    const term = phrase ?? word;
    // FTS5's tokenizer sees letters, numbers and private-use characters; a term of anything else would be empty.
    if (/[\p{L}\p{N}\p{Co}]/u.test(term)) terms.push(`"${term.replaceAll("\0", " ")}"`);
  }
  return terms.length > 0 ? [...new Set(terms)].join(" OR ") : null;
}
