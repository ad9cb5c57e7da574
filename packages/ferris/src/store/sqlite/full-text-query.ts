/**
 * Forms of a query's terms as FTS5 expressions that cannot fail to parse: each a string in quotes, or several alternatives in brackets.
 */
import { phrase, type TermForms } from "../term-forms.ts";

/**
 * A word that is written with every chunk: `(rare) AND (common OR everyChunk)` is true for the chunks with the rare word alone, and
 * yet counts the common one where it is. Of the private-use characters nobody types. FTS5 gives it no weight, because all have it.
 */
export const everyChunk = "\u{FFFFD}";

export function expressionFor(forms: TermForms): string {
  return either(forms.map(({ text, isPrefix }) => (isPrefix ? `"${text}" *` : `"${text}"`)));
}

export function either(expressions: readonly string[]): string {
  const distinct = [...new Set(expressions)];
  return distinct.length === 1 ? distinct[0]! : `(${distinct.join(" OR ")})`;
}

export function quoted(text: string): string {
  return `"${phrase(text).text}"`;
}
