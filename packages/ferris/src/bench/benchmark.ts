/**
 * The benchmark behind `ferris bench`: every contender embeds the same texts, in turn, round after round, and medians are compared.
 *
 * Interleaving is the point, for many texts and for single queries alike: a machine that is busy or hot for a while is so for all. A
 * slow device is given fewer of the same texts, so that a round takes seconds; times are a text's, so they still compare. A
 * contender that throws is out of what follows, and the others go on.
 */
import type { GemmPeak } from "metal-candle/diagnostics";
import type { Contender } from "./contender.ts";
import { latencyOf, queryTime, queryTimes, type Latency } from "./latency.ts";
import { quantile } from "../quantile.ts";
import { clock } from "./clock.ts";
import { benchmarkTexts, setNames, type SetName } from "../choosing/benchmark-texts.ts";

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
  /** How many rounds, of which medians are taken; 5 unless given. */
  readonly rounds?: number | undefined;
  readonly signal: AbortSignal;
  readonly onStep: (done: number, total: number) => void;
  /** A contender threw while it was measured on these texts; what it had finished stays in the result. */
  readonly onFailed: (contender: Contender, texts: string, error: unknown) => void;
}

const usualRounds = 5;
/** What one contender may take for one set in one round, in milliseconds. */
const longestRun = 1500;

/** Runs everything; rejects with the signal's reason when it is aborted. */
export async function runBenchmark(options: BenchmarkOptions): Promise<BenchmarkResult> {
  const { signal, onStep, onFailed, rounds = usualRounds } = options;
  let running = options.contenders;
  let step = 0;
  /** One step of each contender in turn. */
  const inTurn = async (texts: string, work: (contender: Contender) => Promise<void>): Promise<void> => {
    signal.throwIfAborted();
    onStep(step++, (setNames.length + 1) * (rounds + 1));
    for (const contender of running) {
      try {
        await work(contender);
      } catch (error) {
        signal.throwIfAborted();
        onFailed(contender, texts, error);
        running = running.filter((other) => other !== contender);
      }
    }
  };
  const throughput: Throughput[] = [];
  for (const set of setNames) {
    const texts = benchmarkTexts(set);
    const runs = new Map<Contender, { readonly share: string[]; readonly times: number[] }>();
    await inTurn(`${set} texts`, async (contender) => {
      runs.set(contender, { share: await affordable(contender, texts), times: [] });
    });
    for (let round = 0; round < rounds; round++) {
      await inTurn(`${set} texts`, async (contender) => {
        const { share, times } = runs.get(contender)!;
        times.push(await clock(() => contender.embed(share)));
      });
    }
    for (const contender of running) {
      const { share, times } = runs.get(contender)!;
      throughput.push(summarise(contender, set, share, times, options));
    }
  }
  const queries = new Map<Contender, number[][]>(running.map((contender) => [contender, []]));
  // The first round warms up.
  for (let round = 0; round <= rounds; round++) {
    await inTurn("single queries", async (contender) => {
      const times = await queryTimes(contender, round === 0 ? 0 : queryTime, signal);
      if (round > 0) queries.get(contender)!.push(times);
    });
  }
  const latency = running.map((contender) => latencyOf(contender, queries.get(contender)!));
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

/** By tokens per second, since a slow device may have had fewer of the texts, and those may be shorter. */
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
