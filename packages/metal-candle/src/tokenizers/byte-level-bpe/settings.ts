/**
 * Reads a tokenizer.json as RoBERTa's kind (byte-level BPE without a normaliser), or finds that it is not one that our path
 * reproduces exactly: then null, and the general path serves it.
 */
import { describe } from "../../describe.ts";
import { resolveAddedTokens } from "../added-tokens.ts";
import type { AddedToken } from "../added-tokens.ts";
import { byteCharacters } from "../byte-characters.ts";
import { isObject, isTokenId, notATokenizer } from "../tokenizer-json.ts";
import type { TokenizerJson } from "../tokenizer-json.ts";

/** A merge of two ids into one; a merge's number is its rank, the lowest goes first. */
export interface Merge {
  readonly left: number;
  readonly right: number;
  readonly merged: number;
}

export interface ByteLevelSettings {
  /** The id of each byte on its own, [256]. */
  readonly byteIds: Int32Array;
  readonly merges: readonly Merge[];
  readonly largestId: number;
  /** A text, or what lies between two added tokens, gets a space before it unless it begins with one. */
  readonly addsPrefixSpace: boolean;
  readonly rawTokens: readonly AddedToken[];
  readonly normalizedTokens: readonly AddedToken[];
  readonly specialIds: ReadonlySet<number>;
}

/**
 * @throws NotATokenizer when the vocabulary or the merges hold something else than tokens.
 */
export function readByteLevelSettings(json: TokenizerJson): ByteLevelSettings | null {
  const { model, normalizer, preTokenizer } = json;
  const { vocab, merges } = model;
  const plain =
    model["dropout"] == null &&
    !model["continuing_subword_prefix"] &&
    !model["end_of_word_suffix"] &&
    model["byte_fallback"] !== true &&
    model["ignore_merges"] !== true;
  if (
    model.type !== "BPE" ||
    !plain ||
    normalizer !== null ||
    preTokenizer?.type !== "ByteLevel" ||
    preTokenizer["use_regex"] === false ||
    !isObject(vocab) ||
    !Array.isArray(merges)
  ) {
    return null;
  }
  let largestId = 0;
  for (const [token, id] of Object.entries(vocab)) {
    if (!isTokenId(id)) throw notATokenizer(`gives the token ${JSON.stringify(token)} the id ${JSON.stringify(id)}`);
    largestId = Math.max(largestId, id);
  }
  const idOf = (token: string): number | undefined =>
    Object.hasOwn(vocab, token) ? (vocab[token] as number) : undefined;
  const byteIds = byteCharacters.map(idOf);
  if (!byteIds.every((id) => id !== undefined)) return null;
  const { raw, normalized, specialIds } = resolveAddedTokens(
    json,
    Object.keys(vocab).length,
    idOf,
    (content) => content,
  );
  return {
    byteIds: Int32Array.from(byteIds),
    merges: readMerges(merges, idOf),
    largestId,
    addsPrefixSpace: preTokenizer["add_prefix_space"] === true,
    rawTokens: raw,
    normalizedTokens: normalized,
    specialIds,
  };
}

/**
 * Merges: "left right", or ["left", "right"] in newer files. `prefix`: units of the continuing prefix, which the second part loses.
 * @throws NotATokenizer for one that is not of two tokens into a third
 */
export function readMerges(merges: unknown, idOf: (token: string) => number | undefined, prefix = 0): Merge[] {
  if (!Array.isArray(merges)) throw notATokenizer(`has merges that are not a list (they are ${describe(merges)})`);
  const list = merges.filter((merge) => typeof merge !== "string" || !merge.startsWith("#version"));
  return list.map((merge: unknown, rank): Merge => {
    const pair: unknown[] = typeof merge === "string" ? merge.split(" ") : Array.isArray(merge) ? merge : [];
    const [left, right] = pair;
    if (pair.length === 2 && typeof left === "string" && typeof right === "string") {
      const ids = { left: idOf(left), right: idOf(right), merged: idOf(left + right.slice(prefix)) };
      if (ids.left !== undefined && ids.right !== undefined && ids.merged !== undefined) return ids as Merge;
    }
    throw notATokenizer(
      `has a merge, number ${rank}, that is not of two tokens into a third: ${JSON.stringify(merge)}`,
    );
  });
}
