/**
 * One order out of two: candidates by meaning and by words. docs/search.md has the figures behind the numbers here.
 *
 *     score = confidence · ½ · cosine'  +  ½ · coverage · bm25'
 *
 * Both scores are stretched to 0 … 1 over the candidates of the query (x'), so that a clear winner of either counts as one. What the model cannot read
 * counts a fifth. A document with several good chunks is a little better than its best one.
 */
import type { FoundChunk, SearchMode } from "./result.ts";
import type { Candidate } from "./retrieve/retrieve.ts";

const textShare = 0.5;
/** What a model that cannot read the query has to say still orders what its words do not. */
const leastConfidence = 0.2;
/** What the second best chunk of a document adds to each of its chunks, the third best half of that, and so on. */
const siblingShare = 0.05;
const mostSiblings = 5;

/** Best first; equal scores in order of id, so that the order never depends on chance. `confidence` in the model, from 0 to 1. */
export function fuse(candidates: readonly Candidate[], mode: SearchMode, confidence = 1): FoundChunk[] {
  const orders = mode === "hybrid" ? hybridOrders(candidates, confidence) : candidates.map(orderBy(mode));
  return candidates
    .map((candidate, i) => {
      const { chunk, isNamed: _, ...evidence } = candidate;
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
  const cosine = stretched(candidates.map((candidate) => candidate.cosine));
  const bm25 = stretched(candidates.map((candidate) => candidate.bm25));
  const believed = leastConfidence + (1 - leastConfidence) * confidence;
  const own = candidates.map((candidate) => {
    // A file that is asked for by its name comes before those that mention it.
    const byWords = candidate.isNamed ? 2 : bm25(candidate.bm25) * candidate.coverage;
    return believed * (1 - textShare) * cosine(candidate.cosine) + textShare * byWords;
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

/** A function that stretches scores to 0 … 1; 0 for what has none. */
function stretched(scores: readonly (number | null)[]): (score: number | null) => number {
  const known = scores.filter((score) => score !== null);
  const least = known.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const most = known.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  return (score) => (score === null ? 0 : most > least ? (score - least) / (most - least) : 1);
}
