/** The measured limit: on a software adapter one shape and one variant, and a number that could be true. */
import { expect, test } from "vitest";
import { measureGemmPeak } from "../../src/diagnostics/gemm-peak.ts";
import { peakOf } from "../../src/diagnostics/gemm-rates.ts";
import { GpuUnavailableError, KernelCheckError } from "../../src/errors.ts";
import { openGpu } from "../../src/gpu/device/context.ts";
import { variantName } from "../../src/gpu/kernels/gemm/gemm.ts";
import { subgroupMatrixTiles } from "../../src/gpu/kernels/gemm/subgroup-matrix.ts";
import { numericsClass } from "../../src/gpu/choose/numerics-class.ts";

test("a software adapter is measured when it is admitted, with the kernel it would use", async () => {
  const { report } = await openGpu(true);
  const peak = await measureGemmPeak({ dtype: "f32", allowSoftwareAdapter: true });
  expect(peak).toMatchObject({ adapter: report.name, numerics: "f32-scalar" });
  expect(peak!.rates).toHaveLength(1);
  expect(peak!.rates[0]).toMatchObject({ n: 1536, k: 384, variant: "direct" });
  expect(peak!.teraflops).toBe(peak!.rates[0].teraflops);
  // A processor does between a hundredth and ten TFLOP/s.
  expect(peak!.teraflops).toBeGreaterThan(1e-4);
  expect(peak!.teraflops).toBeLessThan(10);
});

test("a variant that does not compile or agree here is left out and named, and the others are timed", async () => {
  const context = await openGpu(true);
  const numerics = numericsClass(context.report, "f32");
  const matrix = { component: "f32", result: "f32", m: 5, n: 7, k: 3 } as const;
  const [emulated] = subgroupMatrixTiles({ ...matrix, m: 8, n: 8, k: 8 }, 32, 32_768, 256, true);
  // No adapter has such units.
  const impossible = { family: "subgroup-matrix", tile: { ...emulated, matrix, emulated: false } } as const;
  const peak = await peakOf(context, numerics, [impossible, { family: "direct" }]);
  expect(peak.rates.map(({ variant }) => variant)).toEqual(["direct"]);
  expect(peak.dropped.map(({ variant }) => variant)).toEqual([variantName(impossible)]);
  expect(peak.dropped[0].reason).not.toBe("");
  await expect(peakOf(context, numerics, [impossible])).rejects.toThrow(KernelCheckError);
});

test("and refused when it is not", async () => {
  await expect(measureGemmPeak({ allowSoftwareAdapter: false })).rejects.toThrow(GpuUnavailableError);
});
