/**
 * Terms of a query as FTS5 expressions that cannot fail to parse: each a string in quotes, or several alternatives in brackets.
 */
import { fold } from "../../words/fold.ts";
import { partsOf, withoutHyphens } from "../../words/identifiers.ts";
import type { LanguageCode } from "../../words/language.ts";
import { stemWord } from "../../words/stems.ts";
import { isUnspaced, spacedOut } from "../../words/unspaced.ts";
import type { TextTerm } from "../store.ts";

export interface ExpandOptions {
  /** Languages of which the index holds stems. */
  readonly languages: readonly LanguageCode[];
  /** Whether any chunk has what this expression asks for. */
  readonly isKnown: (expression: string) => boolean;
  /** Identifiers and long words that hold a piece of one. */
  readonly identifiersWith: (piece: string) => readonly string[];
}

/**
 * A word that is written with every chunk: `(rare) AND (common OR everyChunk)` is true for the chunks with the rare word alone, and
 * yet counts the common one where it is. Of the private-use characters nobody types. FTS5 gives it no weight, because all have it.
 */
export const everyChunk = "\u{FFFFD}";

/** Pieces of words that are shorter stand in too many of them. */
const shortestPiece = 4;

/** The expressions of those terms that have any. */
export function expressionsOf(terms: readonly TextTerm[], options: ExpandOptions): string[] {
  return [...new Set(terms.map((term) => expressionOf(term, options)).filter((expression) => expression !== null))];
}

/** The expression for a term, or null where there is nothing in it that the index knows as a word. */
export function expressionOf(term: TextTerm, options: ExpandOptions): string | null {
  const text = fold(term.text).replaceAll("\0", " ");
  // FTS5's tokenizer sees letters, numbers and private-use characters; a term of anything else would be empty.
  if (!/[\p{L}\p{N}\p{Co}]/u.test(text)) return null;
  if (term.kind === "phrase") return quoted(text);
  if (term.kind === "prefix") return `${quoted(text)} *`;
  const forms = [...versionForms(text), ...otherForms(text, options.languages)];
  const expression = either(forms);
  if (isPiece(text)) {
    if (options.isKnown(expression)) return expression;
    return either([...forms, ...options.identifiersWith(text.toLowerCase()).map(quoted)]);
  }
  // Code such as a->b.c, which nobody wrote just so: its names.
  const names = text.match(/[\p{L}\p{N}\p{M}_$]+/gu) ?? [];
  if (names.length < 2 || isUnspaced(text) || options.isKnown(expression)) return expression;
  return either([...forms, ...names.slice(0, mostNames).map(quoted)]);
}

/** Of a term that stands nowhere as it is. */
const mostNames = 12;

function isPiece(text: string): boolean {
  return text.length >= shortestPiece && /^[\p{L}\p{N}_$]+$/u.test(text) && !isUnspaced(text);
}

/** A version with and without its v: FTS5's tokenizer reads v7 as one word, and people write both. */
function versionForms(text: string): string[] {
  const [, bare] = /^v?(\d+(?:\.\d+)+(?:-[\w.]+)?)$/i.exec(text) ?? [];
  return (bare === undefined ? [text] : [bare, `v${bare}`]).map(quoted);
}

/** The parts of an identifier side by side, a hyphenated word in one, the word's stems in other languages. */
function otherForms(text: string, languages: readonly LanguageCode[]): string[] {
  const parts = partsOf(text);
  const joined = withoutHyphens(text);
  const isWord = /^\p{L}[\p{L}\p{M}]*$/u.test(text);
  return [
    ...(parts.length > 0 ? [quoted(parts.join(" "))] : []),
    ...(joined === null ? [] : [quoted(joined)]),
    ...(isWord ? languages.map((language) => quoted(stemWord(text, language))) : []),
  ];
}

export function either(expressions: readonly string[]): string {
  const distinct = [...new Set(expressions)];
  return distinct.length === 1 ? distinct[0]! : `(${distinct.join(" OR ")})`;
}

export function quoted(text: string): string {
  return `"${spacedOut(text).replaceAll('"', " ")}"`;
}
