/** `ferris bench` as a process, over a model of a few hundred weights: the figures mean nothing, their presence and sums do. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describeGpu, isThorough } from "@ferris/testing";
import { expect, test } from "vitest";
import { ferris, temporaryFolder } from "../cli/support/ferris-process.ts";

const tiny = fileURLToPath(new URL("../../../metal-candle/test/goldens/tiny/bert", import.meta.url));

interface Report {
  format: number;
  models: Record<string, unknown>[];
  gemmPeak: unknown;
  throughput: {
    set: string;
    device: string;
    texts: number;
    tokens: number;
    best: number;
    microsecondsPerText: number;
  }[];
  latency: { p50Milliseconds: number; p95Milliseconds: number; queries: number; processBytes: number }[];
  ratios: unknown[];
  notRun: { what: string; reason: string }[];
}

test("measures what is asked for, says what could not run and why, and draws it", async () => {
  const folder = temporaryFolder("bench");
  const chart = join(folder, "bench.svg");
  const models = ["--model", tiny, "--model", "nobody/nothing", "--devices", "cpu"];
  const args = ["bench", ...models, "--peers", "--rounds", "1", "--chart", chart];
  const { code, stdout, stderr } = await ferris([...args, "--json"], {
    cwd: folder,
    environment: { HF_HUB_OFFLINE: "1" },
  });
  expect(stderr).toBe("");
  expect(code).toBe(0);
  const report = JSON.parse(stdout) as Report;
  expect(report.format).toBe(1);
  expect(report.throughput.map(({ set, device }) => `${set} ${device}`)).toEqual([
    "short cpu",
    "mixed cpu",
    "long cpu",
  ]);
  for (const { best, microsecondsPerText, texts, tokens } of report.throughput) {
    expect(best).toBeGreaterThan(0);
    expect(microsecondsPerText).toBeGreaterThanOrEqual(best);
    expect(tokens / texts).toBeGreaterThan(2);
  }
  expect(report.latency).toHaveLength(1);
  expect(report.latency[0]!.p95Milliseconds).toBeGreaterThanOrEqual(report.latency[0]!.p50Milliseconds);
  // A model on the CPU has no GPU memory, but onnxruntime is not small.
  expect(report.latency[0]!.processBytes).toBeGreaterThan(1_000_000);
  expect(report.gemmPeak).toBeNull();
  expect(report.models[0]).not.toHaveProperty("folder");
  expect(report.notRun.map(({ what }) => what)).toEqual([
    "ferris, nobody/nothing on the CPU",
    `transformers.js, ${tiny} on the CPU`,
  ]);
  expect(report.notRun[1]!.reason).toContain("is not installed");
  expect(readFileSync(chart, "utf8").match(/<rect x=/g)).toHaveLength(3);
}, 120_000);

test("an unknown device is a usage error, and so is a benchmark without anything to run", async () => {
  const wrong = await ferris(["bench", "--devices", "tpu"]);
  expect(wrong.code).toBe(2);
  expect(wrong.stderr).toContain('--devices is "tpu"');
  const numerics = await ferris(["bench", "--numerics", "fast"]);
  expect(numerics.code).toBe(2);
  expect(numerics.stderr).toContain("auto, scalar, or both");
  expect(await ferris(["bench", "--rounds", "0"])).toMatchObject({ code: 2 });
  const nothing = await ferris(["bench", "--devices", "cpu", "--model", "nobody/nothing"], {
    environment: { HF_HUB_OFFLINE: "1" },
  });
  expect(nothing.code).toBe(2);
  expect(nothing.stderr).toContain("nothing could run");
});

describeGpu("on a GPU", () => {
  // A software adapter takes half a minute for it.
  test.runIf(isThorough)(
    "plain code has a row of its own beside what usually runs",
    async () => {
      const args = ["bench", "--model", tiny, "--devices", "gpu", "--allow-software-adapter", "--json"];
      const { code, stdout } = await ferris([...args, "--numerics", "auto,scalar"]);
      expect(code).toBe(0);
      const { throughput } = JSON.parse(stdout) as { throughput: { engine: string; detail: string; set: string }[] };
      const mixed = throughput.filter(({ set }) => set === "mixed");
      expect(mixed.map(({ engine }) => engine)).toEqual(["ferris", "ferris, scalar"]);
      expect(mixed[1]!.detail).toContain("-scalar");
    },
    120_000,
  );
});
