/**
 * Keeps large tokenizers in a form that needs no parsing: a 9.6 MB tokenizer.json costs 300 ms and more to parse and to make a trie of,
 * one of 33 MB more than a second, and their cached forms a tenth of that.
 *
 * An entry has tokenizer.json without the vocabulary, and the vocabulary's arrays. The cache's door checks that an entry arrives as it
 * was written; here every index is checked as well, and an entry that is not sound counts as absent.
 */
import { readCacheEntry, writeCacheEntry } from "#platform/cache";
import { decodeEntry, encodeEntry, type EntryArray } from "./binary-entry.ts";
import type { BpeVocabulary } from "./bpe/vocabulary.ts";
import type { ByteLevelVocabulary } from "./byte-level-bpe/settings.ts";
import { seamWords } from "./character-bpe/seams.ts";
import type { CharacterVocabulary } from "./character-bpe/settings.ts";
import type { TokenizerJson } from "./tokenizer-json.ts";
import { PieceTrie } from "./unigram/piece-trie.ts";
import type { TrieArrays } from "./unigram/piece-trie.ts";
import type { UnigramVocabulary } from "./unigram/settings.ts";

const entryKind = "tokenizers";
/** Changes with the layout. */
const magic = 0x554d4302;

/** Smaller files are parsed faster than a cache is worth. */
export const smallestCached = 1 << 20;

export type CachedVocabulary = UnigramVocabulary | ByteLevelVocabulary | CharacterVocabulary;

export interface CachedTokenizer {
  /** With an empty `model.vocab`, and without merges. */
  readonly json: TokenizerJson;
  readonly vocabulary: CachedVocabulary;
}

type Header = Pick<CachedTokenizer, "json"> & {
  readonly kind: CachedVocabulary["kind"];
  readonly bpe?: Omit<BpeVocabulary, "merges">;
};

/** The cached form of the tokenizer.json with this hash, or null. */
export async function readCachedTokenizer(hash: string): Promise<CachedTokenizer | null> {
  const entry = await readCacheEntry(entryKind, cacheKey(hash));
  return entry === null ? null : decodeTokenizer(entry);
}

/** Keeps it for the next time; that this may fail (a full disk, no folder) changes nothing but the time. */
export async function writeCachedTokenizer(hash: string, tokenizer: CachedTokenizer): Promise<void> {
  await writeCacheEntry(entryKind, cacheKey(hash), encodeTokenizer(tokenizer));
}

function cacheKey(hash: string): string {
  return `${magic} ${hash}`;
}

export function encodeTokenizer({ json, vocabulary }: CachedTokenizer): Uint8Array<ArrayBuffer> {
  const { merges: _, ...model } = json.model;
  const header = { json: { ...json, model: { ...model, vocab: [] } }, kind: vocabulary.kind };
  if (vocabulary.kind === "unigram") {
    const { units, firstChild, ids } = vocabulary.trie.arrays;
    return encodeEntry(magic, { header, arrays: [vocabulary.scores, firstChild, ids, units] as EntryArray[] });
  }
  const { count, largestId, tokenIds, wholeWords, merges } = vocabulary;
  const arrays =
    vocabulary.kind === "byte-level"
      ? [merges, vocabulary.byteIds]
      : [merges, vocabulary.byteTokens, vocabulary.characters, vocabulary.joined];
  return encodeEntry(magic, { header: { ...header, bpe: { count, largestId, tokenIds, wholeWords } }, arrays });
}

/** Null where the entry is not sound. */
export function decodeTokenizer(bytes: Uint8Array<ArrayBuffer>): CachedTokenizer | null {
  const entry = decodeEntry(magic, bytes);
  if (entry === null) return null;
  const { json, kind, bpe } = entry.header as Header;
  const vocabulary =
    kind === "unigram" ? unigramOf(entry.arrays) : bpe === undefined ? null : bpeOf(kind, bpe, entry.arrays);
  return vocabulary === null ? null : { json, vocabulary };
}

function unigramOf([scores, firstChild, ids, units]: readonly EntryArray[]): UnigramVocabulary | null {
  if (
    !(scores instanceof Float64Array) ||
    !(firstChild instanceof Uint32Array) ||
    !(ids instanceof Int32Array) ||
    !(units instanceof Uint16Array)
  ) {
    return null;
  }
  const arrays = { units, firstChild, ids };
  return isSound(arrays, scores.length) ? { kind: "unigram", trie: new PieceTrie(arrays), scores } : null;
}

/** Children come after their parents and within the arrays, so that every walk ends; ids are ids of pieces. */
function isSound({ units, firstChild, ids }: TrieArrays, pieces: number): boolean {
  const nodes = ids.length;
  if (nodes === 0 || units.length !== nodes || firstChild.length !== nodes + 1 || firstChild[nodes] !== nodes) {
    return false;
  }
  for (let node = 0; node < nodes; node++) {
    const first = firstChild[node]!;
    if (first <= node || first > firstChild[node + 1]! || ids[node]! < -1 || ids[node]! >= pieces) return false;
  }
  return true;
}

function bpeOf(
  kind: "byte-level" | "characters",
  bpe: Omit<BpeVocabulary, "merges">,
  [merges, byteIds, characters, joined]: readonly EntryArray[],
): ByteLevelVocabulary | CharacterVocabulary | null {
  const { largestId } = bpe;
  const isId = (id: number): boolean => id >= 0 && id <= largestId;
  if (!(merges instanceof Int32Array) || merges.length % 3 !== 0 || !merges.every(isId)) return null;
  if (!(byteIds instanceof Int32Array) || byteIds.length !== 256 || !byteIds.every(isId)) return null;
  if (kind === "byte-level") return { ...bpe, kind, merges, byteIds };
  if (!(characters instanceof Int32Array) || characters.length % 2 !== 0) return null;
  if (!characters.every((value, i) => (i % 2 === 0 ? value >= 0 && value <= 0x10ffff : isId(value)))) return null;
  if (!(joined instanceof Int32Array) || joined.length !== seamWords) return null;
  return { ...bpe, kind, merges, byteTokens: byteIds, characters, joined };
}
