/** Sets of characters in a regular expression: \s, \p{L}, [^\r\n0-9]. Properties are the Rust tokenizers' (Oniguruma's), from tables.ts. */
import { CodePointSet, isWhiteSpace, letters, numbers } from "../../unicode/code-points.ts";
import {
  HAN,
  LOWERCASE_LETTER,
  MARK,
  MODIFIER_LETTER,
  PUNCTUATION_CATEGORY,
  REGEX_DIGIT,
  REGEX_WORD,
  SYMBOL,
  TITLECASE_LETTER,
  UPPERCASE_LETTER,
} from "../../unicode/tables.ts";

/** Whether a code point belongs to something. */
type Category = (codePoint: number) => boolean;

/** Any of the ranges, categories and classes; the opposite where `negated`. */
export interface CharacterClass {
  readonly negated: boolean;
  readonly ranges: readonly (readonly [number, number])[];
  readonly categories: readonly Category[];
  readonly classes: readonly CharacterClass[];
}

const of = (table: string): Category => {
  const set = new CodePointSet(table);
  return (codePoint) => set.has(codePoint);
};

const word = of(REGEX_WORD);
const WORD_ALONE: ReadonlySet<number> = new Set([0xb2, 0xb3, 0xb9, 0xbc, 0xbd, 0xbe]);
const upper = of(UPPERCASE_LETTER);
const lower = of(LOWERCASE_LETTER);
const title = of(TITLECASE_LETTER);
const modifier = of(MODIFIER_LETTER);
const letter: Category = (c) => letters.has(c);

const CATEGORIES: ReadonlyMap<string, Category> = new Map<string, Category>([
  ["\\s", isWhiteSpace],
  ["\\d", of(REGEX_DIGIT)],
  // On its own, Oniguruma looks characters below U+0100 up in another table.
  ["\\w", (c) => word(c) || WORD_ALONE.has(c)],
  ["[\\w]", word],
  ["L", letter],
  ["Lu", upper],
  ["Ll", lower],
  ["Lt", title],
  ["Lm", modifier],
  ["Lo", (c) => letter(c) && !upper(c) && !lower(c) && !title(c) && !modifier(c)],
  ["M", of(MARK)],
  ["N", (c) => numbers.has(c)],
  ["Nd", of(REGEX_DIGIT)],
  ["P", of(PUNCTUATION_CATEGORY)],
  ["S", of(SYMBOL)],
  ["Han", of(HAN)],
]);

/** The category of `\s`, `\d`, `\w` or a property's name; null for one that is not known here. */
export function categoryOf(name: string): Category | null {
  return CATEGORIES.get(name) ?? null;
}

export function contains(set: CharacterClass, codePoint: number): boolean {
  const { ranges, categories, classes } = set;
  const found =
    ranges.some(([first, last]) => codePoint >= first && codePoint <= last) ||
    categories.some((category) => category(codePoint)) ||
    classes.some((inner) => contains(inner, codePoint));
  return found !== set.negated;
}
