/** How long a measurement of a model lasts, and how long a question takes it. */
import { benchmarkQueries } from "./benchmark-texts.ts";
import type { EmbeddingModel } from "../engine.ts";
import { quantile } from "../quantile.ts";

/** Long enough for a rate that holds, short enough to wait for. */
export const measuredMilliseconds = 2_000;

const questions = 5;

/** The median over a few questions, one at a time. @throws the signal's reason */
export async function queryMilliseconds(model: EmbeddingModel, signal?: AbortSignal): Promise<number> {
  const times: number[] = [];
  for (const question of benchmarkQueries().slice(0, questions)) {
    const asked = performance.now();
    await model.embed([question], { promptName: "query", signal });
    times.push(performance.now() - asked);
  }
  return quantile(times, 0.5);
}
