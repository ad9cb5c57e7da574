/** The rates of bare GEMMs on a context that is open: every variant that proves itself, over the shapes of the common encoders. */
import { KernelCheckError } from "../errors.ts";
import type { GpuContext } from "../gpu/device/context.ts";
import { GemmTimer } from "../gpu/choose/gemm-timer.ts";
import { KernelProofs } from "../gpu/prove/kernel-proofs.ts";
import { gemmCheck } from "../gpu/kernels/gemm/check.ts";
import { tileRows, variantName, type GemmShape, type GemmVariant } from "../gpu/kernels/gemm/gemm.ts";
import type { NumericsClass } from "../gpu/choose/numerics-class.ts";
import type { GemmPeak, GemmRate } from "./gemm-peak-report.ts";

/** [N, K] of the feed-forward layers of MiniLM and e5-small, then of BERT-base and MPNet: where most of an encoder's work is. */
const shapes: readonly (readonly [n: number, k: number])[] = [
  [1536, 384],
  [384, 1536],
  [3072, 768],
  [768, 3072],
];

/** Rows of a product: enough to fill the largest GPU, where memory and time allow. */
const mostRows = 65_536;
/** A submit on a GPU that drives a display should not take longer, in milliseconds. */
const longestSubmit = 40;
const runs = 3;

/**
 * The best rate of these variants.
 * @throws KernelCheckError where none agrees with its reference
 */
export async function peakOf(
  context: GpuContext,
  numerics: NumericsClass,
  candidates: readonly GemmVariant[],
): Promise<GemmPeak> {
  const { storage } = numerics;
  const { name: adapter, software } = context.report;
  // A software adapter takes seconds for what a GPU does in microseconds: one shape and its favourite variant will do.
  const most = software ? 1 : Infinity;
  const proofs = await KernelProofs.open(context);
  const dropped: { variant: string; reason: string }[] = [];
  const variants: GemmVariant[] = [];
  for (const candidate of candidates) {
    if (variants.length >= most) break;
    const reason = await proofs.firstFailure([gemmCheck(candidate, { storage, activation: "identity" })]);
    if (reason === null) variants.push(candidate);
    else dropped.push({ variant: variantName(candidate), reason });
  }
  await proofs.save();
  const rates: GemmRate[] = [];
  for (const [n, k] of shapes.slice(0, most)) {
    const rate = await bestRate(context, { storage, n, k, activation: "identity" }, variants, dropped);
    if (rate) rates.push(rate);
  }
  if (rates.length === 0) {
    const reasons = dropped.map(({ variant, reason }) => `${variant}: ${reason}`).join("; ");
    throw new KernelCheckError(`No matrix product of ${numerics.name} can be timed on ${adapter}: ${reasons}.`);
  }
  const teraflops = Math.max(...rates.map((rate) => rate.teraflops));
  return { adapter, numerics: numerics.name, teraflops, rates, dropped };
}

/** Null where none of the variants compiles for this shape; those that do not are added to `dropped`. */
async function bestRate(
  context: GpuContext,
  shape: GemmShape,
  variants: readonly GemmVariant[],
  dropped: { variant: string; reason: string }[],
): Promise<GemmRate | null> {
  const { n, k } = shape;
  const timer = await GemmTimer.open(context, shape, context.report.software ? tileRows : mostRows);
  try {
    let best: GemmRate | null = null;
    for (const variant of variants) {
      let time: Awaited<ReturnType<GemmTimer["prepare"]>>;
      try {
        time = await timer.prepare(variant);
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        dropped.push({ variant: variantName(variant), reason: `${n} × ${k}: ${reason}` });
        continue;
      }
      // First few rows: how many can one submit afford?
      let rows = Math.min(timer.mostRows, 4 * tileRows);
      await time(rows, 1);
      let milliseconds = await time(rows, 1);
      const affordable = Math.floor((rows * longestSubmit) / milliseconds / tileRows) * tileRows;
      rows = Math.min(timer.mostRows, Math.max(rows, affordable));
      milliseconds = await time(rows, 1);
      const dispatches = Math.max(1, Math.min(10, Math.floor(longestSubmit / milliseconds)));
      for (let run = 0; run < runs; run++) {
        milliseconds = Math.min(milliseconds, (await time(rows, dispatches)) / dispatches);
      }
      const teraflops = (2 * rows * n * k) / milliseconds / 1e9;
      if (!best || teraflops > best.teraflops) best = { n, k, rows, variant: variantName(variant), teraflops };
    }
    return best;
  } finally {
    timer.close();
  }
}
