/**
 * Questions about single code points, answered as Hugging Face's Rust tokenizers answer them, on every engine alike.
 *
 * The answers are the generated tables.ts. No property escapes and no toLowerCase here: those follow the JavaScript engine's own
 * Unicode version, and `toLowerCase` looks at neighbours (final sigma), which Rust's per-character mapping does not.
 */
import {
  attachingTable,
  breakingTable,
  combiningMarksTable,
  consonantsTable,
  ideographsTable,
  lettersTable,
  linkersTable,
  lowerCaseTable,
  newerTable,
  nonspacingMarksTable,
  normalizingTable,
  numbersTable,
  numericTable,
  pictographicTable,
  prependingTable,
  punctuationTable,
  removedTable,
  spacingTable,
  wordCharactersTable,
} from "./tables.ts";

/** A set of code points, decoded from a table at its first use. */
export class CodePointSet {
  readonly #table: string;
  /** [first, last] of each range, ascending. */
  #ranges: Int32Array | null = null;

  constructor(table: string) {
    this.#table = table;
  }

  has(codePoint: number): boolean {
    const ranges = (this.#ranges ??= decodeRanges(this.#table));
    let low = 0;
    let high = ranges.length >> 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (codePoint > ranges[2 * middle + 1]!) low = middle + 1;
      else high = middle;
    }
    return 2 * low < ranges.length && codePoint >= ranges[2 * low]!;
  }
}

/** What clean_text removes; U+0000 and U+FFFD are removed too, by name. */
export const removed = new CodePointSet(removedTable);
export const nonspacingMarks = new CodePointSet(nonspacingMarksTable);
export const ideographs = new CodePointSet(ideographsTable);
export const punctuation = new CodePointSet(punctuationTable);
export const letters = new CodePointSet(lettersTable);
export const numbers = new CodePointSet(numbersTable);
export const normalizing = new CodePointSet(normalizingTable);
/** What an engine's normalize() may change and Rust does not. */
export const newer = new CodePointSet(newerTable);
/** What StripAccents removes. */
export const combiningMarks = new CodePointSet(combiningMarksTable);
/** What Digits isolates. */
export const numeric = new CodePointSet(numericTable);
/** What Whitespace takes for part of a word. */
export const wordCharacters = new CodePointSet(wordCharactersTable);
export const attaching = new CodePointSet(attachingTable);
export const spacing = new CodePointSet(spacingTable);
export const linkers = new CodePointSet(linkersTable);
export const consonants = new CodePointSet(consonantsTable);
export const prepending = new CodePointSet(prependingTable);
export const breaking = new CodePointSet(breakingTable);
export const pictographic = new CodePointSet(pictographicTable);

/** Rust's `char::is_whitespace`, Unicode's White_Space, which no longer changes. */
export function isWhiteSpace(c: number): boolean {
  if (c < 0x80) return c === 0x20 || (c >= 0x09 && c <= 0x0d);
  return (
    c === 0x85 ||
    c === 0xa0 ||
    c === 0x1680 ||
    (c >= 0x2000 && c <= 0x200a) ||
    c === 0x2028 ||
    c === 0x2029 ||
    c === 0x202f ||
    c === 0x205f ||
    c === 0x3000
  );
}

let lowerCases: Map<number, number> | null = null;

/** Lower case, each code point for itself. */
export function lowerCase(text: string): string {
  lowerCases ??= decodeLowerCases(lowerCaseTable);
  let out = "";
  for (const character of text) {
    const codePoint = character.codePointAt(0)!;
    if (codePoint === 0x130) {
      out += "i\u0307";
    } else {
      const small = lowerCases.get(codePoint);
      out += small === undefined ? character : String.fromCodePoint(small);
    }
  }
  return out;
}

/**
 * Canonical decomposition (NFD). The engine's own is used for what Rust decomposes or reorders, whose normalisation is stable by
 * Unicode's policy; every other code point is left as it is, and nothing is reordered across it.
 */
export function decompose(text: string): string {
  let out = "";
  let run = "";
  for (const character of text) {
    if (normalizing.has(character.codePointAt(0)!)) {
      run += character;
    } else {
      if (run !== "") out += run.normalize("NFD");
      out += character;
      run = "";
    }
  }
  return run === "" ? out : out + run.normalize("NFD");
}

/**
 * A normalisation form, as Rust makes it. The engine's own is used between code points that came after Rust's Unicode version, which
 * Rust leaves as they are and composes with nothing; for all others normalisation is stable by Unicode's policy.
 */
export function normalizeForm(text: string, form: "NFC" | "NFD" | "NFKC" | "NFKD"): string {
  let out = "";
  let start = 0;
  for (let at = 0; at < text.length;) {
    const codePoint = text.codePointAt(at)!;
    const next = at + (codePoint > 0xffff ? 2 : 1);
    if (codePoint >= 0x80 && newer.has(codePoint)) {
      out += text.slice(start, at).normalize(form) + text.slice(at, next);
      start = next;
    }
    at = next;
  }
  return start === 0 ? text.normalize(form) : out + text.slice(start).normalize(form);
}

/** Lone surrogates become U+FFFD, as they do on their way into UTF-8. */
export function wellFormed(text: string): string {
  return loneSurrogate.test(text) ? text.replaceAll(loneSurrogates, "\ufffd") : text;
}

const loneSurrogate = /\p{Surrogate}/u;
const loneSurrogates = /\p{Surrogate}/gu;

function decodeRanges(table: string): Int32Array {
  const ranges: number[] = [];
  let previous = 0;
  for (const range of table.split(" ")) {
    const [gap, length] = range.split(".");
    const first = previous + Number.parseInt(gap!, 36);
    previous = first + (length === undefined ? 0 : Number.parseInt(length, 36));
    ranges.push(first, previous);
  }
  return Int32Array.from(ranges);
}

function decodeLowerCases(table: string): Map<number, number> {
  const map = new Map<number, number>();
  for (const run of table.split(" ")) {
    const [first, count, step, distance] = run.split(".").map((n) => Number.parseInt(n, 36)) as [
      number,
      number,
      number,
      number,
    ];
    for (let i = 0; i < count; i++) map.set(first + i * step, first + i * step + distance);
  }
  return map;
}
