/**
 * What a term of a query is looked for as: a word and its other forms, side by side or as a beginning; whatever index has the words.
 *
 * Some of it depends on what the index has. That is asked for by `yield`, so that a store may answer at once or after a while.
 */
import { fold } from "../words/fold.ts";
import { partsOf, withoutHyphens } from "../words/identifiers.ts";
import type { LanguageCode } from "../words/language.ts";
import { stemWord } from "../words/stems.ts";
import { isUnspaced, spacedOut } from "../words/unspaced.ts";
import type { TextQuery, TextTerm } from "./queries.ts";

/** Words side by side, folded, scripts without spaces spaced out; not yet cut into words nor stemmed. */
export interface Phrase {
  readonly text: string;
  /** Whether the last of them may go on. */
  readonly isPrefix: boolean;
}

/** Any of them will do. Never empty. */
export type TermForms = readonly Phrase[];

/** What the index is asked. */
export type IndexQuestion =
  /** Whether any chunk has one of these. */
  | { readonly ask: "known"; readonly forms: TermForms }
  /** Identifiers and long words that hold this piece of one. */
  | { readonly ask: "identifiers"; readonly piece: string };

/** A boolean to "known", words to "identifiers". */
export type IndexAnswer = boolean | readonly string[];

export type Asking<Result> = Generator<IndexQuestion, Result, IndexAnswer>;

/** What a query requires and excludes, as a condition on chunks: it holds for search by words and by meaning alike. */
export interface RequiredForms {
  /** Each must be there. */
  readonly all: readonly TermForms[];
  /** None of these may be. */
  readonly none: readonly TermForms[];
}

/** Pieces of words that are shorter stand in too many of them. */
const shortestPiece = 4;

/** Of a term that stands nowhere as it is. */
const mostNames = 12;

/** For comparing: equal keys are equal forms. */
export function keyOf(forms: TermForms): string {
  return JSON.stringify(forms.map(({ text, isPrefix }) => [text, isPrefix]));
}

/** The forms of those terms that have any, each once. */
export function* formsOfAll(terms: readonly TextTerm[], languages: readonly LanguageCode[]): Asking<TermForms[]> {
  const found = new Map<string, TermForms>();
  for (const term of terms) {
    const forms = yield* formsOf(term, languages);
    if (forms !== null) found.set(keyOf(forms), forms);
  }
  return [...found.values()];
}

/** Null where nothing is required or excluded. */
export function* requiredForms(query: TextQuery, languages: readonly LanguageCode[]): Asking<RequiredForms | null> {
  if (query.all.length === 0 && query.none.length === 0) return null;
  const all = yield* formsOfAll(query.all, languages);
  // What is excluded is not looked for within other words: -log must not exclude logistics.
  const excluding = formsOfAll(query.none, languages);
  let step = excluding.next();
  while (!step.done) step = excluding.next(true);
  return all.length + step.value.length > 0 ? { all, none: step.value } : null;
}

/** The forms of a term, or null where there is nothing in it that an index knows as a word. */
export function* formsOf(term: TextTerm, languages: readonly LanguageCode[]): Asking<TermForms | null> {
  const text = fold(term.text).replaceAll("\0", " ");
  // An index knows letters, numbers and private-use characters; a term of anything else would be empty.
  if (!/[\p{L}\p{N}\p{Co}]/u.test(text)) return null;
  if (term.kind === "phrase") return [phrase(text)];
  if (term.kind === "prefix") return [{ ...phrase(text), isPrefix: true }];
  const forms = distinct([...versionForms(text), ...otherForms(text, languages)]);
  if (isPiece(text)) {
    if (yield { ask: "known", forms }) return forms;
    const words = (yield { ask: "identifiers", piece: text.toLowerCase() }) as readonly string[];
    return distinct([...forms, ...words.map(phrase)]);
  }
  // Code such as a->b.c, which nobody wrote just so: its names.
  const names = text.match(/[\p{L}\p{N}\p{M}_$]+/gu) ?? [];
  if (names.length < 2 || isUnspaced(text) || (yield { ask: "known", forms })) return forms;
  return distinct([...forms, ...names.slice(0, mostNames).map(phrase)]);
}

export function phrase(text: string): Phrase {
  return { text: spacedOut(text).replaceAll('"', " "), isPrefix: false };
}

function distinct(forms: TermForms): TermForms {
  return [...new Map(forms.map((form) => [form.text, form])).values()];
}

function isPiece(text: string): boolean {
  return text.length >= shortestPiece && /^[\p{L}\p{N}_$]+$/u.test(text) && !isUnspaced(text);
}

/** A version with and without its v: an index has v7 as one word, and people write both. */
function versionForms(text: string): Phrase[] {
  const [, bare] = /^v?(\d+(?:\.\d+)+(?:-[\w.]+)?)$/i.exec(text) ?? [];
  return (bare === undefined ? [text] : [bare, `v${bare}`]).map(phrase);
}

/** The parts of an identifier side by side, a hyphenated word in one, the word's stems in other languages. */
function otherForms(text: string, languages: readonly LanguageCode[]): Phrase[] {
  const parts = partsOf(text);
  const joined = withoutHyphens(text);
  const isWord = /^\p{L}[\p{L}\p{M}]*$/u.test(text);
  return [
    ...(parts.length > 0 ? [phrase(parts.join(" "))] : []),
    ...(joined === null ? [] : [phrase(joined)]),
    ...(isWord ? languages.map((language) => phrase(stemWord(text, language))) : []),
  ];
}
