/**
 * Reads a tokenizer.json as a BERT tokenizer (BertNormalizer, BertPreTokenizer, WordPiece), or finds that it is not one that the
 * fast path reproduces exactly: then null, and the general path serves it.
 */
import { resolveAddedTokens } from "../added-tokens.ts";
import type { AddedToken } from "../added-tokens.ts";
import { isTokenId, notATokenizer, isObject } from "../tokenizer-json.ts";
import type { Component, TokenizerJson } from "../tokenizer-json.ts";
import { isWhiteSpace } from "../unicode/code-points.ts";
import { longestKey } from "../unit-hash.ts";
import { type BertNormalization, normalizeBert } from "./normalize.ts";
import type { WordPieceModel } from "./vocabulary.ts";

export interface WordPieceSettings {
  readonly normalization: BertNormalization;
  readonly model: WordPieceModel;
  /** Searched in the text as it is. */
  readonly rawTokens: readonly AddedToken[];
  /** Searched in normalised text. Each begins with ASCII punctuation, holds no white space, and may stand inside words. */
  readonly normalizedTokens: readonly AddedToken[];
  readonly specialIds: ReadonlySet<number>;
}

/**
 * @throws NotATokenizer when the vocabulary lacks the unknown token or holds something other than ids.
 */
export function readWordPieceSettings(json: TokenizerJson): WordPieceSettings | null {
  const { model } = json;
  const normalization = readNormalization(json.normalizer);
  const {
    vocab,
    unk_token: unknownToken,
    continuing_subword_prefix: continuingPrefix,
    max_input_chars_per_word: longestWord,
  } = model;
  if (
    model.type !== "WordPiece" ||
    normalization === null ||
    json.preTokenizer?.type !== "BertPreTokenizer" ||
    !isObject(vocab) ||
    typeof unknownToken !== "string" ||
    typeof continuingPrefix !== "string" ||
    typeof longestWord !== "number"
  ) {
    return null;
  }
  const tokens = Object.keys(vocab);
  const ids = new Int32Array(tokens.length);
  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i]!;
    const id = vocab[token];
    if (!isTokenId(id)) throw notATokenizer(`gives the token ${JSON.stringify(token)} the id ${JSON.stringify(id)}`);
    if (token.length > longestKey) return null;
    ids[i] = id;
  }
  const idOf = (token: string): number | undefined =>
    Object.hasOwn(vocab, token) ? (vocab[token] as number) : undefined;
  const unknownId = idOf(unknownToken);
  if (unknownId === undefined) {
    throw notATokenizer(`names ${JSON.stringify(unknownToken)} for unknown words, which is not in its vocabulary`);
  }
  const { raw, normalized, specialIds } = resolveAddedTokens(json, tokens.length, idOf, (content) =>
    normalizeBert(content, normalization),
  );
  if (raw.some((token) => isWhiteSpace(token.pattern.charCodeAt(0))) || !normalized.every(canBeFoundInWords)) {
    return null;
  }
  return {
    normalization,
    model: { tokens, ids, unknownId, continuingPrefix, longestWord },
    rawTokens: raw,
    normalizedTokens: normalized,
    specialIds,
  };
}

/** BertNormalizer, alone or behind Lowercase, or nothing at all. */
function readNormalization(normalizer: Component | null): BertNormalization | null {
  const parts = normalizer?.type === "Sequence" ? normalizer["normalizers"] : normalizer === null ? [] : [normalizer];
  if (!Array.isArray(parts) || !parts.every(isObject)) return null;
  const lowercaseFirst = parts[0]?.["type"] === "Lowercase";
  const rest = lowercaseFirst ? parts.slice(1) : parts;
  if (rest.length === 0) {
    return { lowercaseFirst, cleanText: false, handleChineseChars: false, stripAccents: false, lowercase: false };
  }
  const { type, clean_text, handle_chinese_chars, strip_accents, lowercase } = rest[0]!;
  if (
    rest.length !== 1 ||
    type !== "BertNormalizer" ||
    typeof clean_text !== "boolean" ||
    typeof handle_chinese_chars !== "boolean" ||
    typeof lowercase !== "boolean"
  ) {
    return null;
  }
  return {
    lowercaseFirst,
    cleanText: clean_text,
    handleChineseChars: handle_chinese_chars,
    stripAccents: typeof strip_accents === "boolean" ? strip_accents : lowercase,
    lowercase,
  };
}

const asciiPunctuation = /^[!-/:-@[-`{-~]/;

function canBeFoundInWords(token: AddedToken): boolean {
  const hasSpace = Array.from(token.pattern).some((c) => isWhiteSpace(c.codePointAt(0)!));
  return asciiPunctuation.test(token.pattern) && !hasSpace && !token.single_word;
}
