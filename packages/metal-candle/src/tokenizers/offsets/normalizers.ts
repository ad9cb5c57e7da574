/** The normalisers of general/normalizers.ts once more, on texts that know where each of their characters is from. */
import { byteCharacters } from "../byte-characters.ts";
import { bertSettings, isRemovedByNmt, isSpaceToNmt } from "../general/normalizers.ts";
import { readPattern } from "../general/pattern.ts";
import { notATokenizer } from "../tokenizer-json.ts";
import type { Component } from "../tokenizer-json.ts";
import { combiningMarks, ideographs, isWhiteSpace, lowerCase, nonspacingMarks } from "../unicode/code-points.ts";
import { clusterEnd } from "../unicode/graphemes.ts";
import { Charsmap } from "../unigram/charsmap.ts";
import { readCharsmapBytes } from "../unigram/normalizer.ts";
import { isCleanedAway } from "../wordpiece/normalize.ts";
import type { AlignedText, Change } from "./aligned-text.ts";
import { bertDecomposed, composed, decomposed } from "./normal-forms.ts";

export type AlignedNormalizer = (text: AlignedText) => AlignedText;

const encoder = new TextEncoder();

/** @param normalizer one that general/normalizers.ts has read, which has checked it */
export function readAlignedNormalizer(normalizer: Component | null): AlignedNormalizer {
  if (normalizer === null) return (text) => text;
  switch (normalizer.type) {
    case "Sequence": {
      const parts = (normalizer["normalizers"] as Component[]).map(readAlignedNormalizer);
      return (text) => parts.reduce((result, part) => part(result), text);
    }
    case "NFC":
    case "NFKC": {
      const form = normalizer.type;
      return (text) => text.transform(composed(text.text, form));
    }
    case "NFD":
    case "NFKD": {
      const form = normalizer.type;
      return (text) => text.transform(decomposed(text.text, form));
    }
    case "Lowercase":
      return (text) => text.map(lowerCase);
    case "ByteLevel":
      return inByteCharacters;
    case "Prepend":
      return (text) => text.prepend(normalizer["prepend"] as string);
    case "Replace": {
      const find = readPattern(normalizer["pattern"], "normalizer Replace");
      return (text) => text.replace(find(text.text), normalizer["content"] as string);
    }
    case "StripAccents":
      return (text) => text.filter((character) => !combiningMarks.has(character.codePointAt(0)!));
    case "Strip":
      return (text) => stripped(text, normalizer["strip_left"] === true, normalizer["strip_right"] === true);
    case "Nmt":
      return (text) =>
        text
          .filter((character) => !isRemovedByNmt(character.codePointAt(0)!))
          .map((character) => (isSpaceToNmt(character.codePointAt(0)!) ? " " : character));
    case "BertNormalizer":
      return readBert(normalizer);
    case "Precompiled":
      return readPrecompiled(normalizer);
    default:
      throw notATokenizer(`has the unknown normalizer ${normalizer.type}`);
  }
}

/** The text's UTF-8, each byte as its character. */
export function inByteCharacters(text: AlignedText): AlignedText {
  return text.map((character) => Array.from(encoder.encode(character), (byte) => byteCharacters[byte]!).join(""));
}

function stripped(text: AlignedText, left: boolean, right: boolean): AlignedText {
  const { characters } = text;
  const isSpace = (character: string): boolean => isWhiteSpace(character.codePointAt(0)!);
  let [start, end] = [0, characters.length];
  if (left) while (start < end && isSpace(characters[start]!)) start++;
  if (right) while (end > start && isSpace(characters[end - 1]!)) end--;
  if (start === 0 && end === characters.length) return text;
  const changes = characters.slice(start, end).map((character): [string, number] => [character, 0]);
  if (changes.length > 0) changes.at(-1)![1] = end - characters.length;
  return text.transform(changes, start);
}

function readBert(component: Component): AlignedNormalizer {
  const { cleanText, handleChineseChars, stripAccents, lowercase } = bertSettings(component);
  return (text) => {
    let result = text;
    if (cleanText) {
      result = result
        .filter((character) => !isCleanedAway(character.codePointAt(0)!))
        .map((character) => (isWhiteSpace(character.codePointAt(0)!) ? " " : character));
    }
    if (handleChineseChars) {
      result = result.transform(
        result.characters.flatMap((character): Change[] =>
          ideographs.has(character.codePointAt(0)!)
            ? [
                [" ", 0],
                [character, 1],
                [" ", 1],
              ]
            : [[character, 0]],
        ),
      );
    }
    if (stripAccents) {
      result = result
        .transform(bertDecomposed(result.text))
        .filter((character) => !nonspacingMarks.has(character.codePointAt(0)!));
    }
    return lowercase ? result.map(lowerCase) : result;
  };
}

/** What replaces a cluster stands for its characters one by one; where it is longer the rest is put in, where it is shorter the rest is gone behind the first. */
function readPrecompiled(component: Component): AlignedNormalizer {
  const map = new Charsmap(readCharsmapBytes(component["precompiled_charsmap"]));
  return (aligned) => {
    const { text } = aligned;
    const changes: [string, number][] = [];
    let modified = false;
    const replaces = (start: number, end: number): boolean => {
      const replacement = map.replacementOf(text, start, end);
      if (replacement === null) return false;
      modified = true;
      const characters = Array.from(replacement);
      const before = Array.from(text.slice(start, end)).length;
      // What is taken away at the beginning is forgotten, and all that follows stands so much too early.
      if (characters.length === 0 && changes.length > 0) changes.at(-1)![1] -= before;
      const first = Math.min(0, characters.length - before);
      characters.forEach((character, i) => changes.push([character, i === 0 ? first : i < before ? 0 : 1]));
      return true;
    };
    for (let at = 0; at < text.length;) {
      const end = clusterEnd(text, at, text.length);
      if (replaces(at, end)) {
        at = end;
        continue;
      }
      while (at < end) {
        const next = at + (text.codePointAt(at)! > 0xffff ? 2 : 1);
        if (!replaces(at, next)) changes.push([text.slice(at, next), 0]);
        at = next;
      }
    }
    return modified ? aligned.transform(changes) : aligned;
  };
}
