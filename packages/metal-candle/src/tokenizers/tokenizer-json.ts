/**
 * tokenizer.json, parsed -> a checked object. Says what is missing where the file is not a tokenizer.
 *
 * Only the shape that every implementation relies on is checked here; each implementation reads its own settings from the
 * parts (`unknown` until then) and refuses what it does not know.
 */
import { describe } from "../describe.ts";
import { UnsupportedModelError } from "../errors.ts";

export interface AddedTokenJson {
  readonly id: number;
  readonly content: string;
  readonly single_word: boolean;
  readonly lstrip: boolean;
  readonly rstrip: boolean;
  readonly normalized: boolean;
  readonly special: boolean;
  /** Added in a second call, after those of tokenizer.json: only where its id begins depends on it. */
  readonly later?: boolean;
}

export interface TokenizerJson {
  readonly model: Readonly<Record<string, unknown>> & { readonly type: string };
  readonly addedTokens: readonly AddedTokenJson[];
  /** Null, or an object with `type`; the same for the two below. */
  readonly normalizer: Component | null;
  readonly preTokenizer: Component | null;
  readonly postProcessor: Component | null;
  /** Whether the model is given the token types that the post-processor makes; else all are 0. */
  readonly sendsTokenTypes: boolean;
  /** Too long a text loses its beginning, not its end. */
  readonly truncatesLeft: boolean;
  /** Special tokens are not looked for in texts. */
  readonly splitsSpecialTokens: boolean;
  /** Contents of the tokens that count as special where a prompt's length is measured. */
  readonly specialTokens: readonly string[];
}

export type Component = Readonly<Record<string, unknown>> & { readonly type: string };

/**
 * @param root what JSON.parse made of the file
 * @throws NotATokenizer
 */
export function readTokenizerJson(root: unknown): TokenizerJson {
  if (!isObject(root)) {
    throw notATokenizer(`holds ${describe(root)} where an object is expected`);
  }
  const model = root["model"];
  if (!isObject(model)) {
    throw notATokenizer(`has no "model" object (it is ${describe(model)})`);
  }
  const vocabulary = model["vocab"];
  if (!Array.isArray(vocabulary) && !isObject(vocabulary)) {
    throw notATokenizer(`has no vocabulary in "model.vocab" (it is ${describe(vocabulary)})`);
  }
  checkVocabularySize(vocabulary);
  const truncation = root["truncation"];
  return {
    model: { ...model, type: modelType(model) },
    addedTokens: readAddedTokens(root["added_tokens"]),
    normalizer: readComponent(root["normalizer"], "normalizer"),
    preTokenizer: readComponent(root["pre_tokenizer"], "pre_tokenizer"),
    postProcessor: readComponent(root["post_processor"], "post_processor"),
    sendsTokenTypes: true,
    truncatesLeft: isObject(truncation) && truncation["direction"] === "Left",
    splitsSpecialTokens: false,
    specialTokens: [],
  };
}

/** The largest published vocabularies have a quarter of a million tokens, and the longest token 256 spaces. */
const mostTokens = 1 << 21;
const longestToken = 1024;

/** Time and memory of every path go with these. */
function checkVocabularySize(vocabulary: object): void {
  const tokens: unknown[] = Array.isArray(vocabulary) ? vocabulary : Object.keys(vocabulary);
  if (tokens.length > mostTokens) {
    throw new UnsupportedModelError(
      `the tokenizer's vocabulary has ${tokens.length} tokens; at most ${mostTokens} are supported.`,
    );
  }
  for (const entry of tokens) {
    const token: unknown = Array.isArray(entry) ? entry[0] : entry;
    if (typeof token === "string" && token.length > longestToken) {
      throw new UnsupportedModelError(
        `the tokenizer's vocabulary has a token of ${token.length} characters; at most ${longestToken} are supported.`,
      );
    }
  }
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * What is wrong with a tokenizer.json, said of the file: `has no "model" object`. Never leaves this folder: openTokenizer knows
 * which file it is, and makes a ModelFileError of it.
 */
export class NotATokenizer extends Error {}

export function notATokenizer(what: string): NotATokenizer {
  return new NotATokenizer(what);
}

/** Files of early versions leave the type out; their fields tell it. */
function modelType(model: Record<string, unknown>): string {
  if (typeof model["type"] === "string") return model["type"];
  if (Array.isArray(model["vocab"])) return "Unigram";
  if ("merges" in model) return "BPE";
  return "continuing_subword_prefix" in model ? "WordPiece" : "WordLevel";
}

function readComponent(value: unknown, name: string): Component | null {
  if (value === undefined || value === null) return null;
  if (!isObject(value) || typeof value["type"] !== "string") {
    throw notATokenizer(`has a "${name}" without a type (it is ${describe(value)})`);
  }
  return value as Component;
}

function readAddedTokens(value: unknown): AddedTokenJson[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) {
    throw notATokenizer(`has "added_tokens" that are not a list (they are ${describe(value)})`);
  }
  return value.map((token: unknown, index) => {
    if (!isObject(token) || typeof token["content"] !== "string" || !isTokenId(token["id"])) {
      throw notATokenizer(`has an added token, number ${index}, without an id and a content`);
    }
    const flag = (name: string): boolean => token[name] === true;
    return {
      id: token["id"],
      content: token["content"],
      single_word: flag("single_word"),
      lstrip: flag("lstrip"),
      rstrip: flag("rstrip"),
      normalized: flag("normalized"),
      special: flag("special"),
    };
  });
}

/** Ids are i32 on their way to the GPU. */
export function isTokenId(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) < 2 ** 31;
}
