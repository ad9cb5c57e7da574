/**
 * The results of several indexes in one order, where each may have a model of its own.
 *
 * Fused scores are stretched over one index's candidates and cosines mean something within one model, so neither can be compared. What can: how far a
 * result stands above what chance scores in its index, and how much of what was asked for it has:
 *
 *     merit = ½ · (cosine − floor) / (1 − floor)  +  ½ · coverage;   a reranker's score where all have one
 *
 * Within an index its own order stands: a result counts for as much as the best behind it.
 */
import { fingerprintOf, isNearlyThe } from "./near-duplicates.ts";
import type { SearchAnswer, SearchResult } from "./result.ts";

/** A result, and whose it is. */
export interface From<Owner> {
  readonly from: Owner;
  readonly result: SearchResult;
}

/**
 * At most `limit` results of all of `answers`, best first, with ranks of their own. What is nearly the same in two indexes is one result that
 * lists the other as its copy.
 */
export function mergeAnswers<Owner>(
  answers: readonly { readonly from: Owner; readonly answer: SearchAnswer }[],
  limit: number,
): From<Owner>[] {
  const isReranked = answers.every(({ answer }) => answer.results.every(({ rerankScore }) => rerankScore !== null));
  // An index of a few chunks has no floor of its own.
  const floors = answers.flatMap(({ answer }) => answer.noiseFloor ?? []);
  const usual = floors.length > 0 ? Math.min(...floors) : 0;
  const queues = answers.map(({ from, answer }) => ({ from, waiting: withMerits(answer, usual, isReranked) }));
  const merged: { from: Owner; result: SearchResult; fingerprint: ReadonlySet<string> }[] = [];
  for (;;) {
    const best = queues.reduce((a, b) => (nextMerit(b) > nextMerit(a) ? b : a));
    const next = best.waiting.shift();
    if (next === undefined) break;
    const { result } = next;
    const fingerprint = fingerprintOf(result);
    const same = merged.find((other) => other.from !== best.from && isNearlyThe(fingerprint, other.fingerprint));
    if (same) same.result = { ...same.result, copies: [...same.result.copies, copyOf(result), ...result.copies] };
    else if (merged.length < limit) merged.push({ from: best.from, result, fingerprint });
  }
  return merged.map(({ from, result }, i) => ({ from, result: { ...result, rank: i + 1 } }));
}

function nextMerit({ waiting: [next] }: { readonly waiting: readonly Weighed[] }): number {
  return next?.merit ?? Number.NEGATIVE_INFINITY;
}

interface Weighed {
  readonly result: SearchResult;
  readonly merit: number;
}

function withMerits({ results, noiseFloor }: SearchAnswer, usual: number, isReranked: boolean): Weighed[] {
  const floor = noiseFloor ?? usual;
  const merits = results.map(({ cosine, coverage, rerankScore }) => {
    if (isReranked) return rerankScore!;
    // By its words alone, where the document is still without vectors.
    const above = cosine === null ? coverage : Math.max(0, (cosine - floor) / (1 - floor));
    return above / 2 + coverage / 2;
  });
  for (let i = merits.length - 2; i >= 0; i--) merits[i] = Math.max(merits[i]!, merits[i + 1]!);
  return results.map((result, i) => ({ result, merit: merits[i]! }));
}

function copyOf({ path, startLine, endLine }: SearchResult): SearchResult["copies"][number] {
  return { path, startLine, endLine };
}
