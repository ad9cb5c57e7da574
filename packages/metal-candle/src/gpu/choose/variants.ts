/** Which kernel variants a numerics class allows for each operation, best first for the kind of adapter. */
import type { AdapterReport } from "../../encoder/report.ts";
import { UnsupportedModelError } from "../../errors.ts";
import type { Activation } from "../../models/encoder-description.ts";
import type { AttentionVariant } from "../kernels/attention/attention.ts";
import { directAttentionBytes } from "../kernels/attention/direct.ts";
import { matrixAttentionBytes, suitsMatrixAttention } from "../kernels/attention/subgroup-matrix.ts";
import { wholeShape, type AttentionShape } from "../kernels/attention/shape.ts";
import { streamedAttentionBytes } from "../kernels/attention/streamed.ts";
import { attentionTile, tiledAttentionBytes } from "../kernels/attention/tiled.ts";
import { suitsGated, weightLayout, type GemmShape, type GemmVariant } from "../kernels/gemm/gemm.ts";
import { registerTiles } from "../kernels/gemm/register-tiled.ts";
import { subgroupMatrixTiles } from "../kernels/gemm/subgroup-matrix.ts";
import type { NumericsClass } from "./numerics-class.ts";
import type { KernelActivation } from "../wgsl/activations.ts";

/** How one product is computed: in large batches, and in small ones, a query or two. Both give the same bits. */
export interface GemmPair {
  readonly large: GemmVariant;
  readonly small: GemmVariant;
}

/** What a model runs with. */
export interface KernelChoice {
  /** The usual GEMMs of the class. */
  readonly gemm: GemmPair;
  /** The GEMMs of one product: the usual ones, or what was measured to be faster. */
  readonly gemmFor: (product: GemmShape) => GemmPair;
  readonly attention: AttentionVariant;
  /** The form of an activation that this class computes. */
  readonly activation: (activation: Activation) => KernelActivation;
}

/**
 * GEMM variants of a class, in the order to try them. On a software adapter workgroup memory is plain memory: direct wins. A class
 * with matrix units ends in the scalar ones all the same: they are what is left when no matrix kernel passes its check, and
 * info() says so.
 */
export function gemmCandidates(report: AdapterReport, numerics: NumericsClass): GemmVariant[] {
  const { maxComputeWorkgroupStorageSize, maxComputeInvocationsPerWorkgroup } = report.limits;
  const matrix = numerics.matrix
    ? subgroupMatrixTiles(
        numerics.matrix,
        (report.subgroupSizes as readonly number[])[1],
        maxComputeWorkgroupStorageSize,
        maxComputeInvocationsPerWorkgroup,
        false,
        numerics.storage,
      ).map((tile) => ({ family: "subgroup-matrix", tile }) as const)
    : [];
  const direct: GemmVariant = { family: "direct" };
  const tiled = registerTiles.map((tile) => ({ family: "register-tiled", tile }) as const);
  return [...matrix, ...(report.software ? [direct, tiled[0]] : [...tiled, direct])];
}

/** Those that can stand beside the variant that was chosen for plain products where one is gated: they take weights in the same order. */
export function gatedCandidates(candidates: readonly GemmVariant[], plain: GemmVariant): GemmVariant[] {
  return interchangeable(candidates, plain).filter(suitsGated);
}

/** Those of a class's variants that take weights in one order and give the same bits: what an autotuner may choose from. */
export function interchangeable(candidates: readonly GemmVariant[], usual: GemmVariant): GemmVariant[] {
  const sameLayout = candidates.filter((candidate) => weightLayout(candidate) === weightLayout(usual));
  return [usual, ...sameLayout.filter((candidate) => candidate !== usual)];
}

/**
 * The variant for batches of at most `smallBatchKind` rows, given the one that serves large ones: of the same family and numerics, with
 * the lowest tile, because a tile that is mostly padding keeps a query waiting for all of its depth.
 */
export function smallGemmCandidates(report: AdapterReport, numerics: NumericsClass, large: GemmVariant): GemmVariant[] {
  if (large.family !== "subgroup-matrix") return [large];
  const family = gemmCandidates(report, numerics).filter((variant) => variant.family === "subgroup-matrix");
  const rows = (variant: GemmVariant): number => (variant.family === "subgroup-matrix" ? variant.tile.rows : Infinity);
  return family.toSorted((first, second) => rows(first) - rows(second));
}

/** Rows up to which a batch is small. */
export const smallBatchKind = 128;

/** The cheap GELU is for f16 storage alone: in f32 it would be the largest error of all. */
export function kernelActivation(numerics: NumericsClass, activation: Activation): KernelActivation {
  return activation === "gelu" && numerics.storage === "f16" ? "gelu_fitted" : activation;
}

/**
 * Attention variants of a class that can serve all of a model's layers, in the order to try them: matrix units where the class has them and the
 * head size suits; then plain code in tiles, but for software adapters, where workgroup memory is plain memory and loops are cheap; then plain
 * code on whole score rows where every query sees every key and they fit (eight queries a workgroup, or four or two), else streamed.
 *
 * @param shapes one for each kind of layer
 * @throws UnsupportedModelError when workgroup memory is too small for all of them
 */
export function attentionCandidates(
  report: AdapterReport,
  numerics: NumericsClass,
  shapes: readonly Pick<AttentionShape, "heads" | "keyValueHeads" | "headSize" | "causal" | "window" | "longest">[],
): AttentionVariant[] {
  const { maxComputeWorkgroupStorageSize: limit, maxComputeInvocationsPerWorkgroup } = report.limits;
  const { matrix } = numerics;
  const headSize = Math.max(...shapes.map((shape) => shape.headSize));
  // Two subgroups first: 64 to 121 µs where four took 111 to 147 (16,384 tokens in texts of 24 and of 91 on an H200), and few texts fill 64 rows.
  // Of heads past 128 a tile's share is too much for so few threads to have on their way.
  const subgroups = headSize <= 128 ? [2, 4, 1] : [4, 2, 1];
  const units: AttentionVariant[] = matrix
    ? subgroups
        .map((count) => {
          const subgroupSize = (report.subgroupSizes as readonly number[])[1];
          return { family: "subgroup-matrix", matrix, subgroupSize, subgroups: count, emulated: false } as const;
        })
        .filter((unit) => shapes.every((shape) => suitsMatrixAttention(unit, numerics.storage, shape.headSize)))
        .filter((unit) => matrixAttentionBytes(unit, headSize) <= limit)
        .filter((unit) => unit.subgroups * unit.subgroupSize <= maxComputeInvocationsPerWorkgroup)
    : [];
  const tiles: AttentionVariant[] =
    !report.software && headSize <= 256 && tiledAttentionBytes(attentionTile, numerics.storage, headSize) <= limit
      ? [{ family: "tiled", tile: attentionTile }]
      : [];
  const fast = [...units, ...tiles];
  const longest = Math.max(...shapes.map((shape) => shape.longest));
  const plain = shapes.every((shape) => wholeShape(shape as AttentionShape).plain);
  const queryRows = plain
    ? [8, 4, 2].find((rows) => directAttentionBytes(longest, headSize, rows) <= limit)
    : undefined;
  if (queryRows !== undefined) return [...fast, { family: "direct", queryRows }];
  if (streamedAttentionBytes(headSize) <= limit) return [...fast, { family: "streamed" }];
  if (fast.length > 0) return fast;
  throw new UnsupportedModelError(
    `Attention with heads of ${headSize} elements needs more workgroup memory than the ${limit} bytes of ${report.name}. ` +
      `Use device "cpu".`,
  );
}
