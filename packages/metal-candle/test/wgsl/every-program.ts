/**
 * One program of every kernel for every form that changes its text, by the name of the function that makes it. No device: text only.
 *
 * Sizes are those of a small odd model, because sizes are constants in the text and change nothing about its form.
 */
import type { KernelProgram } from "../../src/gpu/kernel-program.ts";
import { activationProgram } from "../../src/gpu/kernels/activation/activation.ts";
import { attentionProgram } from "../../src/gpu/kernels/attention/attention.ts";
import { embeddingProgram } from "../../src/gpu/kernels/embedding/embedding.ts";
import { directGemm } from "../../src/gpu/kernels/gemm/direct.ts";
import { registerTiledGemm, registerTiles } from "../../src/gpu/kernels/gemm/register-tiled.ts";
import { layerNormProgram } from "../../src/gpu/kernels/layer-norm/layer-norm.ts";
import { residualLayerNormProgram } from "../../src/gpu/kernels/layer-norm/residual-layer-norm.ts";
import { finishProgram } from "../../src/gpu/kernels/pooling/finish.ts";
import { poolingProgram } from "../../src/gpu/kernels/pooling/pooling.ts";
import { rmsNormProgram } from "../../src/gpu/kernels/rms-norm/rms-norm.ts";
import { softmaxProgram } from "../../src/gpu/kernels/softmax/softmax.ts";
import type { KernelActivation } from "../../src/gpu/wgsl/activations.ts";
import type { StorageType } from "../../src/gpu/wgsl/storage.ts";
import type { PoolingMode } from "../../src/models/description.ts";

const storages: StorageType[] = ["f32", "f16"];
const activations: KernelActivation[] = [
  "identity",
  "gelu",
  "gelu_fast",
  "gelu_tanh",
  "relu",
  "silu",
  "tanh",
  "sigmoid",
];
const poolings: PoolingMode[] = ["cls", "max", "mean", "mean_sqrt_len", "weightedmean", "lasttoken"];
const rows = { width: 72, stride: 128, epsilon: 1e-12 };
const gemm = { n: 256, k: 384 };

/** The programs, by the function in src/gpu/kernels that makes them. */
export const everyProgram: Record<string, KernelProgram[]> = {
  activationProgram: activations.map((activation) => activationProgram(activation)),
  attentionProgram: storages.flatMap((storage) =>
    [null, 32].map((relativePositionBuckets) =>
      attentionProgram({
        storage,
        heads: 3,
        headSize: 24,
        qkvStride: 256,
        contextStride: 128,
        longest: 100,
        queryRows: 8,
        relativePositionBuckets,
      }),
    ),
  ),
  embeddingProgram: storages.flatMap((storage) =>
    [0, 2].map((tokenTypes) =>
      embeddingProgram({ storage, ...rows, positions: 100, tokenTypes, firstWord: 50, words: 50 }),
    ),
  ),
  directGemm: storages.flatMap((storage) =>
    activations.map((activation) => directGemm({ storage, ...gemm, activation })),
  ),
  registerTiledGemm: storages.flatMap((storage) =>
    registerTiles.flatMap((tile) =>
      activations.map((activation) => registerTiledGemm({ storage, ...gemm, activation }, tile)),
    ),
  ),
  layerNormProgram: [layerNormProgram(72, 1e-12), layerNormProgram(7, 1e-12)],
  residualLayerNormProgram: storages.map((storage) => residualLayerNormProgram({ storage, ...rows })),
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
