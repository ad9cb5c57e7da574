/**
 * The hardware's limit as our own kernels can reach it: the best rate of a bare GEMM with its epilogue, over the shapes of the common
 * encoders and every variant of the adapter's numerics class that proves itself here. A benchmark's share of the limit is a share
 * of this.
 *
 * It is not the data sheet's figure: that one is for square products of thousands, which an encoder does not have.
 */
import { shadersRun } from "#platform/webgpu";
import { softwareAdapterAllowed } from "../device-policy.ts";
import { openGpu } from "../gpu/device/context.ts";
import { numericsClass, type Dtype } from "../gpu/choose/numerics-class.ts";
import { gemmCandidates } from "../gpu/choose/variants.ts";
import type { GemmPeak } from "./gemm-peak-report.ts";
import { peakOf } from "./gemm-rates.ts";

export interface GemmPeakOptions {
  readonly dtype?: Dtype | undefined;
  readonly allowSoftwareAdapter?: boolean | undefined;
}

/**
 * Measures for a second or two, with timestamps where the adapter has them and by the clock where not.
 *
 * @returns null where shaders do not run
 * @throws GpuUnavailableError without a GPU, or with a software adapter that was not admitted
 * @throws KernelCheckError where no variant agrees with its reference
 * @example
 * import { measureGemmPeak } from "metal-candle/diagnostics";
 * const peak = await measureGemmPeak().catch(() => null);
 * console.log(peak?.teraflops);
 */
export async function measureGemmPeak(options: GemmPeakOptions = {}): Promise<GemmPeak | null> {
  const context = await openGpu(softwareAdapterAllowed(options.allowSoftwareAdapter));
  if (!shadersRun()) return null;
  const numerics = numericsClass(context.report, options.dtype ?? "auto");
  return peakOf(context, numerics, gemmCandidates(context.report, numerics));
}
