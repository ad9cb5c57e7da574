/**
 * What the fast paths for BPE need of a vocabulary, read from tokenizer.json once; most of it is arrays, so that our cache can keep it.
 */
import { isObject, isTokenId, notATokenizer } from "../tokenizer-json.ts";
import type { TokenizerJson } from "../tokenizer-json.ts";
import { Merger } from "./merger.ts";
import { readMerges, type Merges } from "./merges.ts";

export interface BpeVocabulary {
  /** Tokens in all. */
  readonly count: number;
  readonly largestId: number;
  /** Ids of those tokens of the vocabulary that are added or special tokens, too. */
  readonly tokenIds: Readonly<Record<string, number>>;
  readonly merges: Merges;
  /** Words that are one token although merging does not give it: where the model ignores merges for whole words. */
  readonly wholeWords: Readonly<Record<string, number>>;
}

export interface OpenVocabulary extends BpeVocabulary {
  readonly idOf: (token: string) => number | undefined;
  /** All tokens. */
  readonly tokens: readonly string[];
}

/**
 * The vocabulary of a BPE model without options that change what a merge is; null for any other.
 * @throws NotATokenizer when the vocabulary or the merges hold something other than tokens
 */
export function readBpeVocabulary(json: TokenizerJson): OpenVocabulary | null {
  const { model } = json;
  const { vocab, merges } = model;
  const isPlain = model["dropout"] == null && !model["continuing_subword_prefix"] && !model["end_of_word_suffix"];
  if (model.type !== "BPE" || !isPlain || !isObject(vocab) || !Array.isArray(merges)) return null;
  const idByToken = new Map<string, number>();
  let largestId = 0;
  for (const [token, id] of Object.entries(vocab)) {
    if (!isTokenId(id)) throw notATokenizer(`gives the token ${JSON.stringify(token)} the id ${JSON.stringify(id)}`);
    idByToken.set(token, id);
    largestId = Math.max(largestId, id);
  }
  // Two tokens of one id would make two merges of it one.
  if (new Set(idByToken.values()).size < idByToken.size) return null;
  const idOf = (token: string): number | undefined => idByToken.get(token);
  const asked = [...json.addedTokens.map(({ content }) => content), ...json.specialTokens];
  return {
    count: idByToken.size,
    largestId,
    tokenIds: Object.fromEntries(asked.flatMap((token) => (idByToken.has(token) ? [[token, idOf(token)!]] : []))),
    merges: readMerges(merges, idOf),
    wholeWords: {},
    idOf,
    tokens: [...idByToken.keys()],
  };
}

/**
 * The tokens that merging their symbols does not give, by the word that they stand for.
 * @param wordOf the word that becomes a token, or null where there is none
 * @param symbolsOf the ids of a word's symbols
 */
export function unmergedWords(
  { tokens, idOf, merges }: OpenVocabulary,
  wordOf: (token: string) => string | null,
  symbolsOf: (word: string) => ArrayLike<number>,
): Record<string, number> {
  const merger = new Merger(merges);
  const found: [string, number][] = [];
  for (const token of tokens) {
    const word = wordOf(token);
    if (word === null || word === "") continue;
    const symbols = symbolsOf(word);
    merger.makeRoom(symbols.length);
    merger.ids.set(symbols);
    const id = idOf(token)!;
    if (merger.merge(symbols.length) !== 1 || merger.ids[0] !== id) found.push([word, id]);
  }
  return Object.fromEntries(found);
}
