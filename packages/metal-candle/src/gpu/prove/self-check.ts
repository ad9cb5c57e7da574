/**
 * Every kernel proves itself on the adapter at hand before a model uses it: which operations and variants those are, and the tuning
 * among variants that give the same bits. kernel-proofs.ts runs the checks.
 */
import type { Head } from "../../models/description.ts";
import type { EncoderShape } from "../run/bert-blocks.ts";
import { stridesOf } from "../run/arena.ts";
import { attentionHeads } from "../run/attention-heads.ts";
import type { GpuContext } from "../device/context.ts";
import { tuneGemms, tunedVariant, type TuningRequest } from "../choose/autotune.ts";
import type { BatchKind, GemmTuning } from "../../encoder/report.ts";
import type { KernelCheck } from "./kernel-check.ts";
import { KernelProofs } from "./kernel-proofs.ts";
import type { KernelReport } from "../../encoder/report.ts";
import { attentionName } from "../kernels/attention/attention.ts";
import { attentionCheck } from "../kernels/attention/check.ts";
import { embeddingCheck } from "../kernels/embedding/check.ts";
import { gemmCheck } from "../kernels/gemm/check.ts";
import { variantName, type GemmShape, type GemmVariant } from "../kernels/gemm/gemm.ts";
import { layerNormCheck } from "../kernels/layer-norm/check.ts";
import { poolingCheck } from "../kernels/pooling/check.ts";
import type { NumericsClass } from "../choose/numerics-class.ts";
import {
  attentionCandidates,
  gemmCandidates,
  interchangeable,
  kernelActivation,
  smallBatchKind,
  smallGemmCandidates,
  type GemmPair,
  type KernelChoice,
} from "../choose/variants.ts";
import type { KernelActivation } from "../wgsl/activations.ts";
import type { StorageType } from "../wgsl/storage.ts";

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
  const proofs = await KernelProofs.open(context);
  const only = (operation: string, variant: string, check: () => KernelCheck) =>
    proofs.prove(operation, [[null, variant, () => [check()]]]);
  const rows = { storage, width: shape.hiddenSize, stride: strides.hidden, epsilon: shape.layerNormEpsilon };
  const gemmChecks = (variant: GemmVariant) => () => [
    gemmCheck(variant, { storage, activation: "identity" }),
    gemmCheck(variant, { storage, activation: activation(shape.activation) }),
  ];
  const proveGemm = (
    operation: string,
    variants: readonly GemmVariant[],
    objection?: (variant: GemmVariant) => Promise<string | null>,
  ): Promise<GemmVariant> =>
    proofs.prove(
      operation,
      variants.map((variant) => [variant, variantName(variant), gemmChecks(variant)]),
      objection,
    );
  const candidates = gemmCandidates(context.report, numerics);
  const large = await proveGemm("gemm", candidates);
  // Both serve the same texts, by the size of the batch, so here a tolerance is not enough.
  const differs = (variant: GemmVariant): Promise<string | null> =>
    proofs.firstDifference(gemmChecks(variant)(), gemmChecks(large)());
  const small = await proveGemm("gemm of small batches", smallGemmCandidates(context.report, numerics, large), differs);
  const objection = async (variant: GemmVariant): Promise<string | null> =>
    (await proofs.firstFailure(gemmChecks(variant)())) ?? differs(variant);
  const products = encoderProducts(shape, storage, activation(shape.activation));
  const tuning = await tuneGemms(context, tuningRequests(products, candidates, { large, small }), objection);
  const { relativePositionBuckets } = shape;
  const { size: headSize, scale } = attentionHeads(shape);
  const attention = await proofs.prove(
    "attention",
    attentionCandidates(context.report, numerics, shape, longest).map((variant) => [
      variant,
      attentionName(variant),
      () => [attentionCheck(variant, { storage, headSize, scale, longest, relativePositionBuckets })],
    ]),
  );
  await only("embedding", "row", () => embeddingCheck({ ...rows, typeVocabSize: shape.typeVocabSize }));
  await only("layer-norm", "row", () => layerNormCheck(rows));
  await only("pooling", head.poolings.join("+"), () => poolingCheck(storage, rows.width, rows.stride, head.poolings));
  await proofs.save();
  const gemm = { large, small };
  const gemmFor: KernelChoice["gemmFor"] = (product) => ({
    large: tunedVariant(tuning, candidates, "large", product) ?? large,
    small: tunedVariant(tuning, candidates, "small", product) ?? small,
  });
  return { choice: { gemm, gemmFor, attention, activation }, kernels: proofs.reports, tuning };
}

/** The products of a layer, the largest first: those are worth most. */
function encoderProducts(shape: EncoderShape, storage: StorageType, activation: KernelActivation): GemmShape[] {
  const { hidden, context, qkv, intermediate } = stridesOf(shape);
  return [
    { storage, n: intermediate, k: hidden, activation },
    { storage, n: hidden, k: intermediate, activation: "identity" },
    { storage, n: qkv, k: hidden, activation: "identity" },
    { storage, n: hidden, k: context, activation: "identity" },
  ];
}

/** All products of large batches, then those of small ones. */
function tuningRequests(
  products: readonly GemmShape[],
  candidates: readonly GemmVariant[],
  usual: GemmPair,
): TuningRequest[] {
  const request = (batch: BatchKind, count: number) => (shape: GemmShape) => ({
    batch,
    count,
    shape,
    candidates: interchangeable(candidates, usual[batch]),
  });
  return [...products.map(request("large", tunedRows)), ...products.map(request("small", smallBatchKind / 4))];
}

/** Rows of a batch that fills any GPU without filling its memory. */
const tunedRows = 16_384;
