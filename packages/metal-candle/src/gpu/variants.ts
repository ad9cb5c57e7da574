/** Which kernel variants a numerics class allows for each operation, best first for the kind of adapter. */
import type { AdapterReport } from "../devices/report.ts";
import { UnsupportedModelError } from "../errors.ts";
import type { Activation, EncoderShape } from "../models/description.ts";
import { attentionWorkgroupBytes } from "./kernels/attention/attention.ts";
import type { GemmVariant } from "./kernels/gemm/gemm.ts";
import { registerTiles } from "./kernels/gemm/register-tiled.ts";
import { subgroupMatrixTiles } from "./kernels/gemm/subgroup-matrix.ts";
import type { NumericsClass } from "./numerics-class.ts";
import type { KernelActivation } from "./wgsl/activations.ts";
import type { StorageType } from "./wgsl/storage.ts";

/** What a model runs with. */
export interface KernelChoice {
  readonly gemm: GemmVariant;
  /** Queries of one attention workgroup. */
  readonly queryRows: number;
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
      ).map((tile) => ({ family: "subgroup-matrix", tile }) as const)
    : [];
  const direct: GemmVariant = { family: "direct" };
  const tiled: GemmVariant = { family: "register-tiled", tile: registerTiles[0] };
  return [...matrix, ...(report.software ? [direct, tiled] : [tiled, direct])];
}

/** The cheap GELU is for f16 storage alone: in f32 it would be the largest error of all. */
export function kernelActivation(numerics: NumericsClass, activation: Activation): KernelActivation {
  return activation === "gelu" && numerics.storage === "f16" ? "gelu_fast" : activation;
}

/**
 * Queries of an attention workgroup: eight, or four where the score rows of eight do not fit.
 * @throws UnsupportedModelError when not even four fit
 */
export function attentionQueryRows(
  report: AdapterReport,
  shape: EncoderShape,
  longest: number,
  storage: StorageType,
): number {
  const limit = report.limits.maxComputeWorkgroupStorageSize;
  const rows = [8, 4].find((queryRows) => {
    const { heads, headSize, relativePositionBuckets } = shape;
    const strides = { qkvStride: 0, contextStride: 0 };
    return (
      attentionWorkgroupBytes({ storage, heads, headSize, ...strides, longest, queryRows, relativePositionBuckets }) <=
      limit
    );
  });
  if (rows === undefined) {
    throw new UnsupportedModelError(
      `Attention over ${longest} tokens needs more workgroup memory than the ${limit} bytes of ${report.name}. ` +
        `Lower maxLength, or use device "cpu".`,
    );
  }
  return rows;
}
