/**
 * Every kernel proves itself on the adapter at hand before a model uses it: candidates are tried in order, the first that agrees
 * with its reference is taken, and what was dropped is reported with the reason.
 */
import { KernelCheckError } from "../errors.ts";
import type { EncoderShape, Head } from "../models/description.ts";
import { shadersRun } from "#platform/webgpu";
import { stridesOf } from "./arena.ts";
import type { GpuContext } from "./device.ts";
import { tuneGemms, tunedVariant, type BatchRows, type GemmTuning, type TuningRequest } from "./autotune.ts";
import { runCheck, type KernelCheck } from "./kernel-check.ts";
import { attentionName } from "./kernels/attention/attention.ts";
import { attentionCheck } from "./kernels/attention/check.ts";
import { embeddingCheck } from "./kernels/embedding/check.ts";
import { gemmCheck } from "./kernels/gemm/check.ts";
import { variantName, type GemmShape, type GemmVariant } from "./kernels/gemm/gemm.ts";
import { layerNormCheck } from "./kernels/layer-norm/check.ts";
import { poolingCheck } from "./kernels/pooling/check.ts";
import type { NumericsClass } from "./numerics-class.ts";
import {
  attentionCandidates,
  gemmCandidates,
  interchangeable,
  kernelActivation,
  smallBatchRows,
  smallGemmCandidates,
  type GemmPair,
  type KernelChoice,
} from "./variants.ts";
import { VerdictCache } from "./verdict-cache.ts";
import type { KernelActivation } from "./wgsl/activations.ts";
import type { StorageType } from "./wgsl/storage.ts";

/** How one operation is served, for info() and doctor. */
export interface KernelReport {
  readonly operation: string;
  readonly variant: string;
  /** Variants that failed their check, and why. */
  readonly dropped: readonly { readonly variant: string; readonly reason: string }[];
}

/**
 * Chooses and proves the kernels of a model.
 * @throws KernelCheckError when every variant of an operation fails
 */
export async function chooseKernels(
  context: GpuContext,
  numerics: NumericsClass,
  shape: EncoderShape,
  head: Head,
  longest: number,
): Promise<{ choice: KernelChoice; kernels: KernelReport[]; tuning: GemmTuning }> {
  const { storage } = numerics;
  const strides = stridesOf(shape);
  const activation = (wanted: EncoderShape["activation"]) => kernelActivation(numerics, wanted);
  const kernels: KernelReport[] = [];
  const verdicts = await VerdictCache.open(context.report);
  const prove = async <T>(operation: string, candidates: readonly [T, string, () => KernelCheck[]][]): Promise<T> => {
    const dropped: { variant: string; reason: string }[] = [];
    for (const [candidate, variant, checks] of candidates) {
      const failure = await firstFailure(context, verdicts, checks());
      if (failure === null) {
        kernels.push({ operation, variant, dropped });
        return candidate;
      }
      dropped.push({ variant, reason: failure });
    }
    throw new KernelCheckError(
      `No kernel for ${operation} agrees with its reference on ${context.report.name}: ` +
        `${dropped.map(({ variant, reason }) => `${variant}: ${reason}`).join("; ")}. ` +
        `This is a bug of the driver or of ours: please report it with the output of "npx ferris doctor --json". ` +
        `Device "cpu" works meanwhile.`,
    );
  };
  const only = (operation: string, variant: string, check: () => KernelCheck) =>
    prove(operation, [[null, variant, () => [check()]]]);
  const rows = { storage, width: shape.hiddenSize, stride: strides.hidden, epsilon: shape.layerNormEpsilon };
  const gemmChecks = (variant: GemmVariant) => () => [
    gemmCheck(variant, { storage, activation: "identity" }),
    gemmCheck(variant, { storage, activation: activation(shape.activation) }),
  ];
  const proveGemm = (operation: string, variants: readonly GemmVariant[]): Promise<GemmVariant> =>
    prove(
      operation,
      variants.map((variant) => [variant, variantName(variant), gemmChecks(variant)]),
    );
  const candidates = gemmCandidates(context.report, numerics);
  const many = await proveGemm("gemm", candidates);
  const few = await proveGemm("gemm of few rows", smallGemmCandidates(context.report, numerics, many));
  const proves = async (variant: GemmVariant): Promise<boolean> =>
    (await firstFailure(context, verdicts, gemmChecks(variant)())) === null;
  const products = encoderProducts(shape, storage, activation(shape.activation));
  const tuning = await tuneGemms(context, tuningRequests(products, candidates, { many, few }), proves);
  const { headSize, relativePositionBuckets } = shape;
  const attention = await prove(
    "attention",
    attentionCandidates(context.report, numerics, shape, longest).map((variant) => [
      variant,
      attentionName(variant),
      () => [attentionCheck(variant, { storage, headSize, longest, relativePositionBuckets })],
    ]),
  );
  await only("embedding", "row", () => embeddingCheck({ ...rows, tokenTypes: shape.tokenTypes }));
  await only("layer-norm", "row", () => layerNormCheck(rows));
  await only("pooling", head.poolings.join("+"), () => poolingCheck(storage, rows.width, rows.stride, head.poolings));
  await verdicts.save();
  const gemm = { many, few };
  const gemmFor: KernelChoice["gemmFor"] = (product) => ({
    many: tunedVariant(tuning, candidates, "many", product) ?? many,
    few: tunedVariant(tuning, candidates, "few", product) ?? few,
  });
  return { choice: { gemm, gemmFor, attention, activation }, kernels, tuning };
}

/** The products of a layer, the largest first: those are worth most. */
function encoderProducts(shape: EncoderShape, storage: StorageType, activation: KernelActivation): GemmShape[] {
  const { hidden, qkv, intermediate } = stridesOf(shape);
  return [
    { storage, n: intermediate, k: hidden, activation },
    { storage, n: hidden, k: intermediate, activation: "identity" },
    { storage, n: qkv, k: hidden, activation: "identity" },
    { storage, n: hidden, k: hidden, activation: "identity" },
  ];
}

/** All products of large batches, then those of small ones. */
function tuningRequests(
  products: readonly GemmShape[],
  candidates: readonly GemmVariant[],
  usual: GemmPair,
): TuningRequest[] {
  const request = (rows: BatchRows, count: number) => (shape: GemmShape) => ({
    rows,
    count,
    shape,
    candidates: interchangeable(candidates, usual[rows]),
  });
  return [...products.map(request("many", tunedRows)), ...products.map(request("few", smallBatchRows / 4))];
}

/** Rows of a batch that fills any GPU without filling its memory. */
const tunedRows = 16_384;

/** Runs checks in order; null when all pass. A verdict is remembered by adapter, driver and the kernel's own text. */
async function firstFailure(
  context: GpuContext,
  verdicts: VerdictCache,
  checks: readonly KernelCheck[],
): Promise<string | null> {
  for (const check of checks) {
    if (shadersRun() && verdicts.has(check.program)) continue;
    const { error } = await runCheck(context, check);
    if (!shadersRun()) continue;
    if (error !== null) return error;
    verdicts.add(check.program);
  }
  return null;
}
