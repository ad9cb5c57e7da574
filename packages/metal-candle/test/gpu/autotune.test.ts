/**
 * Choosing GEMM tiles by time: what may be chosen gives the same bits, the choice is kept, and it never takes long.
 *
 * Measuring is for real GPUs only, so these tests give a software adapter out as one: what it finds means nothing, how it goes
 * about it is the same.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test, vi } from "vitest";
import {
  fasterThanUsual,
  hopeless,
  inRounds,
  readTuning,
  tunedVariant,
  tuneGemms,
  type TuningRequest,
} from "../../src/gpu/autotune.ts";
import { openGpu } from "../../src/gpu/device.ts";
import { storedToFloats } from "../../src/gpu/kernel-check.ts";
import { gemmCheck } from "../../src/gpu/kernels/gemm/check.ts";
import { tileRows, variantName, type GemmVariant } from "../../src/gpu/kernels/gemm/gemm.ts";
import { numericsClass } from "../../src/gpu/numerics-class.ts";
import { runProgram } from "../../src/gpu/run-program.ts";
import { gemmCandidates, interchangeable } from "../../src/gpu/variants.ts";

const cache = mkdtempSync(join(tmpdir(), "metal-candle-tuning-"));
const before = process.env["METAL_CANDLE_CACHE"];
process.env["METAL_CANDLE_CACHE"] = cache;
afterAll(() => {
  if (before === undefined) delete process.env["METAL_CANDLE_CACHE"];
  else process.env["METAL_CANDLE_CACHE"] = before;
  rmSync(cache, { recursive: true, force: true });
});

const software = await openGpu(true);
const pretended = { ...software, report: { ...software.report, software: false } };
const proves = async (): Promise<boolean> => true;

function request(rows: TuningRequest["rows"], n: number, k: number, candidates: GemmVariant[]): TuningRequest {
  return { rows, count: tileRows, shape: { storage: "f32", n, k, activation: "identity" }, candidates };
}

describe("what may be chosen from", () => {
  const classes = [
    numericsClass(pretended.report, "f32"),
    ...(pretended.report.features.includes("shader-f16") ? [numericsClass(pretended.report, "f16")] : []),
  ];

  test.each(classes.map((numerics) => [numerics.name, numerics] as const))(
    "%s: all give the same bits",
    async (_, numerics) => {
      const all = gemmCandidates(pretended.report, numerics);
      const candidates = interchangeable(all, all[0]);
      expect(candidates.length).toBeGreaterThan(2);
      const results = new Map<string, ReturnType<typeof storedToFloats>>();
      for (const variant of candidates) {
        const { program, inputs, output, grid } = gemmCheck(variant, { storage: numerics.storage, activation: "gelu" });
        const bytes = await runProgram(software, program, inputs, output, grid);
        results.set(variantName(variant), storedToFloats(bytes, numerics.storage));
      }
      // The operands are the same numbers whatever the tile; a higher tile has more rows of them.
      const [[, usual], ...others] = [...results];
      for (const [name, values] of others) {
        const common = Math.min(usual.length, values.length);
        expect(values.subarray(0, common), name).toEqual(usual.subarray(0, common));
      }
    },
  );

  test("never weights in another order", () => {
    const matrix = { component: "f16", result: "f32", m: 16, n: 16, k: 16 } as const;
    const tile = { rows: 64, columns: 64, depth: 32, subgroupRows: 32, subgroupColumns: 32, matrix, subgroupSize: 32 };
    const units: GemmVariant = { family: "subgroup-matrix", tile: { ...tile, emulated: false } };
    expect(interchangeable([units, { family: "direct" }], units)).toEqual([units]);
  });
});

describe("the choice", () => {
  const rounds = (...times: number[]) => times.map((time) => [time, time, time]);

  test("keeps the usual variant unless another is clearly faster", () => {
    expect(fasterThanUsual(rounds(1, 0.99, 1.2))).toEqual([]);
    expect(fasterThanUsual(rounds(1, 0.9, 0.5, Infinity))).toEqual([2, 1]);
    expect(fasterThanUsual(rounds(1))).toEqual([]);
  });

  test("is not taken in by one good round, nor by one bad round of the usual variant", () => {
    expect(
      fasterThanUsual([
        [1, 1, 1],
        [0.2, 1.1, 1.1],
      ]),
    ).toEqual([]);
    expect(
      fasterThanUsual([
        [9, 1, 1],
        [1.1, 1.1, 1.1],
      ]),
    ).toEqual([]);
  });

  test("does not try again what was far too slow, except the usual variant", () => {
    expect(hopeless(rounds(3, 1, 1.2, 1.3, Infinity))).toEqual([3, 4]);
  });

  test("a clock that still rises favours nobody: the slower variant stays the slower one", async () => {
    let elapsed = 0;
    const costs = [1, 2.4, 1.1, 0.8];
    const timings = costs.map((cost) => async () => {
      const time = cost * (1 + 9 * Math.exp(-elapsed / 10));
      elapsed += time;
      return time;
    });
    const times = await inRounds(timings);
    expect(fasterThanUsual(times)).toEqual([3]);
    // Hopeless at the end of a round, it is not asked again.
    expect(times[1].length).toBeLessThan(times[0].length);
  });

  test("a software adapter is never measured", async () => {
    const candidates: GemmVariant[] = [
      { family: "direct" },
      gemmCandidates(software.report, numericsClass(software.report, "f32"))[1],
    ];
    const tuning = await tuneGemms(software, [request("many", 128, 128, candidates)], proves);
    expect(tuning).toEqual({ source: "rule", milliseconds: 0, gemms: [] });
  });

  test("is measured once, kept, and read again", async () => {
    const candidates = gemmCandidates(pretended.report, numericsClass(software.report, "f32")).slice(0, 2);
    const requests = [request("many", 128, 256, candidates), request("few", 128, 256, candidates)];
    const first = await tuneGemms(pretended, requests, proves);
    expect(first.source).toBe("measured");
    expect(first.gemms.map(({ rows, n, k, measured }) => [rows, n, k, measured])).toEqual([
      ["many", 128, 256, 2],
      ["few", 128, 256, 2],
    ]);
    const names = candidates.map(variantName);
    for (const gemm of first.gemms) expect(names).toContain(gemm.variant);
    expect(await tuneGemms(pretended, requests, proves)).toEqual({ ...first, source: "cache" });
    expect(variantName(tunedVariant(first, candidates, "many", { n: 128, k: 256 })!)).toBe(first.gemms[0].variant);
    expect(tunedVariant(first, candidates, "many", { n: 256, k: 128 })).toBeUndefined();
  });

  test("is made again for other products, and when a remembered kernel no longer proves itself", async () => {
    const candidates = gemmCandidates(pretended.report, numericsClass(software.report, "f32")).slice(0, 2);
    const requests = [request("many", 256, 128, candidates)];
    expect((await tuneGemms(pretended, requests, proves)).source).toBe("measured");
    const again = await tuneGemms(pretended, requests, async () => false);
    expect(again.source).toBe("measured");
    // Nothing but the usual variant, which has proved itself before, may win then.
    expect(again.gemms.map(({ variant }) => variant)).toEqual([variantName(candidates[0])]);
  });

  test("stops at two seconds, and buffers are given back", async () => {
    const candidates = gemmCandidates(pretended.report, numericsClass(software.report, "f32"));
    const slow = Array.from({ length: 40 }, (_, index) => ({
      ...request("many", 1536, 128 * (index + 1), candidates),
      count: 1024,
    }));
    const buffers = software.allocations.buffers;
    const began = performance.now();
    const tuning = await tuneGemms(pretended, slow, proves);
    // One submit may be under way when the time is up; a software adapter takes seconds for some. All would take minutes.
    expect(performance.now() - began).toBeLessThan(40_000);
    expect(tuning.gemms.length).toBeLessThan(slow.length);
    // What was being compiled when the time was up holds its buffers until it is done.
    await vi.waitFor(() => expect(software.allocations.buffers).toBe(buffers), { timeout: 30_000, interval: 100 });
  });
});

test("a remembered tuning that is damaged, or of other variants, is none", () => {
  const requests = [request("many", 128, 128, [{ family: "direct" }])];
  const encode = (text: string) => new TextEncoder().encode(text);
  expect(readTuning(null, requests)).toBeNull();
  expect(readTuning(encode("{"), requests)).toBeNull();
  expect(readTuning(encode("{}"), requests)).toBeNull();
  const gemm = { rows: "many", n: 128, k: 128, variant: "of another version", microseconds: 1, measured: 2 };
  expect(
    readTuning(encode(JSON.stringify({ source: "measured", milliseconds: 1, gemms: [gemm] })), requests),
  ).toBeNull();
});
