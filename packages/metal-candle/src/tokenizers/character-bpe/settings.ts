/**
 * Reads a tokenizer.json as Gemma's kind (byte-pair encoding over characters, spaces as ▁, unknown characters as their bytes), or finds
 * that it is not one that our path reproduces exactly: then null, and the general path serves it.
 */
import { resolveAddedTokens } from "../added-tokens.ts";
import type { AddedToken } from "../added-tokens.ts";
import { readBpeVocabulary, unmergedWords } from "../bpe/vocabulary.ts";
import type { BpeVocabulary, OpenVocabulary } from "../bpe/vocabulary.ts";
import { isObject } from "../tokenizer-json.ts";
import type { TokenizerJson } from "../tokenizer-json.ts";
import { CharacterIds } from "./character-ids.ts";
import { joinedPairs, type SeamBits } from "./seams.ts";

export interface CharacterVocabulary extends BpeVocabulary {
  readonly kind: "characters";
  /** Code point and id of each character that is a token: [2 × characters]. */
  readonly characters: Int32Array<ArrayBuffer>;
  /** The token of each byte, [256]. */
  readonly byteTokens: Int32Array<ArrayBuffer>;
  readonly joined: SeamBits;
}

export interface CharacterSettings {
  readonly vocabulary: CharacterVocabulary;
  /** One unit that becomes another; both −1 where there is none. */
  readonly replaced: number;
  readonly replacement: number;
  readonly rawTokens: readonly AddedToken[];
  readonly normalizedTokens: readonly AddedToken[];
  readonly specialIds: ReadonlySet<number>;
}

/** @throws NotATokenizer when the vocabulary or the merges hold something other than tokens. */
export function readCharacterVocabulary(json: TokenizerJson): CharacterVocabulary | null {
  const replace = readReplacement(json);
  if (replace === null || json.model["byte_fallback"] !== true) return null;
  const vocabulary = readBpeVocabulary(json);
  if (vocabulary === null) return null;
  const { merges, idOf } = vocabulary;
  const found = Array.from({ length: 256 }, (_, byte) => idOf(byteToken(byte)));
  if (!found.every((id) => id !== undefined)) return null;
  const byteTokens = Int32Array.from(found);
  // Bytes that merge would stand side by side where their characters do not.
  const bytes = new Set(byteTokens);
  if (merges.some((id) => bytes.has(id))) return null;
  const characters = Int32Array.from(charactersOf(vocabulary));
  const tokenById = new Map(vocabulary.tokens.map((token) => [idOf(token)!, token]));
  const characterIds = new CharacterIds(characters, byteTokens);
  const symbolsOf = (word: string): Int32Array => {
    const ids = new Int32Array(3 * word.length);
    let length = 0;
    for (const character of word) length = characterIds.write(character.codePointAt(0)!, ids, length);
    return ids.subarray(0, length);
  };
  return {
    kind: "characters",
    count: vocabulary.count,
    largestId: vocabulary.largestId,
    tokenIds: vocabulary.tokenIds,
    merges,
    wholeWords: json.model["ignore_merges"] === true ? unmergedWords(vocabulary, (token) => token, symbolsOf) : {},
    characters,
    byteTokens,
    joined: joinedPairs(merges, (id) => tokenById.get(id)!),
  };
}

/** The settings around a vocabulary that `readCharacterVocabulary` has read. */
export function readCharacterSettings(json: TokenizerJson, vocabulary: CharacterVocabulary): CharacterSettings {
  const { replaced, replacement } = readReplacement(json)!;
  const { raw, normalized, specialIds } = resolveAddedTokens(
    json,
    vocabulary.count,
    (token) => (Object.hasOwn(vocabulary.tokenIds, token) ? vocabulary.tokenIds[token] : undefined),
    (content) =>
      replaced < 0 ? content : content.replaceAll(String.fromCharCode(replaced), String.fromCharCode(replacement)),
  );
  return { vocabulary, replaced, replacement, rawTokens: raw, normalizedTokens: normalized, specialIds };
}

/** A Replace of one character by another, and no pre-tokenizer but a Split at what is no longer there; or neither. */
function readReplacement({
  normalizer,
  preTokenizer,
}: TokenizerJson): Pick<CharacterSettings, "replaced" | "replacement"> | null {
  if (normalizer === null) return preTokenizer === null ? { replaced: -1, replacement: -1 } : null;
  const pattern = stringOf(normalizer["pattern"]);
  const { type, content } = normalizer;
  if (type !== "Replace" || pattern?.length !== 1 || typeof content !== "string" || content.length !== 1) return null;
  if (preTokenizer !== null) {
    if (preTokenizer.type !== "Split" || stringOf(preTokenizer["pattern"]) !== pattern || content === pattern)
      return null;
    if (preTokenizer["invert"] === true) return null;
  }
  return { replaced: pattern.charCodeAt(0), replacement: content.charCodeAt(0) };
}

function stringOf(pattern: unknown): string | undefined {
  const text = isObject(pattern) ? pattern["String"] : undefined;
  return typeof text === "string" ? text : undefined;
}

function byteToken(byte: number): string {
  return `<0x${byte.toString(16).toUpperCase().padStart(2, "0")}>`;
}

function charactersOf({ tokens, idOf }: OpenVocabulary): number[] {
  return tokens.flatMap((token) => {
    const codePoint = token.codePointAt(0);
    const isCharacter = codePoint !== undefined && token.length === (codePoint > 0xffff ? 2 : 1);
    return isCharacter ? [codePoint, idOf(token)!] : [];
  });
}
