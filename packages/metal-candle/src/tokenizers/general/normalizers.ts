/**
 * Every normaliser of the Rust tokenizers as a function from string to string, and a Sequence as one after the other.
 *
 * Plain and exact: offsets, which Rust keeps beside the text, are of no use here, with one exception (`leading`).
 */
import { describe } from "../../describe.ts";
import { UnsupportedModelError } from "../../errors.ts";
import { toByteCharacters } from "../byte-characters.ts";
import { isObject, notATokenizer } from "../tokenizer-json.ts";
import type { Component } from "../tokenizer-json.ts";
import { combiningMarks, isWhiteSpace, lowerCase, normalizeForm } from "../unicode/code-points.ts";
import { Charsmap } from "../unigram/charsmap.ts";
import { readCharsmapBytes } from "../unigram/normalizer.ts";
import { UnitBuffer } from "../unigram/unit-buffer.ts";
import { type BertNormalization, normalizeBert } from "../wordpiece/normalize.ts";
import { readPattern } from "./pattern.ts";

export interface Normalizer {
  readonly apply: (text: string) => string;
  /**
   * What of the result stems from the beginning of a text, text[0 … length − 1]: this many units, 0 where it was taken away. A Metaspace
   * that marks only the beginning asks; null where it cannot be said.
   */
  readonly leading: ((text: string, length: number) => number) | null;
}

/** @throws UnsupportedModelError for one that does not exist; NotATokenizer for one that lacks a part */
export function readNormalizer(normalizer: Component | null): Normalizer {
  if (normalizer === null) return { apply: (text) => text, leading: (_, length) => length };
  if (normalizer.type === "Sequence") {
    const list = normalizer["normalizers"];
    if (!Array.isArray(list)) throw notATokenizer('has a normalizer Sequence without "normalizers"');
    const parts = list.map((part: unknown) => readOne(part));
    return {
      apply(text) {
        let result = text;
        for (const part of parts) {
          result = part.apply(result);
          checkGrowth(result, text);
        }
        return result;
      },
      leading: parts.every((part) => part.leading !== null)
        ? (text, length) => {
            let [result, kept] = [text, length];
            for (const part of parts) {
              kept = part.leading!(result, kept);
              result = part.apply(result);
            }
            return kept;
          }
        : null,
    };
  }
  const one = readOne(normalizer);
  return {
    ...one,
    apply(text) {
      const result = one.apply(text);
      checkGrowth(result, text);
      return result;
    },
  };
}

function readOne(component: unknown): Normalizer {
  if (!isObject(component)) throw notATokenizer(`has a normalizer that is ${describe(component)}`);
  const { type } = component;
  switch (type) {
    case "Sequence":
      return readNormalizer(component as Component);
    case "NFC":
    case "NFD":
    case "NFKC":
    case "NFKD":
      return byCharacter((text) => normalizeForm(text, type));
    case "Lowercase":
      return byCharacter(lowerCase);
    case "ByteLevel":
      return byCharacter(toByteCharacters);
    case "Prepend": {
      const prefix = stringOf(component, "prepend");
      return { apply: (text) => (text === "" ? "" : prefix + text), leading: null };
    }
    case "Replace":
      return readReplace(component);
    case "StripAccents":
      return byCharacter((text) => filter(text, (c) => !combiningMarks.has(c)));
    case "Strip":
      return readStrip(component);
    case "Nmt":
      return byCharacter(normalizeNmt);
    case "BertNormalizer":
      return readBert(component);
    case "Precompiled":
      return readPrecompiled(component);
    default:
      throw new UnsupportedModelError(`The tokenizer's normalizer ${JSON.stringify(type)} is not supported.`);
  }
}

function readReplace(component: Record<string, unknown>): Normalizer {
  const find = readPattern(component["pattern"], "normalizer Replace");
  const content = stringOf(component, "content");
  return {
    apply(text) {
      let out = "";
      let last = 0;
      for (const [start, end] of find(text)) {
        out += text.slice(last, start) + content;
        checkGrowth(out, text);
        last = end;
      }
      return last === 0 ? text : out + text.slice(last);
    },
    // One character for one: its place is what it was. Of longer matches Rust takes the place of the end.
    leading: isSingle(component["pattern"]) && isSingle({ String: content }) ? (_, length) => length : null,
  };
}

/** NFKC makes eighteen characters of one; more than this, and of a page becomes a gigabyte after a few steps. */
const mostGrowth = 32;

function checkGrowth(after: string, before: string): void {
  if (after.length <= mostGrowth * before.length + 4096) return;
  throw new UnsupportedModelError(
    `the tokenizer's normaliser makes more than ${after.length} characters of ${before.length}; growth by a factor of up to ` +
      `${mostGrowth} is supported.`,
  );
}

function readStrip(component: Record<string, unknown>): Normalizer {
  const left = component["strip_left"] === true;
  const right = component["strip_right"] === true;
  return {
    apply(text) {
      let [start, end] = [0, text.length];
      if (left) while (start < end && isWhiteSpace(text.charCodeAt(start))) start++;
      if (right) while (end > start && isWhiteSpace(text.charCodeAt(end - 1))) end--;
      return text.slice(start, end);
    },
    leading: (text, length) => (left ? text.slice(0, length).replace(leadingSpace, "").length : length),
  };
}

/** @throws NotATokenizer for a flag that is none */
export function bertSettings(component: Record<string, unknown>): BertNormalization {
  const flag = (name: string, otherwise: boolean): boolean => {
    const value = component[name] ?? otherwise;
    if (typeof value !== "boolean") throw notATokenizer(`has a BertNormalizer whose "${name}" is ${describe(value)}`);
    return value;
  };
  const lowercase = flag("lowercase", true);
  return {
    lowercaseFirst: false,
    cleanText: flag("clean_text", true),
    handleChineseChars: flag("handle_chinese_chars", true),
    stripAccents: flag("strip_accents", lowercase),
    lowercase,
  };
}

function readBert(component: Record<string, unknown>): Normalizer {
  const settings = bertSettings(component);
  return byCharacter((text) => normalizeBert(text, settings));
}

function readPrecompiled(component: Record<string, unknown>): Normalizer {
  const map = new Charsmap(readCharsmapBytes(component["precompiled_charsmap"]));
  const buffer = new UnitBuffer();
  const apply = (text: string): string => {
    buffer.clear();
    map.append(text, 0, text.length, buffer);
    return buffer.text();
  };
  return {
    apply,
    leading(text, length) {
      const kept = apply(text.slice(0, length)).length;
      if (kept > 0 || length === 0) return kept;
      // Rust forgets that something was taken away at the beginning, and what follows counts as the beginning.
      const next = apply(text).codePointAt(0);
      return next === undefined ? 0 : next > 0xffff ? 2 : 1;
    },
  };
}

/** SentencePiece's nmt rules: some controls go, others and odd spaces become spaces. */
function normalizeNmt(text: string): string {
  let out = "";
  for (const character of text) {
    const c = character.codePointAt(0)!;
    if (isRemovedByNmt(c)) continue;
    out += isSpaceToNmt(c) ? " " : character;
  }
  return out;
}

export function isRemovedByNmt(c: number): boolean {
  return (c >= 0x01 && c <= 0x08) || c === 0x0b || (c >= 0x0e && c <= 0x1f) || c === 0x7f || c === 0x8f || c === 0x9f;
}

export function isSpaceToNmt(c: number): boolean {
  return nmtSpaces.has(c) || (c >= 0x200b && c <= 0x200f);
}

const nmtSpaces: ReadonlySet<number> = new Set([
  0x09, 0x0a, 0x0c, 0x0d, 0x1680, 0x2028, 0x2029, 0x2581, 0xfeff, 0xfffd,
]);

/** A normaliser that looks at one character after the other, so that the beginning of a text gives the beginning of the result. */
function byCharacter(apply: (text: string) => string): Normalizer {
  return { apply, leading: (text, length) => apply(text.slice(0, length)).length };
}

function filter(text: string, keeps: (codePoint: number) => boolean): string {
  let out = "";
  for (const character of text) if (keeps(character.codePointAt(0)!)) out += character;
  return out;
}

function isSingle(pattern: unknown): boolean {
  const text = isObject(pattern) ? pattern["String"] : undefined;
  return typeof text === "string" && Array.from(text).length === 1;
}

/** Rust's white space. */
const leadingSpace = /^[\p{White_Space}]+/u;

function stringOf(component: Record<string, unknown>, key: string): string {
  const value = component[key];
  if (typeof value === "string") return value;
  throw notATokenizer(`has a ${String(component["type"])} whose "${key}" is ${describe(value)}`);
}
