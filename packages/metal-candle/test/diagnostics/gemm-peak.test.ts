/** The measured limit: on a software adapter one shape and one variant, and a number that could be true. */
import { expect, test } from "vitest";
import { measureGemmPeak } from "../../src/diagnostics/gemm-peak.ts";
import { GpuUnavailableError } from "../../src/errors.ts";
import { openGpu } from "../../src/gpu/device.ts";

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

test("and refused when it is not", async () => {
  await expect(measureGemmPeak({ allowSoftwareAdapter: false })).rejects.toThrow(GpuUnavailableError);
});
