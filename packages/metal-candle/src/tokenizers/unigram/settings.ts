/**
 * Reads a tokenizer.json as one of the XLM-R kind (a SentencePiece Unigram model behind Metaspace), or finds that it is not one
 * that our path reproduces exactly: then null, and the general path serves it.
 *
 * The vocabulary, which is nearly all of the file, is apart from the rest: our cache keeps it in another form.
 */
import { resolveAddedTokens } from "../added-tokens.ts";
import type { AddedToken } from "../added-tokens.ts";
import { isObject, notATokenizer } from "../tokenizer-json.ts";
import type { Component, TokenizerJson } from "../tokenizer-json.ts";
import { isWhiteSpace } from "../unicode/code-points.ts";
import { readUnigramNormalizer } from "./normalizer.ts";
import type { UnigramNormalizer } from "./normalizer.ts";
import { buildTrie, marker, PieceTrie } from "./piece-trie.ts";
import { UnitBuffer } from "./unit-buffer.ts";

/** The pieces and, by id, their scores (log probabilities). */
export interface UnigramVocabulary {
  readonly kind: "unigram";
  readonly trie: PieceTrie;
  readonly scores: Float64Array;
}

export interface UnigramSettings {
  readonly vocabulary: UnigramVocabulary;
  readonly unknownId: number;
  /** By byte its token, or −1; null where unknown characters are not bytes. */
  readonly byteTokens: Int32Array | null;
  readonly normalizer: UnigramNormalizer;
  /** Words end at white space, which is lost; otherwise at spaces alone, each of which becomes a ▁ of the word behind it. */
  readonly splitsAtWhiteSpace: boolean;
  /** False: a text (without added tokens) is one word. */
  readonly splits: boolean;
  /** ▁ is put before words (before the text, if that is not split) that do not begin with it. */
  readonly prepends: boolean;
  /** Searched in the text as it is, and in normalised text. None holds white space. */
  readonly rawTokens: readonly AddedToken[];
  readonly normalizedTokens: readonly AddedToken[];
  readonly specialIds: ReadonlySet<number>;
}

/**
 * The vocabulary of a Unigram model: [[piece, score], …].
 * @throws NotATokenizer when an entry is something else.
 */
export function readUnigramVocabulary(model: TokenizerJson["model"]): UnigramVocabulary | null {
  const { type, vocab } = model;
  if (type !== "Unigram" || !Array.isArray(vocab) || vocab.length === 0) return null;
  const scores = new Float64Array(vocab.length);
  const pieces = vocab.map((entry: unknown, id) => {
    if (!Array.isArray(entry) || typeof entry[0] !== "string" || typeof entry[1] !== "number") {
      throw notATokenizer(`has a vocabulary entry, number ${id}, that is not a piece with its score`);
    }
    scores[id] = asRustReads(entry[1]);
    return entry[0];
  });
  return { kind: "unigram", trie: new PieceTrie(buildTrie(pieces)), scores };
}

/**
 * A score as serde_json reads it from its shortest decimal form: digits and power of ten are rounded one after the other, so that
 * the last bit may differ from the number that JSON.parse gives. Paths of nearly equal score are decided by that bit.
 */
export function asRustReads(score: number): number {
  const [decimal, exponent = "0"] = String(Math.abs(score)).split("e") as [string, string?];
  const [whole, fraction = ""] = decimal.split(".") as [string, string?];
  const power = Number(exponent) - fraction.length;
  const digits = Number(whole + fraction);
  const value = power < 0 ? digits / Number(`1e${-power}`) : digits * Number(`1e${power}`);
  return score < 0 ? -value : value;
}

/** `json.model.vocab` is not looked at: the vocabulary is `vocabulary`. */
export function readUnigramSettings(json: TokenizerJson, vocabulary: UnigramVocabulary): UnigramSettings | null {
  const { unk_id: unknownId, byte_fallback: byteFallback } = json.model;
  const metaspace = readMetaspace(json.preTokenizer);
  const normalizer = readUnigramNormalizer(json.normalizer);
  if (
    json.model.type !== "Unigram" ||
    typeof unknownId !== "number" ||
    !(unknownId in vocabulary.scores) ||
    metaspace === null ||
    normalizer === undefined
  ) {
    return null;
  }
  const buffer = new UnitBuffer();
  const { raw, normalized, specialIds } = resolveAddedTokens(
    json,
    vocabulary.scores.length,
    (content) => vocabulary.trie.idOf(content),
    (content) => {
      normalizer.normalize(content, 0, content.length, buffer, true, true);
      return buffer.text();
    },
  );
  if ([...raw, ...normalized].some(hasWhiteSpace) || normalized.some((token) => token.rstrip)) return null;
  return {
    vocabulary,
    unknownId,
    byteTokens: byteFallback === true ? byteTokens((piece) => vocabulary.trie.idOf(piece)) : null,
    normalizer,
    ...metaspace,
    rawTokens: raw,
    normalizedTokens: normalized,
    specialIds,
  };
}

/** The tokens <0x00> to <0xFF>, by byte; −1 for one that is not in the vocabulary. */
export function byteTokens(idOf: (piece: string) => number | undefined): Int32Array {
  return Int32Array.from({ length: 256 }, (_, byte) => {
    return idOf(`<0x${byte.toString(16).toUpperCase().padStart(2, "0")}>`) ?? -1;
  });
}

function hasWhiteSpace(token: AddedToken): boolean {
  return Array.from(token.pattern).some((c) => isWhiteSpace(c.codePointAt(0)!));
}

/** Metaspace alone, or WhitespaceSplit and Metaspace. */
function readMetaspace(
  preTokenizer: Component | null,
): Pick<UnigramSettings, "splitsAtWhiteSpace" | "splits" | "prepends"> | null {
  const components = preTokenizer?.type === "Sequence" ? preTokenizer["pretokenizers"] : [preTokenizer];
  if (!Array.isArray(components) || !components.every(isObject)) return null;
  const metaspace = components.at(-1);
  const splitsAtWhiteSpace = components.length === 2 && components[0]!["type"] === "WhitespaceSplit";
  if (metaspace?.["type"] !== "Metaspace" || (components.length !== 1 && !splitsAtWhiteSpace)) return null;
  const { replacement, add_prefix_space: addPrefixSpace, prepend_scheme: scheme = "always", split = true } = metaspace;
  if (replacement !== String.fromCharCode(marker) || typeof split !== "boolean") return null;
  if (scheme !== "always" && scheme !== "never") return null;
  // Files of before prepend_scheme say add_prefix_space; false beside "always" is a contradiction that Rust refuses, too.
  if (addPrefixSpace === false && "prepend_scheme" in metaspace && scheme === "always") return null;
  if (splitsAtWhiteSpace && !split) return null;
  return { splitsAtWhiteSpace, splits: split, prepends: scheme === "always" && addPrefixSpace !== false };
}
