/**
 * Every normaliser of the Rust tokenizers as a function from string to string, and a Sequence as one after the other.
 *
 * Plain and exact: offsets, which Rust keeps beside the text, are of no use here, with one exception (`keepsStart`).
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
import { normalizeBert } from "../wordpiece/normalize.ts";
import { readPattern } from "./pattern.ts";

export interface Normalizer {
  readonly apply: (text: string) => string;
  /** Nothing is ever taken away at the beginning of a text. */
  readonly keepsStart: boolean;
}

/** @throws UnsupportedModelError for one that does not exist; NotATokenizer for one that lacks a part */
export function readNormalizer(normalizer: Component | null): Normalizer {
  if (normalizer === null) return { apply: (text) => text, keepsStart: true };
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
      keepsStart: parts.every((part) => part.keepsStart),
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
  const keeping = (apply: (text: string) => string): Normalizer => ({ apply, keepsStart: true });
  switch (type) {
    case "Sequence":
      return readNormalizer(component as Component);
    case "NFC":
    case "NFD":
    case "NFKC":
    case "NFKD":
      return keeping((text) => normalizeForm(text, type));
    case "Lowercase":
      return keeping(lowerCase);
    case "ByteLevel":
      return keeping(toByteCharacters);
    case "Prepend": {
      const prefix = stringOf(component, "prepend");
      return keeping((text) => (text === "" ? "" : prefix + text));
    }
    case "Replace":
      return readReplace(component);
    case "StripAccents":
      return { apply: (text) => filter(text, (c) => !combiningMarks.has(c)), keepsStart: false };
    case "Strip":
      return readStrip(component);
    case "Nmt":
      return { apply: normalizeNmt, keepsStart: false };
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
    keepsStart: content !== "",
  };
}

/** NFKC makes eighteen characters of one; more than this, and of a page becomes a gigabyte after a few steps. */
const MOST_GROWTH = 32;

function checkGrowth(after: string, before: string): void {
  if (after.length <= MOST_GROWTH * before.length + 4096) return;
  throw new UnsupportedModelError(
    `the tokenizer's normaliser makes more than ${after.length} characters of ${before.length}; growth by a factor of up to ` +
      `${MOST_GROWTH} is supported.`,
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
    keepsStart: !left,
  };
}

function readBert(component: Record<string, unknown>): Normalizer {
  const flag = (name: string, otherwise: boolean): boolean => {
    const value = component[name] ?? otherwise;
    if (typeof value !== "boolean") throw notATokenizer(`has a BertNormalizer whose "${name}" is ${describe(value)}`);
    return value;
  };
  const lowercase = flag("lowercase", true);
  const settings = {
    lowercaseFirst: false,
    cleanText: flag("clean_text", true),
    handleChineseChars: flag("handle_chinese_chars", true),
    stripAccents: flag("strip_accents", lowercase),
    lowercase,
  };
  return { apply: (text) => normalizeBert(text, settings), keepsStart: false };
}

function readPrecompiled(component: Record<string, unknown>): Normalizer {
  const map = new Charsmap(readCharsmapBytes(component["precompiled_charsmap"]));
  const buffer = new UnitBuffer();
  return {
    apply(text) {
      buffer.clear();
      map.append(text, 0, text.length, buffer);
      return buffer.text();
    },
    keepsStart: false,
  };
}

/** SentencePiece's nmt rules: some controls go, others and odd spaces become spaces. */
function normalizeNmt(text: string): string {
  let out = "";
  for (const character of text) {
    const c = character.codePointAt(0)!;
    const goes =
      (c >= 0x01 && c <= 0x08) || c === 0x0b || (c >= 0x0e && c <= 0x1f) || c === 0x7f || c === 0x8f || c === 0x9f;
    if (goes) continue;
    out += NMT_SPACES.has(c) || (c >= 0x200b && c <= 0x200f) ? " " : character;
  }
  return out;
}

const NMT_SPACES: ReadonlySet<number> = new Set([
  0x09, 0x0a, 0x0c, 0x0d, 0x1680, 0x2028, 0x2029, 0x2581, 0xfeff, 0xfffd,
]);

function filter(text: string, keeps: (codePoint: number) => boolean): string {
  let out = "";
  for (const character of text) if (keeps(character.codePointAt(0)!)) out += character;
  return out;
}

function stringOf(component: Record<string, unknown>, key: string): string {
  const value = component[key];
  if (typeof value === "string") return value;
  throw notATokenizer(`has a ${String(component["type"])} whose "${key}" is ${describe(value)}`);
}
