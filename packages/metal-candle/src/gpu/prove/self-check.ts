/**
 * Every kernel proves itself on the adapter at hand before a model uses it: which operations and variants those are, and the tuning
 * among variants that give the same bits. kernel-proofs.ts runs the checks.
 */
import type { Head } from "../../models/description.ts";
import type { Activation, EncoderDescription } from "../../models/encoder-description.ts";
import type { BatchKind, GemmTuning, KernelReport } from "../../encoder/report.ts";
import type { NumericsClass } from "../choose/numerics-class.ts";
import { canTune, rememberedTuning, tuneGemms, tunedVariant, untuned, type TuningRequest } from "../choose/autotune.ts";
import type { TuningTerms } from "../choose/tuning-terms.ts";
import {
  attentionCandidates,
  gatedCandidates,
  gemmCandidates,
  interchangeable,
  kernelActivation,
  smallBatchKind,
  smallGemmCandidates,
  type GemmPair,
  type KernelChoice,
} from "../choose/variants.ts";
import type { GpuContext } from "../device/context.ts";
import { attentionName, type AttentionVariant } from "../kernels/attention/attention.ts";
import { attentionCheck } from "../kernels/attention/check.ts";
import { variantName, type GemmShape, type GemmVariant } from "../kernels/gemm/gemm.ts";
import { attentionShape, productsOf } from "../run/layout.ts";
import type { StorageType } from "../wgsl/storage.ts";
import { distinct } from "./distinct.ts";
import type { KernelCheck } from "./kernel-check.ts";
import { GemmChecks } from "./gemm-checks.ts";
import { KernelProofs } from "./kernel-proofs.ts";
import { rowChecks } from "./row-kernels.ts";

export interface ChosenKernels {
  readonly choice: KernelChoice;
  readonly kernels: readonly KernelReport[];
  readonly tuning: GemmTuning;
  /** Measures the products that no tuning is remembered for; null where there is nothing to measure. */
  readonly tune: ((terms: TuningTerms) => Promise<{ tuning: GemmTuning; gemmFor: KernelChoice["gemmFor"] }>) | null;
}

/**
 * Chooses and proves the kernels of a model.
 * @throws KernelCheckError when every variant of an operation fails
 */
export async function chooseKernels(
  context: GpuContext,
  numerics: NumericsClass,
  encoder: EncoderDescription,
  head: Head,
  longest: number,
): Promise<ChosenKernels> {
  const { storage } = numerics;
  const activation = (wanted: Activation) => kernelActivation(numerics, wanted);
  const products = distinctProducts(encoder, storage, activation);
  const plain = products.filter(({ gated }) => !gated);
  const gated = products.filter((product) => product.gated);
  const proofs = await KernelProofs.open(context);
  const checks = new GemmChecks();
  const candidates = gemmCandidates(context.report, numerics);
  const shapes = distinct(encoder.layers.map(({ attention }) => attentionShape(encoder, attention, storage, longest)));
  const attentionChecks = (variant: AttentionVariant): KernelCheck[] =>
    shapes.map(({ heads, keyValueHeads, ...shape }) =>
      attentionCheck(variant, { ...shape, grouped: heads !== keyValueHeads }),
    );
  const attentionVariants = attentionCandidates(context.report, numerics, shapes);
  const rows = rowChecks(encoder, head, storage, longest);
  // What will most likely be chosen is compiled side by side.
  const [firstSmall] = smallGemmCandidates(context.report, numerics, candidates[0]);
  proofs.compileAhead([
    ...[candidates[0], firstSmall].flatMap((variant) => checks.of(variant, plain)),
    ...attentionChecks(attentionVariants[0]),
    ...rows.flatMap((row) => row.checks),
  ]);
  const gemm = await chooseGemms(context, numerics, proofs, checks, "gemm", candidates, plain);
  const gatedGemm =
    gated.length === 0
      ? gemm
      : await chooseGemms(
          context,
          numerics,
          proofs,
          checks,
          "gated gemm",
          gatedCandidates(candidates, gemm.large),
          gated,
        );
  const usual = (product: GemmShape): GemmPair => (product.gated ? gatedGemm : gemm);
  const objection = async (variant: GemmVariant, { batch, shape }: TuningRequest): Promise<string | null> => {
    const own = checks.of(variant, shape.gated ? gated : plain);
    const others = checks.of(usual(shape)[batch], shape.gated ? gated : plain);
    return (await proofs.firstFailure(own)) ?? (await proofs.firstDifference(own, others));
  };
  const requests = tuningRequests(products, candidates, usual);
  const remembered = await rememberedTuning(context, requests, objection);
  const attention = await proofs.prove(
    "attention",
    attentionVariants.map((variant) => [variant, attentionName(variant), () => attentionChecks(variant)]),
  );
  for (const row of rows) {
    await proofs.prove(row.operation, [[null, row.variant, () => row.checks]]);
  }
  await proofs.save();
  checks.forget();
  const tunedBy = (tuning: GemmTuning): KernelChoice["gemmFor"] => {
    return (product) => ({
      large: tunedVariant(tuning, requests, "large", product) ?? usual(product).large,
      small: tunedVariant(tuning, requests, "small", product) ?? usual(product).small,
    });
  };
  const tune = async (terms: TuningTerms): ReturnType<NonNullable<ChosenKernels["tune"]>> => {
    const measured = await tuneGemms(context, requests, objection, remembered, terms).finally(() => checks.forget());
    await proofs.save();
    return { tuning: measured, gemmFor: tunedBy(measured) };
  };
  const tuning = remembered ?? untuned;
  return {
    choice: { gemm, gemmFor: tunedBy(tuning), attention, activation },
    kernels: proofs.reports,
    tuning,
    tune: canTune(context) && (remembered === null || remembered.unfinished !== null) ? tune : null,
  };
}

/** The pair that serves products of one kind, proved with everything that they ask of a kernel. */
async function chooseGemms(
  context: GpuContext,
  numerics: NumericsClass,
  proofs: KernelProofs,
  checks: GemmChecks,
  operation: string,
  candidates: readonly GemmVariant[],
  products: readonly GemmShape[],
): Promise<GemmPair> {
  const prove = (
    name: string,
    variants: readonly GemmVariant[],
    objection?: (variant: GemmVariant) => Promise<string | null>,
  ): Promise<GemmVariant> =>
    proofs.prove(
      name,
      variants.map((variant) => [variant, variantName(variant), () => checks.of(variant, products)]),
      objection,
    );
  const large = await prove(operation, candidates);
  // Both serve the same texts, by the size of the batch, so here a tolerance is not enough.
  const small = await prove(
    `${operation} of small batches`,
    smallGemmCandidates(context.report, numerics, large),
    (variant) => proofs.firstDifference(checks.of(variant, products), checks.of(large, products)),
  );
  return { large, small };
}

/** The products of the encoder, each once, the largest first: those are worth most. */
function distinctProducts(
  encoder: EncoderDescription,
  storage: StorageType,
  activation: KernelChoice["activation"],
): GemmShape[] {
  const { embedding, layers } = productsOf(encoder, storage, activation);
  const all = layers.flatMap(({ inside, down, qkv, attentionOutput }) => [inside, down, qkv, attentionOutput]);
  return distinct([...all, ...(embedding ? [embedding] : [])]);
}

/** All products of large batches, then those of small ones. */
function tuningRequests(
  products: readonly GemmShape[],
  candidates: readonly GemmVariant[],
  usual: (product: GemmShape) => GemmPair,
): TuningRequest[] {
  const request = (batch: BatchKind, count: number) => (shape: GemmShape) => ({
    batch,
    count,
    shape,
    candidates: (shape.gated ? gatedCandidates : interchangeable)(candidates, usual(shape)[batch]),
  });
  return [...products.map(request("large", tunedRows)), ...products.map(request("small", smallBatchKind / 4))];
}

/** Rows of a batch that fills any GPU without filling its memory. */
const tunedRows = 16_384;
