/**
 * Asks an index every question of a set, in each mode, and counts how well it answers.
 *
 * The ranking that is measured is the one that search uses, before neighbours are joined and documents capped: a document's
 * place is that of its best chunk.
 */
import { isForEnglish } from "../choosing/catalogue.ts";
import { noiseFloor } from "../search/relevance.ts";
import type { TextScorer } from "../search/rerank.ts";
import type { SearchMode } from "../search/result.ts";
import type { QueryEmbedder } from "../search/retrieve/retrieve.ts";
import { hasAnswer } from "../search/relevance.ts";
import { findChunks, modelReading } from "../search/search.ts";
import { understoodQuery } from "../search/spelling.ts";
import type { StoreReader } from "../store/store.ts";
import { hit, ndcg, recall, reciprocalRank } from "./metrics.ts";
import type { Question } from "./question-set.ts";

/** Means over all questions. */
export interface ModeScores {
  readonly mode: SearchMode;
  /** Whether the best candidates were read again by a reranker. */
  readonly reranked: boolean;
  readonly ndcg10: number;
  readonly recall100: number;
  readonly mrr10: number;
  /** Share of the questions with a relevant document among the first 1, 3 and 10. */
  readonly hit1: number;
  readonly hit3: number;
  readonly hit10: number;
  /** Share of the questions to which search would say that nothing is relevant: too often, since all have answers. Null in text mode. */
  readonly declined: number | null;
  /** Median of a query's time in milliseconds, its embedding included. */
  readonly milliseconds: number;
}

export interface EvaluateOptions {
  readonly modes: readonly SearchMode[];
  /** The id that judgements use for the document at a path. */
  readonly documentId: (path: string) => string;
  /** Reads the best candidates again, as a search with `rerank` does: each mode is then measured without it and with it. */
  readonly scoreTexts?: TextScorer | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

/** Scores of each mode, in the order of `modes`. `embedQuery` may be null when all of them are "text". */
export async function evaluate(
  store: StoreReader,
  embedQuery: QueryEmbedder | null,
  questions: readonly Question[],
  { modes, documentId, scoreTexts, signal, onProgress }: EvaluateOptions,
): Promise<ModeScores[]> {
  const scores: ModeScores[] = [];
  const turns = modes.flatMap((mode) => [
    { mode, scorer: undefined },
    ...(scoreTexts ? [{ mode, scorer: scoreTexts }] : []),
  ]);
  const total = turns.length * questions.length;
  const reading = { isForEnglish: isForEnglish(store.identity.model) };
  for (const [turn, { mode, scorer }] of turns.entries()) {
    const sums = { ndcg10: 0, recall100: 0, mrr10: 0, hit1: 0, hit3: 0, hit10: 0, declined: 0 };
    const floor = mode === "text" || embedQuery === null ? null : await noiseFloor(store, embedQuery, signal);
    const times: number[] = [];
    for (const [index, { text, relevant }] of questions.entries()) {
      const started = performance.now();
      const { query } = await understoodQuery(store, embedQuery, text);
      const found = await findChunks(store, embedQuery, query, {
        ...reading,
        mode,
        limit: 100,
        scoreTexts: scorer,
        signal,
      });
      times.push(performance.now() - started);
      const ranked = [...new Set(found.map(({ chunk }) => documentId(chunk.path)))];
      sums.ndcg10 += ndcg(ranked, relevant, 10);
      sums.recall100 += recall(ranked, relevant, 100);
      sums.mrr10 += reciprocalRank(ranked, relevant, 10);
      sums.hit1 += hit(ranked, relevant, 1);
      sums.hit3 += hit(ranked, relevant, 3);
      sums.hit10 += hit(ranked, relevant, 10);
      if (floor !== null && !hasAnswer(found, floor, modelReading(query, embedQuery, reading).confidence))
        sums.declined++;
      onProgress?.(turn * questions.length + index + 1, total);
    }
    const mean = (sum: number): number => sum / questions.length;
    scores.push({
      mode,
      reranked: scorer !== undefined,
      ndcg10: mean(sums.ndcg10),
      recall100: mean(sums.recall100),
      mrr10: mean(sums.mrr10),
      hit1: mean(sums.hit1),
      hit3: mean(sums.hit3),
      hit10: mean(sums.hit10),
      declined: floor === null ? null : mean(sums.declined),
      milliseconds: times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] ?? 0,
    });
  }
  return scores;
}
