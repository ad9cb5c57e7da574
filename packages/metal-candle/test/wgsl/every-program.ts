/**
 * One program of every kernel for every form that changes its text, by the name of the function that makes it. No device: text only.
 *
 * Sizes are those of a small odd model, because sizes are constants in the text and change nothing about its form.
 */
import type { SubgroupMatrixConfig } from "../../src/encoder/report.ts";
import type { KernelProgram } from "../../src/gpu/device/kernel-program.ts";
import { activationProgram } from "../support/activation-program.ts";
import { directAttentionProgram } from "../../src/gpu/kernels/attention/direct.ts";
import { matrixAttentionProgram } from "../../src/gpu/kernels/attention/subgroup-matrix.ts";
import { embeddingProgram } from "../../src/gpu/kernels/embedding/embedding.ts";
import { streamedAttentionProgram } from "../../src/gpu/kernels/attention/streamed.ts";
import { attentionTile, tiledAttentionProgram } from "../../src/gpu/kernels/attention/tiled.ts";
import { directGemm } from "../../src/gpu/kernels/gemm/direct.ts";
import { registerTiledGemm, registerTiles } from "../../src/gpu/kernels/gemm/register-tiled.ts";
import { subgroupMatrixGemm, subgroupMatrixTiles } from "../../src/gpu/kernels/gemm/subgroup-matrix.ts";
import { layerNormProgram } from "../../src/gpu/kernels/layer-norm/layer-norm.ts";
import { residualLayerNormProgram } from "../../src/gpu/kernels/layer-norm/residual-layer-norm.ts";
import { nearestCollectProgram } from "../../src/gpu/kernels/nearest/collect.ts";
import { nearestScoresProgram } from "../../src/gpu/kernels/nearest/scores.ts";
import { nearestThresholdProgram } from "../../src/gpu/kernels/nearest/threshold.ts";
import { residualNormsProgram } from "../../src/gpu/kernels/norm/residual-norms.ts";
import { finishProgram } from "../../src/gpu/kernels/pooling/finish.ts";
import { poolingProgram } from "../../src/gpu/kernels/pooling/pooling.ts";
import { tokenRowsProgram } from "../../src/gpu/kernels/pooling/token-rows.ts";
import { rowStepsProgram } from "../../src/gpu/kernels/pooling/row-steps.ts";
import { rotaryProgram } from "../../src/gpu/kernels/rotary/rotary.ts";
import { rmsNormProgram } from "../../src/gpu/kernels/rms-norm/rms-norm.ts";
import { softmaxProgram } from "../../src/gpu/kernels/softmax/softmax.ts";
import { activations } from "../support/activations.ts";
import type { KernelActivation } from "../../src/gpu/wgsl/activations.ts";
import type { StorageType } from "../../src/gpu/wgsl/storage.ts";
import type { PoolingMode } from "../../src/models/description.ts";

const storages: StorageType[] = ["f32", "f16"];
const kernelActivations: KernelActivation[] = [...activations, "gelu_fitted"];
const poolings: PoolingMode[] = ["cls", "max", "mean", "mean_sqrt_len", "weightedmean", "lasttoken"];
const rows = { width: 72, stride: 128, epsilon: 1e-12 };
const norm = { kind: "layer", epsilon: 1e-12 } as const;
const gemm = { n: 256, k: 384 };
const attention = {
  heads: 3,
  headSize: 32,
  scale: 1 / Math.sqrt(32),
  qkvStride: 384,
  contextStride: 128,
  longest: 100,
};
const buckets = [null, 32];

/** Every configuration of matrix units that keeps f32 accumulation: Apple's f32; f16 on lavapipe, Apple and NVIDIA. */
const matrixConfigs: SubgroupMatrixConfig[] = [
  { component: "f32", result: "f32", m: 8, n: 8, k: 8 },
  { component: "f16", result: "f32", m: 8, n: 8, k: 8 },
  { component: "f16", result: "f32", m: 16, n: 16, k: 16 },
  { component: "f16", result: "f32", m: 16, n: 8, k: 16 },
  { component: "f16", result: "f32", m: 16, n: 8, k: 8 },
];

/** What values may be stored as for these units: as their operands, or in f16, widened for f32 ones. */
function storagesOf({ component }: SubgroupMatrixConfig): StorageType[] {
  return component === "f32" ? ["f32", "f16"] : ["f16"];
}

function matrixGemms(matrix: SubgroupMatrixConfig, emulated: boolean): KernelProgram[] {
  return storagesOf(matrix).flatMap((storage) =>
    subgroupMatrixTiles(matrix, 32, 32_768, 256, emulated, storage).flatMap((tile) =>
      kernelActivations.map((activation) => subgroupMatrixGemm({ storage, ...gemm, activation }, tile)),
    ),
  );
}

function matrixAttentions(matrix: SubgroupMatrixConfig, emulated: boolean): KernelProgram[] {
  const unit = { matrix, subgroupSize: 32, subgroups: 4, emulated };
  return storagesOf(matrix).flatMap((storage) =>
    buckets.map((relativePositionBuckets) =>
      matrixAttentionProgram({ ...attention, storage, relativePositionBuckets }, unit),
    ),
  );
}

/** The programs, by the function in src/gpu/kernels that makes them. */
export const everyProgram: Record<string, KernelProgram[]> = {
  activationProgram: kernelActivations.map((activation) => activationProgram(activation)),
  directAttentionProgram: storages.flatMap((storage) =>
    buckets.map((relativePositionBuckets) =>
      directAttentionProgram({ ...attention, storage, relativePositionBuckets }, 8),
    ),
  ),
  matrixAttentionProgram: matrixConfigs.flatMap((matrix) => matrixAttentions(matrix, true)),
  embeddingProgram: storages.flatMap((storage) =>
    [0, 2].map((typeVocabSize) =>
      embeddingProgram({
        storage,
        target: typeVocabSize > 0 ? storage : "f32",
        width: rows.width,
        stride: rows.stride,
        scale: 1,
        norm: typeVocabSize > 0 ? norm : null,
        positions: 100,
        typeVocabSize,
        firstWord: 50,
        words: 50,
      }),
    ),
  ),
  directGemm: storages.flatMap((storage) =>
    kernelActivations.flatMap((activation) => [
      directGemm({ storage, ...gemm, activation }),
      directGemm({ storage, ...gemm, activation, gated: true, output: "f32" }),
    ]),
  ),
  residualNormsProgram: storages.flatMap((storage) =>
    [null, norm, { ...norm, kind: "rms" as const }].map((outputNorm) =>
      residualNormsProgram({
        storage,
        width: rows.width - 2,
        stride: rows.stride,
        projected: true,
        outputNorm,
        residualNorm: norm,
        inputNorm: { ...norm, kind: "rms" },
      }),
    ),
  ),
  rotaryProgram: storages.flatMap((storage) =>
    [null, norm].map((of) =>
      rotaryProgram({
        storage,
        heads: 4,
        keyValueHeads: 2,
        headSize: 24,
        normSize: 24,
        half: 8,
        qkvStride: 256,
        longest: 100,
        norm: of,
      }),
    ),
  ),
  rowStepsProgram: [
    rowStepsProgram([{ kind: "layer-norm", epsilon: 1e-5 }, { kind: "normalize" }, { kind: "softmax" }], 70, 72),
  ],
  streamedAttentionProgram: storages.flatMap((storage) =>
    [null, 16].map((window) =>
      streamedAttentionProgram({ ...attention, storage, relativePositionBuckets: null, causal: true, window }),
    ),
  ),
  tiledAttentionProgram: storages.flatMap((storage) => [
    ...buckets.map((relativePositionBuckets) =>
      tiledAttentionProgram({ ...attention, storage, relativePositionBuckets }, attentionTile),
    ),
    tiledAttentionProgram(
      { ...attention, storage, relativePositionBuckets: null, causal: true, window: 16 },
      attentionTile,
    ),
  ]),
  registerTiledGemm: storages.flatMap((storage) =>
    registerTiles.flatMap((tile) =>
      kernelActivations.map((activation) => registerTiledGemm({ storage, ...gemm, activation }, tile)),
    ),
  ),
  subgroupMatrixGemm: matrixConfigs.flatMap((matrix) => matrixGemms(matrix, true)),
  layerNormProgram: [layerNormProgram(72, 1e-12), layerNormProgram(7, 1e-12)],
  residualLayerNormProgram: storages.map((storage) => residualLayerNormProgram({ storage, ...rows })),
  nearestCollectProgram: [nearestCollectProgram()],
  nearestScoresProgram: [nearestScoresProgram(72)],
  nearestThresholdProgram: [nearestThresholdProgram()],
  tokenRowsProgram: storages.map((storage) => tokenRowsProgram({ storage, ...rows })),
  finishProgram: [finishProgram(72, 128)],
  poolingProgram: storages.flatMap((storage) =>
    [...poolings.map((mode) => [mode]), poolings].flatMap((modes) => [
      poolingProgram({ storage, ...rows, modes, output: "finished" }),
      poolingProgram({ storage, ...rows, modes, output: { pooledStride: 512 } }),
    ]),
  ),
  rmsNormProgram: [rmsNormProgram(72, 1e-6)],
  softmaxProgram: [softmaxProgram(72)],
};

/** The programs that only an adapter with matrix units compiles; `everyProgram` has the same logic in plain WGSL. */
export const matrixPrograms: KernelProgram[] = matrixConfigs.flatMap((matrix) => [
  ...matrixGemms(matrix, false),
  ...matrixAttentions(matrix, false),
]);
