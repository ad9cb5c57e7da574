/** A benchmark's result for people: one table of throughput, one of single queries, the ratios, and what did not run. */
import type { GemmPeak } from "metal-candle/diagnostics";
import { table } from "../terminal/table.ts";
import { bytes, compact, printable } from "../terminal/text.ts";
import type { BenchmarkResult } from "../../bench/benchmark.ts";
import { microseconds } from "../../bench/chart.ts";

export interface NotRun {
  readonly what: string;
  readonly reason: string;
}

/** The lines of it. */
export function benchmarkLines(result: BenchmarkResult, peak: GemmPeak | null, notRun: readonly NotRun[]): string[] {
  const { throughput, latency, ratios } = result;
  const lines = table(
    [
      [
        "texts",
        "engine",
        "device",
        "model",
        "texts",
        "tokens",
        "a text",
        "best",
        "tokens/s",
        "TFLOP/s",
        "of peak",
        "× CPU",
      ],
      ...throughput.map((row) => {
        const ratio = ratios.find(
          ({ engine, model, set }) => engine === row.engine && model === row.model && set === row.set,
        );
        return [
          row.set,
          row.engine,
          row.device,
          printable(row.model),
          String(row.texts),
          String(Math.round(row.tokens / row.texts)),
          microseconds(row.microsecondsPerText),
          microseconds(row.best),
          compact(row.tokensPerSecond),
          row.teraflops === null ? "–" : significant(row.teraflops),
          row.shareOfPeak === null ? "–" : `${Math.round(row.shareOfPeak * 100)} %`,
          row.device === "gpu" && ratio ? significant(ratio.gpuOverCpu) : "",
        ];
      }),
    ],
    { align: "llllrrrrrrrr" },
  );
  lines.push("");
  lines.push(
    ...table(
      [
        ["one query", "device", "model", "p50", "p95", "GPU memory", "process memory"],
        ...latency.map((row) => [
          row.engine,
          row.device,
          printable(row.model),
          `${significant(row.p50Milliseconds)} ms`,
          `${significant(row.p95Milliseconds)} ms`,
          row.gpuBytes === null ? "–" : bytes(row.gpuBytes),
          bytes(row.processBytes),
        ]),
      ],
      { align: "lllrrrr" },
    ),
  );
  lines.push("");
  for (const detail of new Set(
    throughput.map((row) => `${row.engine} on the ${row.device.toUpperCase()}: ${row.detail}`),
  ))
    lines.push(printable(detail));
  if (peak) {
    lines.push(
      `GEMM peak, measured here: ${significant(peak.teraflops)} TFLOP/s (${printable(peak.adapter)}, ${peak.numerics})`,
      ...peak.dropped.map(({ variant, reason }) => `NOT RUN: GEMM peak of ${variant}: ${printable(reason)}`),
    );
  }
  for (const { what, reason } of notRun) lines.push(`NOT RUN: ${printable(what)}: ${printable(reason)}`);
  return lines;
}

function significant(value: number): string {
  return Number(value.toPrecision(3)).toString();
}
