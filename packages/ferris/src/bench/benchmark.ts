/**
 * The benchmark behind `ferris bench`: every contender embeds the same texts, in turn, round after round, and medians are compared.
 *
 * Interleaving is the point: a machine that is busy or hot for a while is so for all. A slow device is given fewer of the same texts,
 * so that a round takes seconds; times are a text's, so they still compare.
 */
import type { GemmPeak } from "metal-candle/diagnostics";
import type { Contender } from "./contender.ts";
import { quantile } from "./statistics.ts";
import { benchmarkQueries, benchmarkTexts, setNames, type SetName } from "./texts.ts";

/** Text to vectors over one set. */
export interface Throughput {
  readonly engine: string;
  readonly model: string;
  readonly device: "gpu" | "cpu";
  readonly detail: string;
  readonly set: SetName;
  readonly texts: number;
  /** By our count of the model's tokens. */
  readonly tokens: number;
  /** Median of the rounds, and the best of them. */
  readonly microsecondsPerText: number;
  readonly best: number;
  readonly tokensPerSecond: number;
  /** Of the encoder's matrix products; null where the model's shape is not known. */
  readonly teraflops: number | null;
  /** Of the GEMM peak measured in this run; null on the CPU, or where there is none. */
  readonly shareOfPeak: number | null;
}

/** One text at a time. */
export interface Latency {
  readonly engine: string;
  readonly model: string;
  readonly device: "gpu" | "cpu";
  readonly queries: number;
  readonly p50Milliseconds: number;
  readonly p95Milliseconds: number;
  readonly gpuBytes: number | null;
}

export interface BenchmarkResult {
  readonly throughput: readonly Throughput[];
  readonly latency: readonly Latency[];
  /** How many times faster than our CPU device, by model, set and engine on the GPU. */
  readonly ratios: readonly { engine: string; model: string; set: SetName; gpuOverCpu: number }[];
}

/** What is known of a model besides its speed. */
export interface ModelFacts {
  /** FLOP a token; null where not known. */
  readonly flopsPerToken: number | null;
  /** Tokens of a text as the model reads it. */
  readonly countTokens: (text: string) => number;
}

export interface BenchmarkOptions {
  readonly contenders: readonly Contender[];
  readonly facts: ReadonlyMap<string, ModelFacts>;
  readonly peak: GemmPeak | null;
  readonly signal: AbortSignal;
  readonly onStep: (done: number, total: number) => void;
}

const rounds = 5;
/** What one contender may take for one set in one round, in milliseconds. */
const longestRun = 1500;
const queryTime = 3000;
const mostQueries = 300;

/** Runs everything; rejects with the signal's reason when it is aborted. */
export async function runBenchmark(options: BenchmarkOptions): Promise<BenchmarkResult> {
  const { contenders, signal, onStep } = options;
  const total = setNames.length * (rounds + 1) + 1;
  let step = 0;
  const next = (): void => {
    signal.throwIfAborted();
    onStep(step++, total);
  };
  const throughput: Throughput[] = [];
  for (const set of setNames) {
    next();
    const texts = benchmarkTexts(set);
    const shares: string[][] = [];
    for (const contender of contenders) shares.push(await affordable(contender, texts));
    const times: number[][] = contenders.map(() => []);
    for (let round = 0; round < rounds; round++) {
      next();
      for (const [index, contender] of contenders.entries()) {
        times[index]!.push(await clock(() => contender.embed(shares[index]!)));
      }
    }
    for (const [index, contender] of contenders.entries()) {
      throughput.push(summarise(contender, set, shares[index]!, times[index]!, options));
    }
  }
  next();
  const latency: Latency[] = [];
  for (const contender of contenders) latency.push(await queryLatency(contender, signal));
  return { throughput, latency, ratios: ratiosOf(throughput) };
}

/** The first few texts: as many as this contender embeds in the time of a run. Warms it up on the way. */
async function affordable(contender: Contender, texts: readonly string[]): Promise<string[]> {
  let count = Math.min(4, texts.length);
  for (;;) {
    const milliseconds = await clock(() => contender.embed(texts.slice(0, count)));
    const possible = Math.floor((count * longestRun) / milliseconds);
    if (count === texts.length || possible < 2 * count) return texts.slice(0, count);
    count = Math.min(texts.length, possible, count * 16);
  }
}

async function queryLatency(contender: Contender, signal: AbortSignal): Promise<Latency> {
  const queries = benchmarkQueries();
  const times: number[] = [];
  for (let i = 0; i < 5; i++) await contender.embed([queries[i]!]);
  const until = performance.now() + queryTime;
  while (times.length < mostQueries && (times.length < 5 || performance.now() < until)) {
    signal.throwIfAborted();
    times.push(await clock(() => contender.embed([queries[times.length % queries.length]!])));
  }
  const { engine, model, device } = contender;
  return {
    engine,
    model,
    device,
    queries: times.length,
    p50Milliseconds: quantile(times, 0.5),
    p95Milliseconds: quantile(times, 0.95),
    gpuBytes: contender.gpuBytes(),
  };
}

function summarise(
  { engine, model, device, detail }: Contender,
  set: SetName,
  texts: readonly string[],
  times: readonly number[],
  { facts, peak }: BenchmarkOptions,
): Throughput {
  const { flopsPerToken, countTokens } = facts.get(model)!;
  const tokens = texts.reduce((sum, text) => sum + countTokens(text), 0);
  const median = quantile(times, 0.5);
  const teraflops = flopsPerToken === null ? null : (tokens * flopsPerToken) / median / 1e9;
  return {
    engine,
    model,
    device,
    detail,
    set,
    texts: texts.length,
    tokens,
    microsecondsPerText: (median * 1000) / texts.length,
    best: (Math.min(...times) * 1000) / texts.length,
    tokensPerSecond: (tokens * 1000) / median,
    teraflops,
    shareOfPeak: teraflops === null || peak === null || device === "cpu" ? null : teraflops / peak.teraflops,
  };
}

/** By tokens a second, since a slow device may have had fewer of the texts, and those may be shorter. */
export function ratiosOf(throughput: readonly Throughput[]): BenchmarkResult["ratios"] {
  return throughput
    .filter(({ device }) => device === "gpu")
    .flatMap(({ engine, model, set, tokensPerSecond }) => {
      const cpu = throughput.find(
        (other) => other.engine === "ferris" && other.device === "cpu" && other.model === model && other.set === set,
      );
      return cpu ? [{ engine, model, set, gpuOverCpu: tokensPerSecond / cpu.tokensPerSecond }] : [];
    });
}

async function clock(work: () => Promise<void>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}
