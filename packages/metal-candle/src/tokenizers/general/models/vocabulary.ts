/** What the four kinds of models share: what a model offers, and its vocabulary read from tokenizer.json. */
import { describe } from "../../../describe.ts";
import { isObject, isTokenId, notATokenizer } from "../../tokenizer-json.ts";
import type { TokenizerJson } from "../../tokenizer-json.ts";

export interface WordModel {
  /**
   * Appends the ids of a word that is not empty; to `places`, where each begins and ends in the word's UTF-8, as Rust counts it: [2 × ids].
   */
  readonly append: (word: string, ids: number[], places?: number[]) => void;
  /** The id of a token of the vocabulary. */
  readonly idOf: (token: string) => number | undefined;
  /** Tokens of the vocabulary. */
  readonly size: number;
  readonly largestId: number;
}

/** A vocabulary `{ token: id }`. */
export function readVocabulary(vocab: unknown): Map<string, number> {
  if (!isObject(vocab)) throw notATokenizer(`has a vocabulary that is ${describe(vocab)}, where an object is expected`);
  const ids = new Map<string, number>();
  for (const [token, id] of Object.entries(vocab)) {
    if (!isTokenId(id)) throw notATokenizer(`gives the token ${JSON.stringify(token)} the id ${JSON.stringify(id)}`);
    ids.set(token, id);
  }
  return ids;
}

export function largest(ids: Iterable<number>): number {
  let most = 0;
  for (const id of ids) most = Math.max(most, id);
  return most;
}

/** Bytes of a text in UTF-8. */
export function utf8Length(text: string): number {
  return encoder.encode(text).length;
}

const encoder = new TextEncoder();

/** The token for unknown words, which must be in the vocabulary. */
export function unknownIdOf(
  model: TokenizerJson["model"],
  ids: ReadonlyMap<string, number>,
  otherwise: string,
): number {
  const token = model["unk_token"] ?? otherwise;
  const id = typeof token === "string" ? ids.get(token) : undefined;
  if (id !== undefined) return id;
  throw notATokenizer(`names ${JSON.stringify(token)} for unknown words, which is not in its vocabulary`);
}
