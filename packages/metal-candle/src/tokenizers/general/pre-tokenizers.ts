/**
 * Every pre-tokenizer of the Rust tokenizers: a list of words in, a list of words out, none of them empty. A Sequence is one after the
 * other. Most only cut (`Cutter`); two write something else in place of what they find.
 */
import { describe } from "../../describe.ts";
import { UnsupportedModelError } from "../../errors.ts";
import { toByteCharacters } from "../byte-characters.ts";
import { byteLevelPattern, Splitter } from "../byte-level-bpe/splitter.ts";
import { isObject, notATokenizer } from "../tokenizer-json.ts";
import type { Component } from "../tokenizer-json.ts";
import { isWhiteSpace, numeric, punctuation, wordCharacters } from "../unicode/code-points.ts";
import { scriptOf } from "../unicode/scripts.ts";
import { readPattern } from "./pattern.ts";
import { behaviors, cut, piecesByCodePoint, piecesByMatches, placesOf } from "./split.ts";
import type { Behavior, Range } from "./split.ts";

/** One word to several; `first`: it stands at the very beginning of the text, which Metaspace may ask. */
type PreTokenizer = (word: string, first: boolean) => string[];
/** Where a word is cut: what lies between is left out. */
export type Cutter = (word: string) => Range[];

export interface PreTokenizers {
  /** `leading`: this many units of the text are its very beginning. */
  readonly apply: (text: string, leading: number) => string[];
  /** Some Metaspace marks only the word at the very beginning. */
  readonly asksForStart: boolean;
}

/** @throws UnsupportedModelError for one that does not exist; NotATokenizer for one that lacks a part */
export function readPreTokenizers(preTokenizer: Component | null): PreTokenizers {
  const components = preTokenizersOf(preTokenizer);
  const steps = components.map(readOne);
  const asking = components.findLastIndex(
    ({ type, prepend_scheme: scheme }) => type === "Metaspace" && scheme === "first",
  );
  const foreign = components.slice(0, Math.max(asking, 0)).find((component) => !onlyCuts(component));
  if (foreign !== undefined) {
    throw new UnsupportedModelError(
      `The tokenizer's pre-tokenizer Metaspace with "prepend_scheme": "first" is not supported behind ${String(foreign["type"])}.`,
    );
  }
  return {
    apply(text, leading) {
      let words = text === "" ? [] : [text];
      for (const [index, step] of steps.entries()) {
        const places = index === asking ? placesIn(text, words) : null;
        words = words.flatMap((word, at) => step(word, places !== null && places[at]! < leading));
      }
      return words;
    },
    asksForStart: asking >= 0,
  };
}

/** Where the words of a text, which were cut out of it, begin. */
function placesIn(text: string, words: readonly string[]): number[] {
  let from = 0;
  return words.map((word) => {
    const at = text.indexOf(word, from);
    from = at + word.length;
    return at;
  });
}

/** Whether the words that come out are parts of those that go in, and what is left out cannot be taken for one of them. */
function onlyCuts({ type, behavior }: Record<string, unknown>): boolean {
  return type !== "Metaspace" && type !== "ByteLevel" && !(type === "Split" && behavior === "Removed");
}

/** One after the other. @throws NotATokenizer for one that lacks a part */
export function preTokenizersOf(preTokenizer: Component | null): Record<string, unknown>[] {
  return preTokenizer === null ? [] : flatten(preTokenizer);
}

function flatten(component: unknown): Record<string, unknown>[] {
  if (!isObject(component)) throw notATokenizer(`has a pre-tokenizer that is ${describe(component)}`);
  if (component["type"] !== "Sequence") return [component];
  const list = component["pretokenizers"];
  if (!Array.isArray(list)) throw notATokenizer('has a pre-tokenizer Sequence without "pretokenizers"');
  return list.flatMap((part: unknown) => flatten(part));
}

function readOne(component: Record<string, unknown>): PreTokenizer {
  if (component["type"] === "Metaspace") return writeMetaspace(readMetaspace(component));
  if (component["type"] === "ByteLevel") return writeByteLevel(readByteLevel(component));
  const cutter = readCutter(component);
  return (word) => cutter(word).map(([start, end]) => word.slice(start, end));
}

/** A pre-tokenizer that only cuts: any but Metaspace and ByteLevel. */
export function readCutter(component: Record<string, unknown>): Cutter {
  const { type } = component;
  switch (type) {
    case "BertPreTokenizer":
      return (word) =>
        byCodePoint(word, isWhiteSpace, "Removed").flatMap(([from, to]) =>
          byCodePoint(word.slice(from, to), isPunctuation, "Isolated").map(([start, end]): Range => [
            from + start,
            from + end,
          ]),
        );
    case "Whitespace":
      return splitIntoWords;
    case "WhitespaceSplit":
      return (word) => byCodePoint(word, isWhiteSpace, "Removed");
    case "Digits": {
      const behavior = component["individual_digits"] === true ? "Isolated" : "Contiguous";
      return (word) => byCodePoint(word, (c) => numeric.has(c), behavior);
    }
    case "Punctuation": {
      const behavior = behaviorOf(component["behavior"] ?? "Isolated");
      return (word) => byCodePoint(word, isPunctuation, behavior);
    }
    case "CharDelimiterSplit": {
      const delimiter = characterOf(component, "delimiter").codePointAt(0)!;
      return (word) => byCodePoint(word, (c) => c === delimiter, "Removed");
    }
    case "UnicodeScripts":
      return splitAtScripts;
    case "Split":
      return readSplit(component);
    case "FixedLength":
      return readFixedLength(component);
    default:
      throw new UnsupportedModelError(`The tokenizer's pre-tokenizer ${JSON.stringify(type)} is not supported.`);
  }
}

function isPunctuation(codePoint: number): boolean {
  return punctuation.has(codePoint);
}

function byCodePoint(word: string, fits: (codePoint: number) => boolean, behavior: Behavior): Range[] {
  return cut(piecesByCodePoint(word, fits), behavior);
}

/** \w+|[^\w\s]+ of Rust's own regular expressions. */
function splitIntoWords(text: string): Range[] {
  const words: Range[] = [];
  let start = 0;
  let kind = 0;
  for (let at = 0; at <= text.length;) {
    const c = at < text.length ? text.codePointAt(at)! : -1;
    const next = c < 0 ? 0 : wordCharacters.has(c) ? 1 : isWhiteSpace(c) ? 0 : 2;
    if (next !== kind || c < 0) {
      if (kind !== 0) words.push([start, at]);
      start = at;
      kind = next;
    }
    at += c > 0xffff ? 2 : 1;
  }
  return words;
}

/** A new word wherever the script changes; what comes before the first character that has one is lost, as it is in Rust. */
function splitAtScripts(text: string): Range[] {
  const words: Range[] = [];
  let start = -1;
  let last = 0;
  for (let at = 0; at < text.length;) {
    const c = text.codePointAt(at)!;
    const script = scriptOf(c);
    if (script !== 0 && script !== last) {
      if (start >= 0) words.push([start, at]);
      start = at;
      last = script;
    }
    at += c > 0xffff ? 2 : 1;
  }
  if (start >= 0) words.push([start, text.length]);
  return words;
}

function readSplit(component: Record<string, unknown>): Cutter {
  const find = readPattern(component["pattern"], "pre-tokenizer Split");
  const behavior = behaviorOf(component["behavior"]);
  const inverted = component["invert"] === true;
  return (word) => {
    const pieces = piecesByMatches(word, find(word));
    return cut(inverted ? pieces.map((piece) => ({ ...piece, isMatch: !piece.isMatch })) : pieces, behavior);
  };
}

export interface Metaspace {
  readonly replacement: string;
  /** Before which words it is put. */
  readonly prepends: "always" | "first" | "never";
  readonly splits: boolean;
}

export function readMetaspace(component: Record<string, unknown>): Metaspace {
  const replacement = characterOf(component, "replacement");
  const { add_prefix_space: addPrefixSpace, prepend_scheme: scheme = "always", split = true } = component;
  if (scheme !== "always" && scheme !== "first" && scheme !== "never") {
    throw notATokenizer(`has a Metaspace whose "prepend_scheme" is ${describe(scheme)}`);
  }
  if (addPrefixSpace === false && "prepend_scheme" in component && scheme !== "never") {
    throw notATokenizer(`has a Metaspace that contradicts itself: add_prefix_space false, prepend_scheme ${scheme}`);
  }
  return { replacement, prepends: addPrefixSpace === false ? "never" : scheme, splits: split !== false };
}

function writeMetaspace({ replacement, prepends, splits }: Metaspace): PreTokenizer {
  return (word, first) => {
    const marked = word.replaceAll(" ", replacement);
    const wanted = prepends === "always" || (prepends === "first" && first);
    const whole = wanted && !marked.startsWith(replacement) ? replacement + marked : marked;
    return splits ? atMarks(whole, replacement).map(([start, end]) => whole.slice(start, end)) : [whole];
  };
}

/** Each mark begins a word. */
export function atMarks(text: string, mark: string): Range[] {
  return cut(piecesByMatches(text, placesOf(text, mark)), "MergedWithNext");
}

export interface ByteLevel {
  /** A space is put before a word that has none. */
  readonly prefixes: boolean;
  /** Null: words are left whole. */
  readonly splitter: Splitter | null;
}

export function readByteLevel(component: Record<string, unknown>): ByteLevel {
  return {
    prefixes: component["add_prefix_space"] === true,
    splitter: component["use_regex"] === false ? null : new Splitter(byteLevelPattern, false),
  };
}

function writeByteLevel({ prefixes, splitter }: ByteLevel): PreTokenizer {
  return (word) => {
    const text = prefixes && !word.startsWith(" ") ? ` ${word}` : word;
    if (splitter === null) return [toByteCharacters(text)];
    return wordsBy(splitter, text).map(([start, end]) => toByteCharacters(text.slice(start, end)));
  };
}

export function wordsBy(splitter: Splitter, text: string): Range[] {
  const words: Range[] = [];
  splitter.begin(text, 0, text.length);
  for (let at = splitter.next(); at >= 0; at = splitter.next()) words.push([at, splitter.end]);
  return words;
}

function readFixedLength(component: Record<string, unknown>): Cutter {
  const length = component["length"] ?? 5;
  if (!Number.isSafeInteger(length) || (length as number) < 1) {
    throw notATokenizer(`has a FixedLength whose "length" is ${describe(length)}`);
  }
  return (word) => {
    const words: Range[] = [];
    let start = 0;
    let characters = 0;
    for (let at = 0; at < word.length;) {
      at += word.codePointAt(at)! > 0xffff ? 2 : 1;
      if (++characters % (length as number) > 0 && at < word.length) continue;
      words.push([start, at]);
      start = at;
    }
    return words;
  };
}

function behaviorOf(value: unknown): Behavior {
  const behavior = behaviors.find((name) => name === value);
  if (behavior !== undefined) return behavior;
  throw notATokenizer(`has a pre-tokenizer whose "behavior" is ${describe(value)}`);
}

function characterOf(component: Record<string, unknown>, key: string): string {
  const value = component[key];
  if (typeof value === "string" && Array.from(value).length === 1) return value;
  throw notATokenizer(
    `has a ${String(component["type"])} whose "${key}" is ${describe(value)}, which is not a character`,
  );
}
