/**
 * A second look at the best candidates by a model that reads question and passage together.
 *
 * Slower than comparing vectors and better, so only the first few dozen are read; the order of the rest stays behind them.
 */
import type { FoundChunk } from "./result.ts";

/** What reranking asks of a model: a score for each text, larger is better, in their order. */
export type TextScorer = (query: string, texts: readonly string[], signal?: AbortSignal) => Promise<readonly number[]>;

/** How many candidates are read. */
const rerankDepth = 50;

/** `found` with its head put in the order of the scores, which it then carries. */
export async function rerank(
  found: readonly FoundChunk[],
  query: string,
  scoreTexts: TextScorer,
  signal?: AbortSignal,
): Promise<FoundChunk[]> {
  const head = found.slice(0, rerankDepth);
  const texts = head.map(({ chunk }) => [...chunk.headingPath.slice(-1), chunk.text].join("\n"));
  const scores = await scoreTexts(query, texts, signal);
  const scored = head.map((candidate, i) => ({
    ...candidate,
    evidence: { ...candidate.evidence, score: scores[i]!, rerankScore: scores[i]! },
  }));
  return [...scored.toSorted((a, b) => b.evidence.score - a.evidence.score), ...found.slice(rerankDepth)];
}
