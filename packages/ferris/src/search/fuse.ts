/**
 * One order out of two: candidates by meaning and by words. docs/search.md has the figures behind the numbers here.
 *
 *     score = (confidence · 0.55 · cosine' + 0.45 · coverage · bm25') · standing  +  0.1 · titled  +  0.15 · system
 *
 * Both scores are stretched to 0 … 1 over the candidates of the query (x'), so that a clear winner of either counts as one. Tests and change logs stand
 * a little lower, what is called as the query (standing.ts) or is for the operating system in it (systems.ts) a little higher. A document with several
 * good chunks is a little better than its best one. Of equal chunks in several files the file nearest to the root comes first: builds and vendored copies lie deeper.
 */
import type { FoundChunk, SearchMode } from "./result.ts";
import type { Candidate } from "./retrieve/retrieve.ts";

/** What may be set otherwise, to see what it is for: docs/search.md has the figures. */
export interface FusionWeights {
  /** Of the words; the rest is meaning's. */
  readonly textShare: number;
  /** What the second best chunk of a document adds to each of its chunks, the third best half of that, and so on. */
  readonly siblingShare: number;
}

const usualWeights: FusionWeights = { textShare: 0.45, siblingShare: 0.05 };
/** So much of what a model says that cannot read the query counts, where the words find all that was asked for; else less. */
const leastBelief = 0.2;
/** This many of the best of each retriever say how far scores are stretched. */
const stretchedOver = 100;
/** More than any chunk has by its words. */
const named = 2;
/** What it adds to be what the query calls by its name. */
const titledShare = 0.1;
/** What it adds to be for the operating system that the query names. */
const systemShare = 0.15;
const mostSiblings = 5;
/** This many chunks with vectors say what one without them is likely to mean. */
const mostAlike = 5;

/** Best first; equal scores in order of id, so that the order never depends on chance. `confidence` in the model, from 0 to 1. */
export function fuse(
  candidates: readonly Candidate[],
  mode: SearchMode,
  confidence = 1,
  weights: FusionWeights = usualWeights,
): FoundChunk[] {
  const orders = mode === "hybrid" ? hybridOrders(candidates, confidence, weights) : candidates.map(orderBy(mode));
  return candidates
    .map((candidate, i) => {
      const { chunk, isNamed: _, share: _share, titled: _titled, isForSystem: _system, ...evidence } = candidate;
      const score = mode === "vector" ? candidate.cosine! : mode === "text" ? candidate.bm25! : orders[i]!;
      return { found: { chunk, evidence: { ...evidence, score, rerankScore: null } }, order: orders[i]! };
    })
    .toSorted((a, b) => b.order - a.order || a.found.chunk.id - b.found.chunk.id)
    .map(({ found }) => found);
}

function orderBy(mode: SearchMode): (candidate: Candidate) => number {
  return mode === "vector" ? ({ cosine }) => cosine! : ({ textRank }) => -textRank!;
}

function hybridOrders(
  candidates: readonly Candidate[],
  confidence: number,
  { textShare, siblingShare }: FusionWeights,
): number[] {
  // Over the same candidates however many are asked for, so that the first of ten are the first of a hundred.
  const byText = candidates.filter(({ textRank }) => isStretchedOver(textRank));
  const either = candidates.filter(
    ({ vectorRank, textRank }) => isStretchedOver(vectorRank) || isStretchedOver(textRank),
  );
  const cosine = stretched(either.map((candidate) => candidate.cosine));
  const bm25 = stretched(byText.map((candidate) => candidate.bm25));
  const covered = candidates.map(({ bm25: score, coverage }) => bm25(score) * coverage);
  // Coverage makes words comparable with meaning. Where the model is not believed there is nothing to compare with, and BM25 alone orders.
  const byWords = candidates.map(({ isNamed, bm25: score }, i) =>
    // A file that is asked for by its name comes before those that mention it.
    isNamed ? named : confidence * covered[i]! + (1 - confidence) * bm25(score),
  );
  const meaning = meaningOf(candidates, cosine, covered);
  // What a model that cannot read the query has to say orders what its words leave open, and outvotes none of them.
  const believed = confidence + (1 - confidence) * leastBelief * Math.max(0, ...covered);
  const own = candidates.map(({ share, titled, isForSystem, isNamed }, i) => {
    const sum = believed * (1 - textShare) * meaning[i]! + textShare * byWords[i]!;
    return (isNamed ? sum : sum * share) + titledShare * titled + (isForSystem ? systemShare : 0);
  });
  const orders = [...own];
  for (const members of grouped(candidates, ({ chunk }) => chunk.documentId).values()) {
    const ranked = members.toSorted((a, b) => own[b]! - own[a]!);
    const bonus = ranked.slice(1, 1 + mostSiblings).reduce((sum, i, k) => sum + siblingShare * 0.5 ** k * own[i]!, 0);
    for (const i of members) orders[i] = own[i]! + bonus;
  }
  return originalsFirst(candidates, orders);
}

/**
 * Stretched cosines. A document whose vectors are still to come is neither lifted nor pushed down by that: its chunks are taken to mean as much
 * as those do, on average, that have about as many of the words, their own words counting as one of these: where nothing has vectors they are all there is.
 */
function meaningOf(
  candidates: readonly Candidate[],
  cosine: (score: number | null) => number,
  covered: readonly number[],
): number[] {
  const known = candidates
    .map(({ cosine: score, textRank }, i) => ({ score, textRank, words: covered[i]! }))
    .filter(({ score, textRank }) => score !== null && textRank !== null)
    .toSorted((a, b) => a.words - b.words);
  const expected = (words: number): number => {
    if (known.length === 0) return words;
    // Those around the place that it would have among them, the nearer of the two ends first.
    let above = known.findIndex((other) => other.words >= words);
    if (above < 0) above = known.length;
    let below = above - 1;
    let sum = words;
    const count = Math.min(mostAlike, known.length);
    for (let taken = 0; taken < count; taken++) {
      const isAbove = below < 0 || (above < known.length && known[above]!.words - words <= words - known[below]!.words);
      sum += cosine(known[isAbove ? above++ : below--]!.score);
    }
    return sum / (count + 1);
  };
  return candidates.map(({ cosine: score }, i) => (score === null ? expected(covered[i]!) : cosine(score)));
}

/** Chunks that are equal change places so that the one nearest to the root has the best of them. */
function originalsFirst(candidates: readonly Candidate[], orders: readonly number[]): number[] {
  const settled = [...orders];
  for (const copies of grouped(candidates, ({ chunk }) => chunk.hash).values()) {
    if (copies.length === 1) continue;
    const depth = (i: number): number => candidates[i]!.chunk.path.split(/[\\/]/).length;
    const nearest = copies.toSorted((a, b) => depth(a) - depth(b) || orders[b]! - orders[a]!);
    const best = copies.map((i) => orders[i]!).toSorted((a, b) => b - a);
    nearest.forEach((i, place) => (settled[i] = best[place]!));
  }
  return settled;
}

/** Places of candidates by what `keyOf` says of each. */
function grouped<Key>(candidates: readonly Candidate[], keyOf: (candidate: Candidate) => Key): Map<Key, number[]> {
  const groups = new Map<Key, number[]>();
  candidates.forEach((candidate, i) => {
    const group = groups.get(keyOf(candidate));
    if (group) group.push(i);
    else groups.set(keyOf(candidate), [i]);
  });
  return groups;
}

function isStretchedOver(rank: number | null): boolean {
  return rank !== null && rank <= stretchedOver;
}

/** A function that stretches scores to 0 … 1; 0 for what has none. */
function stretched(scores: readonly (number | null)[]): (score: number | null) => number {
  const known = scores.filter((score) => score !== null);
  const least = known.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const most = known.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  return (score) => (score === null ? 0 : most > least ? Math.max(0, (score - least) / (most - least)) : 1);
}
