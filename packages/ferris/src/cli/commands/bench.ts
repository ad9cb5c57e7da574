/**
 * `ferris bench`: how fast this machine embeds, on each device, against its own limit, and against a peer where one is installed.
 *
 * The measuring is in src/bench; here are the options, what can run and what cannot, and where results go.
 */
import { cpus, totalmem } from "node:os";
import { Command } from "commander";
import type { BenchmarkResult, ModelFacts } from "../../bench/benchmark.ts";
import type { Contender } from "../../bench/contender.ts";
import type { NotRun } from "../present/benchmark.ts";
import { bundledModel, loadModel, type EmbeddingModel, type ModelInfo } from "../../engine.ts";
import { UsageError } from "../../errors.ts";
import { exitCodes } from "../exit-codes.ts";
import { modelNamed } from "../config/settings.ts";
import { AtomicFile } from "../io/atomic-file.ts";
import { modelOptions } from "../open.ts";
import { Flag } from "../options.ts";
import { runs } from "../run.ts";
import type { Session } from "../session.ts";
import { versionOfFerris } from "../version.ts";
import { optionalNumber, withExamples } from "./shared-options.ts";

interface BenchOptions {
  readonly models?: readonly string[];
  readonly benchmarked: string;
  readonly numerics: string;
  readonly rounds?: string;
  readonly peers?: true;
  readonly chart?: string;
}

type Device = "gpu" | "cpu";

/** What `--devices` takes. */
const deviceSets = ["gpu", "cpu", "gpu,cpu"];
const numericsSets = ["auto", "scalar", "auto,scalar"];

export function benchCommand(): Command {
  const command = new Command("bench")
    .summary("how fast this machine embeds, on each device")
    .description(
      "Embeds the same made-up English texts (short, mixed and long) with each model on each device, in turn, in rounds, and\n" +
        "prints medians: microseconds per text, tokens per second, the time of one query, memory (on the GPU, and what the process\n" +
        "grew by), the share of the GPU's limit (a matrix product that is measured on the way), GPU against CPU. A slower device\n" +
        "is given fewer of the texts.",
    );
  // Not the setting of that name, which is one model.
  const models = new Flag("-m, --model <id>", "Hugging Face id or folder", {
    values: "folders",
    repeated: true,
    as: "models",
  });
  command
    .addOption(models)
    .addOption(
      new Flag("--devices <names>", "gpu, cpu or both", { values: deviceSets, as: "benchmarked" }).default("gpu,cpu"),
    )
    .addOption(new Flag("--dtype <name>", "auto, f32 or f16, on the GPU"))
    .addOption(
      new Flag("--numerics <names>", "on the GPU: auto (its matrix units), scalar (plain code), or both", {
        values: numericsSets,
      }).default("auto"),
    )
    .addOption(new Flag("--allow-software-adapter", "let a GPU emulated on the CPU count as a GPU"))
    .addOption(new Flag("--rounds <n>", "rounds to take medians of; fewer finish sooner (default: 5)"))
    .addOption(new Flag("--peers", "transformers.js too, where it is installed in the working folder"))
    .addOption(new Flag("--chart <file>", "write a chart, as SVG"));
  withExamples(command, [
    ["ferris bench", "the bundled model, on the GPU and the CPU"],
    ["ferris bench --json > bench.json", "everything, to paste into a report"],
    ["ferris bench --devices gpu --numerics auto,scalar", "matrix units against plain code"],
    ["ferris bench -m intfloat/e5-small-v2 --devices gpu --chart bench.svg", "another model, and a chart"],
  ]);
  return runs(command, (session, _positional, options) => bench(session, options as unknown as BenchOptions));
}

async function bench(session: Session, options: BenchOptions): Promise<number> {
  const devices = devicesOf(options.benchmarked);
  const numerics = numericsOf(options.numerics);
  const models = options.models?.map((name) => modelNamed(name)) ?? [session.settings.values.model ?? bundledModel];
  const rounds = optionalNumber("--rounds", options.rounds, 1, 100);
  const signal = session.interruptible("stopping");
  const chart = options.chart === undefined ? null : await AtomicFile.create(options.chart);
  const started = new Date();
  const notRun: NotRun[] = [];
  const contenders: Contender[] = [];
  const facts = new Map<string, ModelFacts>();
  const infos: ModelInfo[] = [];
  const progress = session.progress();
  try {
    for (const model of models) {
      for (const device of devices) {
        for (const kind of device === "gpu" ? numerics : (["auto"] as const)) {
          const what = `ferris, ${model} on the ${device.toUpperCase()}${kind === "auto" ? "" : `, ${kind}`}`;
          try {
            contenders.push(await openOurs(session, model, { device, numerics: kind, signal }, facts, infos));
          } catch (error) {
            signal.throwIfAborted();
            notRun.push({ what, reason: messageOf(error) });
          }
        }
      }
    }
    if (options.peers) await addPeers(devices, models, infos, contenders, notRun);
    throwIfNothingRan(contenders, notRun);
    const onGpu = infos.some(({ device }) => device === "gpu");
    const peak = onGpu ? await gemmPeak(session, notRun) : null;
    const { runBenchmark } = await import("../../bench/benchmark.ts");
    const result = await runBenchmark({
      contenders,
      facts,
      peak,
      rounds: rounds === undefined ? undefined : Math.round(rounds),
      signal,
      onStep: (done, total) => progress.update({ label: "measuring", done, total, unit: "rounds" }),
      onFailed: ({ engine, model, device }, texts, error) =>
        notRun.push({
          what: `${engine}, ${model} on the ${device.toUpperCase()}, from the ${texts} on`,
          reason: messageOf(error),
        }),
    });
    throwIfNothingRan(result.throughput, notRun);
    progress.finish();
    if (chart) {
      const { benchmarkChart } = await import("../../bench/chart.ts");
      await chart.write(benchmarkChart(result.throughput, cpus()[0]?.model.trim() ?? ""));
      await chart.commit();
    }
    if (session.json) session.printJson(jsonOf(result, started, infos, peak, notRun));
    else {
      const { benchmarkLines } = await import("../present/benchmark.ts");
      session.print(benchmarkLines(result, peak, notRun).join("\n"));
    }
    return exitCodes.success;
  } catch (error) {
    await chart?.discard();
    throw error;
  } finally {
    progress.finish();
    // What was measured is not lost to one that cannot be closed after its device failed.
    await Promise.allSettled(contenders.map((contender) => contender.close()));
  }
}

function throwIfNothingRan(ran: readonly unknown[], notRun: readonly NotRun[]): void {
  if (ran.length > 0) return;
  throw new UsageError(`nothing could run: ${notRun.map(({ reason }) => reason).join("; ")}`);
}

function devicesOf(names: string): Device[] {
  const devices = [...new Set(names.split(",").map((name) => name.trim()))];
  for (const device of devices) {
    if (device !== "gpu" && device !== "cpu") {
      throw new UsageError(`--devices is "${names}": it must be gpu, cpu, or both with a comma between`);
    }
  }
  return devices as Device[];
}

function numericsOf(names: string): ("auto" | "scalar")[] {
  const kinds = [...new Set(names.split(",").map((name) => name.trim()))];
  for (const kind of kinds) {
    if (kind !== "auto" && kind !== "scalar") {
      throw new UsageError(`--numerics is "${names}": it must be auto, scalar, or both with a comma between`);
    }
  }
  return kinds as ("auto" | "scalar")[];
}

async function openOurs(
  session: Session,
  name: string,
  { device, numerics, signal }: { device: Device; numerics: "auto" | "scalar"; signal: AbortSignal },
  facts: Map<string, ModelFacts>,
  infos: ModelInfo[],
): Promise<Contender> {
  const { ours, weighed } = await import("../../bench/contender.ts");
  const { flopsPerToken } = await import("../../bench/flops.ts");
  const options = modelOptions(session);
  const dtype = device === "cpu" ? "auto" : options.dtype;
  let model: EmbeddingModel | undefined;
  const contender = await weighed(async () => {
    model = await loadModel(name, { ...options, device, dtype, numerics, signal });
    return ours(name, model, numerics);
  });
  const loaded = model!;
  const info = loaded.info();
  infos.push(info);
  facts.set(name, {
    flopsPerToken: flopsPerToken(info.folder),
    countTokens: (text) => Math.min(loaded.countTokens(text), info.maxLength),
  });
  return contender;
}

async function addPeers(
  devices: readonly Device[],
  models: readonly string[],
  infos: readonly ModelInfo[],
  contenders: Contender[],
  notRun: NotRun[],
): Promise<void> {
  const { transformersJs } = await import("../../bench/transformers-js.ts");
  const { weighed } = await import("../../bench/contender.ts");
  const { benchmarkTexts } = await import("../../choosing/benchmark-texts.ts");
  const opened = models.filter((model) => contenders.some((contender) => contender.model === model));
  for (const model of opened) {
    const info = infos[contenders.findIndex((contender) => contender.model === model)]!;
    for (const device of devices) {
      try {
        const { maxLength, pooling, normalize } = info;
        const sample = benchmarkTexts("mixed").slice(0, 64);
        const folder = process.cwd();
        const peer = { model, device, maxLength, pooling, normalize, sample, folder };
        contenders.push(await weighed(() => transformersJs(peer)));
      } catch (error) {
        notRun.push({ what: `transformers.js, ${model} on the ${device.toUpperCase()}`, reason: messageOf(error) });
      }
    }
  }
}

async function gemmPeak(session: Session, notRun: NotRun[]) {
  const { measureGemmPeak } = await import("metal-candle/diagnostics");
  const { dtype, allowSoftwareAdapter } = modelOptions(session);
  try {
    return await measureGemmPeak({ dtype, allowSoftwareAdapter });
  } catch (error) {
    notRun.push({ what: "GEMM peak", reason: messageOf(error) });
    return null;
  }
}

/** Everything that a report needs. Versioned, because reports are kept. */
function jsonOf(
  result: BenchmarkResult,
  started: Date,
  models: readonly ModelInfo[],
  peak: unknown,
  notRun: readonly NotRun[],
) {
  return {
    format: 1,
    started: started.toISOString(),
    seconds: Math.round((Date.now() - started.getTime()) / 1000),
    machine: {
      platform: `${process.platform}-${process.arch}`,
      cpu: cpus()[0]?.model.trim() ?? null,
      cores: cpus().length,
      memoryBytes: totalmem(),
    },
    versions: { ferris: versionOfFerris(), node: process.versions.node },
    // Without the folder, which has the name of a person's home in it.
    models: models.map(({ folder: _folder, ...info }) => info),
    gemmPeak: peak,
    ...result,
    peakResidentBytes: process.resourceUsage().maxRSS * 1024,
    notRun,
  };
}

function messageOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split("\n")[0]!;
}
