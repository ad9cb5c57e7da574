/** How long one query takes, a text at a time, in one contender's turn of a round; and what all rounds say together. */
import type { Contender } from "./contender.ts";
import { quantile } from "../quantile.ts";
import { clock } from "./clock.ts";
import { benchmarkQueries } from "../choosing/benchmark-texts.ts";

/** One text at a time: medians of the rounds. */
export interface Latency {
  readonly engine: string;
  readonly model: string;
  readonly device: "gpu" | "cpu";
  readonly queries: number;
  readonly p50Milliseconds: number;
  readonly p95Milliseconds: number;
  readonly gpuBytes: number | null;
  /** What the process grew by when it was loaded and had embedded its first texts. */
  readonly processBytes: number;
}

/** What one contender may take in one round, in milliseconds; but five queries it answers in any case. */
export const queryTime = 600;
const leastQueries = 5;
const mostQueries = 60;

/** Milliseconds of one query after another, for as long as this. */
export async function queryTimes(contender: Contender, milliseconds: number, signal: AbortSignal): Promise<number[]> {
  const queries = benchmarkQueries().slice(0, mostQueries);
  const times: number[] = [];
  const until = performance.now() + milliseconds;
  for (const query of queries) {
    if (times.length >= leastQueries && performance.now() >= until) break;
    signal.throwIfAborted();
    times.push(await clock(() => contender.embed([query])));
  }
  return times;
}

/** The median of the rounds' own quantiles: a bad moment of the machine is one round's. */
export function latencyOf(contender: Contender, timesOfRounds: readonly (readonly number[])[]): Latency {
  const { engine, model, device, processBytes } = contender;
  const median = (share: number): number =>
    quantile(
      timesOfRounds.map((times) => quantile(times, share)),
      0.5,
    );
  return {
    engine,
    model,
    device,
    queries: timesOfRounds.reduce((sum, times) => sum + times.length, 0),
    p50Milliseconds: median(0.5),
    p95Milliseconds: median(0.95),
    gpuBytes: contender.gpuBytes(),
    processBytes,
  };
}
