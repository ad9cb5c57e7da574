/**
 * What else in the index is near a document or one of its passages, by the vectors that are stored: no model is loaded.
 *
 *     score = ½ · cosine with the nearest passage of it  +  ½ · cosine with the mean of its passages
 *
 * The nearest passage alone would bring up whatever says "see also" as the document does; the mean alone would miss the one section
 * that is about the same thing. Of a single passage both are the same. Copies of it say nothing new: they are left out, and listed.
 */
import { UsageError } from "../errors.ts";
import type { DocumentFilter, StoredChunk, StoreReader } from "../store/store.ts";
import { WordMatcher } from "./query/matcher.ts";
import { fingerprintOf, isNearlyThe } from "./near-duplicates.ts";
import type { Evidence, FoundChunk, ResultCopy, SearchAnswer, SearchResult } from "./result.ts";
import { cosineOf } from "./retrieve/cosine.ts";
import { selectPassages } from "./select.ts";
import { toResult } from "./to-result.ts";
import { vectorShareText } from "./vector-share.ts";

/** A document by its absolute path, or one of its lines; or a chunk, such as that of a search result. */
export type RelatedPlace = { readonly path: string; readonly line?: number | undefined } | { readonly chunkId: number };

export interface RelatedRequest {
  /** Most results. */
  readonly limit: number;
  /** Most results from one document; 3 unless given. */
  readonly perDocument?: number | undefined;
  readonly filter?: DocumentFilter | undefined;
  /** Passages of the document itself too; those that were asked about are never among them. */
  readonly ownDocument?: boolean | undefined;
  /** Only passages whose cosine with the nearest passage of it is at least this. */
  readonly minScore?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface RelatedAnswer {
  /** What was asked about: lines of a document. */
  readonly source: Pick<SearchResult, "path" | "title" | "startLine" | "endLine" | "lineBasis">;
  /** Nearest first. */
  readonly results: readonly SearchResult[];
  /** Where nearly the same stands, which is left out of the results. */
  readonly copies: readonly ResultCopy[];
  /** The share, from 0 to 1, of the passages asked about that have their vectors: of 0 nothing can be near. */
  readonly sourceVectorShare: number;
  /** As a search has them: passages without vectors are near nothing. */
  readonly vectorShare: SearchAnswer["vectorShare"];
  readonly cut: SearchAnswer["cut"];
}

/** This many passages of a long document are asked about, spread over it: each is a search. */
const mostSources = 16;
const fewestCandidates = 100;
const mostCopies = 20;

/**
 * Passages near `place`; null where the index does not have it.
 *
 * @throws UsageError for a line after the document's last
 */
export async function relatedTo(
  store: StoreReader,
  place: RelatedPlace,
  request: RelatedRequest,
): Promise<RelatedAnswer | null> {
  const found = await sourceOf(store, place);
  if (found === null) return null;
  const { own, asked } = found;
  const [vectors, vectorShare] = await Promise.all([
    store.vectorsOf(asked.map(({ hash }) => hash)),
    store.vectorShare(),
  ]);
  const sources = spread(asked, mostSources).flatMap(({ hash }) => vectors.get(hash) ?? []);
  const mean = meanOf([...vectors.values()]);
  const ranked = await rankedNear(store, { own, asked, sources, mean }, request);

  const isCopy = copyTest(asked);
  const copies: FoundChunk[] = [];
  const others: FoundChunk[] = [];
  for (const candidate of ranked) (isCopy(candidate.chunk) ? copies : others).push(candidate);
  const { passages, cut } = selectPassages(others, request);
  const nothing = new WordMatcher([]);
  return {
    source: {
      path: own[0]!.path,
      title: own[0]!.title,
      lineBasis: own[0]!.lineBasis,
      startLine: Math.min(...asked.map(({ startLine }) => startLine)),
      endLine: asked.reduce((last, { endLine }) => Math.max(last, endLine), 1),
    },
    results: passages.map((passage, i) => toResult(passage, i + 1, nothing)),
    copies: copies
      .slice(0, mostCopies)
      .map(({ chunk: { path, startLine, endLine } }) => ({ path, startLine, endLine })),
    sourceVectorShare: asked.filter(({ hash }) => vectors.has(hash)).length / asked.length,
    vectorShare,
    cut,
  };
}

interface Source {
  /** All chunks of the document. */
  readonly own: readonly StoredChunk[];
  /** Those that are asked about. */
  readonly asked: readonly StoredChunk[];
}

async function sourceOf(store: StoreReader, place: RelatedPlace): Promise<Source | null> {
  if ("chunkId" in place) {
    const [chunk] = await store.chunks([place.chunkId]);
    return chunk ? { own: await store.chunksOf(chunk.documentId), asked: [chunk] } : null;
  }
  const document = await store.document(place.path);
  const own = document === null ? [] : await store.chunksOf(document.id);
  if (own.length === 0) return null;
  const { line } = place;
  if (line === undefined) return { own, asked: own };
  const last = own.reduce((most, { endLine }) => Math.max(most, endLine), 1);
  if (line > last) throw new UsageError(`${place.path} has nothing at line ${line}; its last line is ${last}`);
  const holding = own.filter(({ startLine, endLine }) => startLine <= line && line <= endLine);
  // A blank line between two passages belongs to the one that follows.
  return { own, asked: holding.length > 0 ? holding : [own.find(({ startLine }) => startLine > line)!] };
}

async function rankedNear(
  store: StoreReader,
  { own, asked, sources, mean }: Source & { sources: readonly Float32Array[]; mean: Float32Array | null },
  { limit, filter, ownDocument = false, minScore = -1, signal }: RelatedRequest,
): Promise<FoundChunk[]> {
  if (mean === null) return [];
  const leftOut = new Set((ownDocument ? asked : own).map(({ id }) => id));
  const wanted = Math.max(fewestCandidates, limit * 5);
  const nearest = new Map<number, number>();
  for (const query of sources.length > 1 ? [...sources, mean] : sources) {
    signal?.throwIfAborted();
    // Its own passages are the nearest of all: there have to be others behind them.
    const options = { limit: wanted + leftOut.size, ...(filter && { filter }) };
    for (const { chunkId, score } of await store.searchVectors(query, options)) {
      if (!leftOut.has(chunkId)) nearest.set(chunkId, Math.max(score, nearest.get(chunkId) ?? -1));
    }
  }
  const best = [...nearest].toSorted(([, a], [, b]) => b - a).slice(0, 2 * wanted);
  const chunks = await store.chunks(best.map(([id]) => id));
  const vectors = await store.vectorsOf(chunks.map(({ hash }) => hash));
  return chunks
    .flatMap((chunk): FoundChunk[] => {
      const vector = vectors.get(chunk.hash);
      if (vector === undefined) return [];
      const cosine = Math.max(...sources.map((source) => cosineOf(source, vector)));
      const score = (cosine + cosineOf(mean, vector)) / 2;
      return cosine < minScore ? [] : [{ chunk, evidence: evidenceOf(score, cosine) }];
    })
    .toSorted((a, b) => b.evidence.score - a.evidence.score || a.chunk.id - b.chunk.id);
}

/** Whether a chunk says nearly the same as one of `sources`. */
function copyTest(sources: readonly StoredChunk[]): (chunk: StoredChunk) => boolean {
  const fingerprints = sources.map(fingerprintOf);
  // A copy of any of them has most of its runs among all of theirs: a long document is not compared passage by passage.
  const all = new Set(fingerprints.flatMap((fingerprint) => [...fingerprint]));
  return (chunk) => {
    const fingerprint = fingerprintOf(chunk);
    let known = 0;
    for (const run of fingerprint) if (all.has(run)) known++;
    return known * 2 > fingerprint.size && fingerprints.some((source) => isNearlyThe(fingerprint, source));
  };
}

function evidenceOf(score: number, cosine: number): Evidence {
  return { score, cosine, bm25: null, vectorRank: null, textRank: null, coverage: 0, rerankScore: null };
}

/** At most `count` of `items`, evenly spread over them. */
function spread<T>(items: readonly T[], count: number): T[] {
  if (items.length <= count) return [...items];
  return Array.from({ length: count }, (_, i) => items[Math.floor((i * items.length) / count)]!);
}

/** Of vectors of length 1; null for none. */
function meanOf(vectors: readonly Float32Array[]): Float32Array | null {
  const [first] = vectors;
  if (first === undefined) return null;
  const mean = new Float32Array(first.length);
  for (const vector of vectors) for (let i = 0; i < mean.length; i++) mean[i]! += vector[i]! / vectors.length;
  return mean;
}

/** What to say where vectors are missing; null where they are all there. */
export function missingVectorsText({
  sourceVectorShare,
  vectorShare,
}: Pick<RelatedAnswer, "sourceVectorShare" | "vectorShare">): string | null {
  if (sourceVectorShare === 0) return "what was asked about has no vectors yet, so nothing can be near it";
  return vectorShareText(vectorShare, "are near nothing");
}
