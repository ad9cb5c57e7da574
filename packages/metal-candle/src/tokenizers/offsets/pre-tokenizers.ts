/** The pre-tokenizers of general/pre-tokenizers.ts on texts that know where each of their characters is from. */
import {
  atMarks,
  preTokenizersOf,
  readByteLevel,
  readCutter,
  readMetaspace,
  wordsBy,
} from "../general/pre-tokenizers.ts";
import { placesOf } from "../general/split.ts";
import type { Component } from "../tokenizer-json.ts";
import type { AlignedText } from "./aligned-text.ts";
import { inByteCharacters } from "./normalizers.ts";

export type AlignedPreTokenizer = (text: AlignedText) => AlignedText[];

export function readAlignedPreTokenizers(preTokenizer: Component | null): AlignedPreTokenizer {
  const steps = preTokenizersOf(preTokenizer).map(readOne);
  return (text) =>
    steps.reduce((words, step) => words.flatMap((word) => step(word)).filter(isSome), [text].filter(isSome));
}

function isSome({ characters }: AlignedText): boolean {
  return characters.length > 0;
}

function readOne(component: Record<string, unknown>): AlignedPreTokenizer {
  if (component["type"] === "Metaspace") {
    const { replacement, prepends, splits } = readMetaspace(component);
    return (word) => {
      let marked = word.replace(placesOf(word.text, " "), replacement);
      const wanted = prepends === "always" || (prepends === "first" && word.from === 0);
      if (wanted && marked.characters[0] !== replacement) marked = marked.prepend(replacement);
      return splits ? marked.cutAt(atMarks(marked.text, replacement)) : [marked];
    };
  }
  if (component["type"] === "ByteLevel") {
    const { prefixes, splitter } = readByteLevel(component);
    return (word) => {
      const whole = prefixes && word.characters[0] !== " " ? word.prepend(" ") : word;
      const words = splitter === null ? [whole] : whole.cutAt(wordsBy(splitter, whole.text));
      return words.map(inByteCharacters);
    };
  }
  const cutter = readCutter(component);
  return (word) => word.cutAt(cutter(word.text));
}
