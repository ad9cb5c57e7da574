/**
 * A small deterministic model for tests: a token is a word or a piece of one, a vector counts hashed words.
 *
 * Texts that share words have near vectors, equal texts equal ones, so search over it means something.
 */
import type { Embedder } from "../../../src/indexing/embedder.ts";

export interface WordsEmbedder extends Embedder {
  /** Every text that went through the model, in order. */
  readonly embedded: string[];
}

const prompt = 2;

/** Words of at most 8 characters and single signs; longer words are cut. Two special tokens. */
export function countWords(text: string): number {
  return (text.match(/[\p{L}\p{N}]{1,8}|[^\s\p{L}\p{N}]/gu)?.length ?? 0) + prompt;
}

export function wordsEmbedder({
  dimensions = 32,
  maxLength = 64,
  model = "words",
  milliseconds = 0,
  usesProcessors = true,
} = {}): WordsEmbedder {
  const embedded: string[] = [];
  return {
    identity: { model, revision: "1", pooling: "mean", prompts: { query: "", passage: "" }, dimensions },
    dimensions,
    maxLength,
    usesProcessors,
    embedded,
    countTokens: countWords,
    async embed(texts, signal) {
      if (milliseconds > 0) await new Promise((resolve) => setTimeout(resolve, milliseconds));
      signal?.throwIfAborted();
      const data = new Float32Array(texts.length * dimensions);
      texts.forEach((text, row) => {
        embedded.push(text);
        data.set(wordsVector(text, dimensions), row * dimensions);
      });
      return data;
    },
  };
}

export function wordsVector(text: string, dimensions = 32): Float32Array {
  const vector = new Float32Array(dimensions).fill(0.01);
  for (const [word] of text.toLowerCase().matchAll(/[\p{L}\p{N}]+/gu)) {
    let hash = 2166136261;
    for (const character of word) hash = Math.imul(hash ^ character.codePointAt(0)!, 16777619);
    vector[((hash ^ (hash >>> 15)) >>> 0) % dimensions] += 1;
  }
  const norm = Math.hypot(...vector);
  return vector.map((value) => value / norm);
}

/** The same model, whose device is gone after so many calls. */
export function failingAfter(calls: number, model: WordsEmbedder): WordsEmbedder {
  return {
    ...model,
    embed: async (texts, signal) => {
      if (calls-- <= 0) throw new Error("the device is gone");
      return model.embed(texts, signal);
    },
  };
}
