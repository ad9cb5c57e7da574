/**
 * What chance scores in an index: below it, the nearest passage is not an answer but merely the least far away.
 *
 * A nearest passage always exists. Its cosine alone says little, since every index and model has its own noise, so the noise is
 * measured on the index itself: questions that have nothing to do with each other or, most of them, with any one index are
 * compared with a sample of its vectors. Each has a mean and a spread; the best of N independent values lies about √(2 ln N)
 * spreads above the mean, which predicts what the question would reach in the whole index. The 90th percentile of these is the
 * floor: three of the 32 may happen to be on the index's subject without moving it. (Random pairs of the index's own chunks
 * would do in a mixed index, but not in one about a single thing, where all pairs are alike.)
 */
import { quantile } from "../quantile.ts";
import type { StoreReader } from "../store/store.ts";
import type { FoundChunk } from "./result.ts";
import type { QueryEmbedder } from "./retrieve/retrieve.ts";

/** Everyday questions on as many subjects as there are lines. */
const probes = [
  "how long should pasta boil",
  "which vaccines does a kitten need",
  "who painted the Mona Lisa",
  "opening hours of the city library",
  "how to remove a coffee stain from a shirt",
  "when does the school year start",
  "best exercises for a sore back",
  "how far is the moon",
  "lyrics of a lullaby",
  "how do bees make honey",
  "change the name on a plane ticket",
  "what to plant in the garden in spring",
  "rules of table tennis",
  "how to fold a paper boat",
  "who invented the telephone",
  "a birthday present for my grandmother",
  "train times for Sunday morning",
  "how to get rid of ants in the kitchen",
  "the plot of Romeo and Juliet",
  "how much does a wedding cost",
  "what causes earthquakes",
  "is this mushroom edible",
  "how to knit a scarf",
  "tickets for the football final",
  "how to meditate before sleeping",
  "what language is spoken in Brazil",
  "how to remove wallpaper",
  "why is the sky blue",
  "a good name for a dog",
  "how to renew a passport",
  "what is the longest river in Africa",
  "second-hand bicycle for sale",
] as const;

const sampleSize = 1000;
const floorShare = 0.9;
/** In a smaller index a spread cannot be measured, and its few passages are quickly looked through. */
const fewestChunks = 30;

/**
 * The cosine that questions without an answer reach in this index; null for one of a few chunks.
 *
 * @param embedQuery of the index's model
 */
export async function noiseFloor(
  store: StoreReader,
  embedQuery: QueryEmbedder,
  signal?: AbortSignal,
): Promise<number | null> {
  const { chunksWithVectors: chunks } = await store.statistics();
  if (chunks < fewestChunks) return null;
  const [sample, vectors] = await Promise.all([store.sampleVectors(sampleSize), embedQuery(probes, signal)]);
  return floorOf(vectors, sample, chunks);
}

/** Whether any of the candidates is more than chance brings up; `confidence` in the model, from 0 to 1. */
export function hasAnswer(found: readonly FoundChunk[], floor: number, confidence = 1): boolean {
  const hasWords = found.some(({ evidence }) => evidence.textRank !== null);
  return found.some((candidate) => isRelevant(candidate, floor, hasWords ? confidence : 1));
}

/**
 * Those that would each be an answer of their own: above what chance scores, or with every word that was asked for, however far down. For whoever
 * shows all that is relevant, where a search's best are as many as were asked for.
 */
export function relevantAlone(found: readonly FoundChunk[], floor: number, confidence = 1): FoundChunk[] {
  return found.filter(({ evidence: { cosine, textRank, coverage } }) => {
    if (confidence >= leastConfidence && cosine !== null && cosine >= floor) return true;
    return textRank !== null && coverage >= 1;
  });
}

/** So far down the ranking by words a chunk with all of them is still looked for. */
const mostTextRank = 10;
/** Below, the floor says nothing: it was measured with questions that the model can read. */
const leastConfidence = 0.3;
/** Words alone decide then. */
const leastCoverage = 0.3;

/** So far up both rankings chance does not put one chunk. */
const mostAgreedRank = 10;
/** Of the words, for the two to agree on it. */
const agreedCoverage = 0.5;

/** Above what chance scores; or every word that was asked for is there, whatever the model makes of it: a code, a name. */
function isRelevant({ evidence }: FoundChunk, floor: number, confidence: number): boolean {
  const { cosine, textRank, vectorRank, coverage } = evidence;
  const isReadable = confidence >= leastConfidence;
  if (isReadable && cosine !== null && cosine >= floor) return true;
  const isFirstOfBoth = (rank: number | null): boolean => rank !== null && rank <= mostAgreedRank;
  if (isReadable && isFirstOfBoth(textRank) && isFirstOfBoth(vectorRank) && coverage >= agreedCoverage) return true;
  // Of a document without vectors its words are all that is known yet.
  const enough = !isReadable ? leastCoverage : cosine === null ? agreedCoverage : 1;
  return textRank !== null && textRank <= mostTextRank && coverage >= enough;
}

/** The same from vectors: `sample` is [n * dimensions], of an index with `size` chunks. */
export function floorOf(probeVectors: readonly Float32Array[], sample: Float32Array, size: number): number {
  const rows = unitRows(sample, probeVectors[0]!.length);
  const reached = probeVectors.map((probe) => {
    const { mean, spread } = cosineStatistics(unitRows(probe, probe.length)[0]!, rows);
    return mean + spread * Math.sqrt(2 * Math.log(Math.max(1, size)));
  });
  return quantile(reached, floorShare);
}

/** Views of a copy of `matrix`, each of length 1 (or 0). */
function unitRows(matrix: Float32Array, dimensions: number): Float32Array[] {
  const copy = matrix.slice();
  return Array.from({ length: copy.length / dimensions }, (_, index) => {
    const row = copy.subarray(index * dimensions, (index + 1) * dimensions);
    const norm = Math.sqrt(row.reduce((sum, value) => sum + value * value, 0));
    if (norm > 0) for (let i = 0; i < dimensions; i++) row[i]! /= norm;
    return row;
  });
}

function cosineStatistics(unitQuery: Float32Array, rows: readonly Float32Array[]): { mean: number; spread: number } {
  let sum = 0;
  let squares = 0;
  for (const row of rows) {
    let cosine = 0;
    for (let i = 0; i < row.length; i++) cosine += unitQuery[i]! * row[i]!;
    sum += cosine;
    squares += cosine * cosine;
  }
  const mean = sum / rows.length;
  return { mean, spread: Math.sqrt(Math.max(0, squares / rows.length - mean * mean)) };
}
