/**
 * One order out of two: candidates by meaning and by words. docs/search.md has the figures behind the numbers here.
 *
 *     score = (confidence · 0.55 · cosine' + 0.45 · coverage · bm25') · standing  +  0.1 · titled
 *
 * Both scores are stretched to 0 … 1 over the candidates of the query (x'), so that a clear winner of either counts as one. Tests and change logs stand
 * a little lower, what is called as the query is a little higher (standing.ts). A document with several good chunks is a little better than its best one.
 */
import type { FoundChunk, SearchMode } from "./result.ts";
import type { Candidate } from "./retrieve/retrieve.ts";

const textShare = 0.45;
/** So much of what a model says that cannot read the query counts, where the words find all that was asked for; else less. */
const leastConfidence = 0.2;
/** So many of the best of each retriever say how far scores are stretched. */
const stretchedOver = 100;
/** More than any chunk has by its words. */
const named = 2;
/** What it adds to be what the query calls by its name. */
const titledShare = 0.1;
/** What the second best chunk of a document adds to each of its chunks, the third best half of that, and so on. */
const siblingShare = 0.05;
const mostSiblings = 5;

/** Best first; equal scores in order of id, so that the order never depends on chance. `confidence` in the model, from 0 to 1. */
export function fuse(candidates: readonly Candidate[], mode: SearchMode, confidence = 1): FoundChunk[] {
  const orders = mode === "hybrid" ? hybridOrders(candidates, confidence) : candidates.map(orderBy(mode));
  return candidates
    .map((candidate, i) => {
      const { chunk, isNamed: _, share: _share, titled: _titled, ...evidence } = candidate;
      const score = mode === "vector" ? candidate.cosine! : mode === "text" ? candidate.bm25! : orders[i]!;
      return { found: { chunk, evidence: { ...evidence, score, rerankScore: null } }, order: orders[i]! };
    })
    .toSorted((a, b) => b.order - a.order || a.found.chunk.id - b.found.chunk.id)
    .map(({ found }) => found);
}

function orderBy(mode: SearchMode): (candidate: Candidate) => number {
  return mode === "vector" ? ({ cosine }) => cosine! : ({ textRank }) => -textRank!;
}

function hybridOrders(candidates: readonly Candidate[], confidence: number): number[] {
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
  // What a model that cannot read the query has to say orders what its words leave open, and outvotes none of them.
  const believed = confidence + (1 - confidence) * leastConfidence * Math.max(0, ...covered);
  const own = candidates.map(({ cosine: score, share, titled, isNamed }, i) => {
    const sum = believed * (1 - textShare) * cosine(score) + textShare * byWords[i]!;
    return (isNamed ? sum : sum * share) + titledShare * titled;
  });
  const orders = [...own];
  for (const members of grouped(candidates).values()) {
    const ranked = members.toSorted((a, b) => own[b]! - own[a]!);
    const bonus = ranked.slice(1, 1 + mostSiblings).reduce((sum, i, k) => sum + siblingShare * 0.5 ** k * own[i]!, 0);
    for (const i of members) orders[i] = own[i]! + bonus;
  }
  return orders;
}

/** Places of candidates by document. */
function grouped(candidates: readonly Candidate[]): Map<number, number[]> {
  const groups = new Map<number, number[]>();
  candidates.forEach(({ chunk: { documentId } }, i) => {
    const group = groups.get(documentId);
    if (group) group.push(i);
    else groups.set(documentId, [i]);
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
