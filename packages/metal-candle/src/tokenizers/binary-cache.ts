/**
 * Keeps large Unigram tokenizers in a form that needs no parsing: a 9.6 MB tokenizer.json costs 300 ms and more to parse and to
 * make a trie of, and its cached form a tenth of that.
 *
 * An entry: four u32 (magic, bytes of the header, pieces, nodes), the header (tokenizer.json without the vocabulary, as JSON),
 * zeros up to a multiple of eight, then the vocabulary's arrays. The cache's door checks that an entry arrives as it was written;
 * here every index is checked as well, and an entry that is not sound counts as absent.
 */
import { readCacheEntry, writeCacheEntry } from "#platform/cache";
import type { TokenizerJson } from "./tokenizer-json.ts";
import { PieceTrie } from "./unigram/piece-trie.ts";
import type { TrieArrays } from "./unigram/piece-trie.ts";
import type { UnigramVocabulary } from "./unigram/settings.ts";

const cacheKind = "tokenizers";
/** Changes with the layout. */
const fileMagic = 0x554d4301;
const prefixBytes = 16;

/** Smaller files are parsed faster than a cache is worth. */
export const smallestCached = 1 << 20;

export interface CachedTokenizer {
  /** With an empty `model.vocab`. */
  readonly json: TokenizerJson;
  readonly vocabulary: UnigramVocabulary;
}

/** The cached form of the tokenizer.json with this hash, or null. */
export async function readCachedTokenizer(hash: string): Promise<CachedTokenizer | null> {
  const entry = await readCacheEntry(cacheKind, cacheKey(hash));
  return entry === null ? null : decodeTokenizer(entry);
}

/** Keeps it for the next time; that this may fail (a full disk, no folder) changes nothing but the time. */
export async function writeCachedTokenizer(hash: string, tokenizer: CachedTokenizer): Promise<void> {
  await writeCacheEntry(cacheKind, cacheKey(hash), encodeTokenizer(tokenizer));
}

function cacheKey(hash: string): string {
  return `${fileMagic} ${hash}`;
}

export function encodeTokenizer({ json, vocabulary }: CachedTokenizer): Uint8Array<ArrayBuffer> {
  const { scores, trie } = vocabulary;
  const { units, firstChild, ids } = trie.arrays;
  const header = new TextEncoder().encode(JSON.stringify({ ...json, model: { ...json.model, vocab: [] } }));
  const places = layout(header.length, scores.length, units.length);
  const bytes = new Uint8Array(places.end);
  new Uint32Array(bytes.buffer, 0, 4).set([fileMagic, header.length, scores.length, units.length]);
  bytes.set(header, prefixBytes);
  new Float64Array(bytes.buffer, places.scores, scores.length).set(scores);
  new Uint32Array(bytes.buffer, places.firstChild, firstChild.length).set(firstChild);
  new Int32Array(bytes.buffer, places.ids, ids.length).set(ids);
  new Uint16Array(bytes.buffer, places.units, units.length).set(units);
  return bytes;
}

/** Null where the entry is not sound. */
export function decodeTokenizer(entry: Uint8Array<ArrayBuffer>): CachedTokenizer | null {
  const bytes = entry.byteOffset % 8 === 0 ? entry : entry.slice();
  const { buffer, byteOffset: base } = bytes;
  if (bytes.length < prefixBytes) return null;
  const [magic, headerBytes, pieces, nodes] = new Uint32Array(buffer, base, 4);
  const places = layout(headerBytes!, pieces!, nodes!);
  if (magic !== fileMagic || places.end !== bytes.length) return null;
  const arrays: TrieArrays = {
    firstChild: new Uint32Array(buffer, base + places.firstChild, nodes! + 1),
    ids: new Int32Array(buffer, base + places.ids, nodes),
    units: new Uint16Array(buffer, base + places.units, nodes),
  };
  if (!isSound(arrays, pieces!)) return null;
  const header = new TextDecoder().decode(bytes.subarray(prefixBytes, prefixBytes + headerBytes!));
  return {
    json: JSON.parse(header) as TokenizerJson,
    vocabulary: { trie: new PieceTrie(arrays), scores: new Float64Array(buffer, base + places.scores, pieces) },
  };
}

/** Where the arrays lie, the wider elements first so that all are aligned. */
function layout(headerBytes: number, pieces: number, nodes: number) {
  const scores = Math.ceil((prefixBytes + headerBytes) / 8) * 8;
  const firstChild = scores + 8 * pieces;
  const ids = firstChild + 4 * (nodes + 1);
  const units = ids + 4 * nodes;
  return { scores, firstChild, ids, units, end: units + 2 * nodes };
}

/** Children come after their parents and within the arrays, so that every walk ends; ids are ids of pieces. */
function isSound({ firstChild, ids }: TrieArrays, pieces: number): boolean {
  const nodes = ids.length;
  if (nodes === 0 || firstChild[nodes] !== nodes) return false;
  for (let node = 0; node < nodes; node++) {
    const first = firstChild[node]!;
    if (first <= node || first > firstChild[node + 1]! || ids[node]! < -1 || ids[node]! >= pieces) return false;
  }
  return true;
}
