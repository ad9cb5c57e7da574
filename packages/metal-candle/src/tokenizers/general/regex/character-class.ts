/** Sets of characters in a regular expression: \s, \p{L}, [^\r\n0-9]. Properties are the Rust tokenizers' (Oniguruma's), from tables.ts. */
import { CodePointSet, isWhiteSpace, letters, numbers } from "../../unicode/code-points.ts";
import {
  hanTable,
  lowercaseLetterTable,
  markTable,
  modifierLetterTable,
  punctuationCategoryTable,
  regexDigitTable,
  regexWordTable,
  symbolTable,
  titlecaseLetterTable,
  uppercaseLetterTable,
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

const word = of(regexWordTable);
const wordAlone: ReadonlySet<number> = new Set([0xb2, 0xb3, 0xb9, 0xbc, 0xbd, 0xbe]);
const upper = of(uppercaseLetterTable);
const lower = of(lowercaseLetterTable);
const title = of(titlecaseLetterTable);
const modifier = of(modifierLetterTable);
const letter: Category = (c) => letters.has(c);

const knownCategories: ReadonlyMap<string, Category> = new Map<string, Category>([
  ["\\s", isWhiteSpace],
  ["\\d", of(regexDigitTable)],
  // On its own, Oniguruma looks characters below U+0100 up in another table.
  ["\\w", (c) => word(c) || wordAlone.has(c)],
  ["[\\w]", word],
  ["L", letter],
  ["Lu", upper],
  ["Ll", lower],
  ["Lt", title],
  ["Lm", modifier],
  ["Lo", (c) => letter(c) && !upper(c) && !lower(c) && !title(c) && !modifier(c)],
  ["M", of(markTable)],
  ["N", (c) => numbers.has(c)],
  ["Nd", of(regexDigitTable)],
  ["P", of(punctuationCategoryTable)],
  ["S", of(symbolTable)],
  ["Han", of(hanTable)],
]);

/** The category of `\s`, `\d`, `\w` or a property's name; null for one that is not known here. */
export function categoryOf(name: string): Category | null {
  return knownCategories.get(name) ?? null;
}

export function contains(set: CharacterClass, codePoint: number): boolean {
  const { ranges, categories, classes } = set;
  const found =
    ranges.some(([first, last]) => codePoint >= first && codePoint <= last) ||
    categories.some((category) => category(codePoint)) ||
    classes.some((inner) => contains(inner, codePoint));
  return found !== set.negated;
}
