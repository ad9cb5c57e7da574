/**
 * Reads a tokenizer.json as byte-level BPE (RoBERTa's, ModernBERT's, Llama 3's and Qwen's kind), or finds that it is not one that our
 * path reproduces exactly: then null, and the general path serves it.
 */
import { resolveAddedTokens } from "../added-tokens.ts";
import type { AddedToken } from "../added-tokens.ts";
import { readBpeVocabulary, unmergedWords } from "../bpe/vocabulary.ts";
import type { BpeVocabulary } from "../bpe/vocabulary.ts";
import { byteCharacters, toByteCharacters } from "../byte-characters.ts";
import { isObject } from "../tokenizer-json.ts";
import type { Component, TokenizerJson } from "../tokenizer-json.ts";
import { composed } from "../unicode/nfc.ts";
import { byteLevelPattern } from "./splitter.ts";

export interface ByteLevelVocabulary extends BpeVocabulary {
  readonly kind: "byte-level";
  /** The id of each byte on its own, [256]. */
  readonly byteIds: Int32Array<ArrayBuffer>;
}

export interface ByteLevelSettings {
  readonly vocabulary: ByteLevelVocabulary;
  /** Texts are composed (NFC) first. */
  readonly composes: boolean;
  /** Where words end. */
  readonly pattern: string;
  /** What the pattern does not match is not a word. */
  readonly dropsRest: boolean;
  /** A text, or what lies between two added tokens, gets a space before it unless it begins with one. */
  readonly addsPrefixSpace: boolean;
  readonly rawTokens: readonly AddedToken[];
  readonly normalizedTokens: readonly AddedToken[];
  readonly specialIds: ReadonlySet<number>;
}

type Splitting = Pick<ByteLevelSettings, "pattern" | "dropsRest" | "addsPrefixSpace">;

/**
 * @throws NotATokenizer when the vocabulary or the merges hold something other than tokens.
 */
export function readByteLevelVocabulary(json: TokenizerJson): ByteLevelVocabulary | null {
  if (json.model["byte_fallback"] === true || readSplitting(json.preTokenizer) === null || !isPlainOrNfc(json)) {
    return null;
  }
  const vocabulary = readBpeVocabulary(json);
  if (vocabulary === null) return null;
  const ids = byteCharacters.map(vocabulary.idOf);
  if (!ids.every((id) => id !== undefined)) return null;
  const byteIds = Int32Array.from(ids);
  const { count, largestId, tokenIds, merges } = vocabulary;
  const symbolsOf = (word: string): number[] =>
    Array.from(toByteCharacters(word), (character) => vocabulary.idOf(character)!);
  const wholeWords =
    json.model["ignore_merges"] === true ? unmergedWords(vocabulary, wordOfByteCharacters, symbolsOf) : {};
  return { kind: "byte-level", count, largestId, tokenIds, merges, wholeWords, byteIds };
}

/** The settings around a vocabulary that `readByteLevelVocabulary` has read. */
export function readByteLevelSettings(json: TokenizerJson, vocabulary: ByteLevelVocabulary): ByteLevelSettings {
  const composes = json.normalizer !== null;
  const { raw, normalized, specialIds } = resolveAddedTokens(
    json,
    vocabulary.count,
    (token) => (Object.hasOwn(vocabulary.tokenIds, token) ? vocabulary.tokenIds[token] : undefined),
    (content) => (composes ? composed(content) : content),
  );
  return {
    vocabulary,
    composes,
    ...readSplitting(json.preTokenizer)!,
    rawTokens: raw,
    normalizedTokens: normalized,
    specialIds,
  };
}

function isPlainOrNfc({ normalizer }: TokenizerJson): boolean {
  const parts = normalizer?.type === "Sequence" ? normalizer["normalizers"] : [normalizer];
  return (
    normalizer === null ||
    (Array.isArray(parts) && parts.length > 0 && parts.every((part) => isObject(part) && part["type"] === "NFC"))
  );
}

/** ByteLevel with its own pattern, or a Split by another one before it. */
function readSplitting(preTokenizer: Component | null): Splitting | null {
  if (preTokenizer === null) return null;
  const parts: unknown = preTokenizer.type === "Sequence" ? preTokenizer["pretokenizers"] : [preTokenizer];
  if (!Array.isArray(parts) || !parts.every(isObject)) return null;
  const bytes = parts.at(-1);
  if (bytes?.["type"] !== "ByteLevel") return null;
  const addsPrefixSpace = bytes["add_prefix_space"] === true;
  if (parts.length === 1 && bytes["use_regex"] !== false) {
    return { pattern: byteLevelPattern, dropsRest: false, addsPrefixSpace };
  }
  const [split] = parts;
  if (parts.length !== 2 || split!["type"] !== "Split" || bytes["use_regex"] !== false || addsPrefixSpace) return null;
  const pattern = isObject(split!["pattern"]) ? split!["pattern"]["Regex"] : undefined;
  if (typeof pattern !== "string") return null;
  const { behavior, invert } = split!;
  const isolates = behavior === "Isolated" && invert !== true;
  const keepsMatches = behavior === "Removed" && invert === true;
  return isolates || keepsMatches ? { pattern, dropsRest: keepsMatches, addsPrefixSpace } : null;
}

const byteByCharacter = new Map(byteCharacters.map((character, byte) => [character, byte]));
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The text whose bytes a token's characters are, or null: half characters are not a word. */
function wordOfByteCharacters(token: string): string | null {
  const bytes = Array.from(token, (character) => byteByCharacter.get(character));
  if (!bytes.every((byte) => byte !== undefined)) return null;
  try {
    return decoder.decode(Uint8Array.from(bytes));
  } catch {
    return null;
  }
}
