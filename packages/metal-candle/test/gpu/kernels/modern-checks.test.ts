/** The kernels of encoders beyond BERT's, each against its plain reference on the adapter at hand: the checks that a model runs before it uses them. */
import { isThorough } from "@ferris/testing";
import { describe, expect, test } from "vitest";
import { openGpu } from "../../../src/gpu/device/context.ts";
import { runCheck, type KernelCheck } from "../../../src/gpu/prove/kernel-check.ts";
import type { AttentionVariant } from "../../../src/gpu/kernels/attention/attention.ts";
import { attentionCheck, type CheckedAttention } from "../../../src/gpu/kernels/attention/check.ts";
import { gemmCheck } from "../../../src/gpu/kernels/gemm/check.ts";
import { suitsGated, variantName, type GemmVariant } from "../../../src/gpu/kernels/gemm/gemm.ts";
import { registerTiles } from "../../../src/gpu/kernels/gemm/register-tiled.ts";
import { subgroupMatrixTiles } from "../../../src/gpu/kernels/gemm/subgroup-matrix.ts";
import { numericsClass } from "../../../src/gpu/choose/numerics-class.ts";
import { gemmCandidates } from "../../../src/gpu/choose/variants.ts";
import type { SubgroupMatrixConfig } from "../../../src/encoder/report.ts";
import { residualNormsChecks } from "../../../src/gpu/kernels/norm/check.ts";
import type { RowNorm } from "../../../src/gpu/kernels/norm/row-norm.ts";
import { rowStepsCheck } from "../../../src/gpu/kernels/pooling/row-steps-check.ts";
import { rotaryCheck } from "../../../src/gpu/kernels/rotary/check.ts";
import type { StorageType } from "../../../src/gpu/wgsl/storage.ts";

const context = await openGpu(true);
const storages: StorageType[] = context.report.features.includes("shader-f16") ? ["f32", "f16"] : ["f32"];

async function passes(check: KernelCheck): Promise<void> {
  const { error } = await runCheck(context, check);
  expect(error).toBeNull();
}

const layer: RowNorm = { kind: "layer", epsilon: 1e-12 };
const rms: RowNorm = { kind: "rms", epsilon: 1e-6 };

describe.each(storages)("%s", (storage) => {
  test.each<[string, boolean, RowNorm | null, RowNorm | null, RowNorm | null]>([
    ["nothing to add, no norm", false, null, null, null],
    ["nothing to add, an input norm", false, null, null, layer],
    ["ModernBERT's", true, null, null, layer],
    ["Qwen's", true, null, null, rms],
    ["Gemma's", true, rms, null, rms],
    ["all of them", true, layer, rms, layer],
    ["a residual norm", true, null, layer, null],
  ])("residual norms: %s", async (_, projected, outputNorm, residualNorm, inputNorm) => {
    for (const [width, stride] of [
      [64, 128],
      [26, 128],
    ]) {
      const shape = { storage, width, stride, projected, outputNorm, residualNorm, inputNorm };
      for (const check of residualNormsChecks(shape)) await passes(check);
    }
  });

  test.each<[string, number, number, number, RowNorm | null]>([
    ["whole heads", 64, 64, 32, null],
    ["heads of 13 pairs", 32, 26, 13, null],
    ["a part that turns", 64, 64, 16, null],
    ["RMSNorm first", 128, 128, 64, rms],
    ["RMSNorm of heads that were filled up", 32, 26, 13, rms],
    ["RMSNorm, and a part that turns", 256, 256, 40, rms],
    ["LayerNorm first", 64, 64, 32, layer],
    ["RMSNorm alone", 64, 64, 0, rms],
  ])("rotary: %s", async (_, headSize, normSize, turning, norm) => {
    const half = Math.ceil(turning / 4) * 4;
    await passes(rotaryCheck({ storage, headSize, normSize, half, longest: 32_768, norm }, turning));
  });
});

test.each([1, 4, 70, 384, 1000])("steps on rows of %d", async (width) => {
  const layerNorm = { kind: "layer-norm", epsilon: 1e-5 } as const;
  const stride = Math.ceil(width / 4) * 4;
  for (const steps of [[layerNorm], [{ kind: "softmax" }], [layerNorm, { kind: "normalize" }, layerNorm]] as const) {
    await passes(rowStepsCheck(steps, width, stride));
  }
});

/** Matrix units: the adapter's own, in each class that has them, or where there are none plain code in their place. */
const own = storages.map((storage) => numericsClass(context.report, storage)).filter(({ matrix }) => matrix !== null);
const emulatedConfigs: SubgroupMatrixConfig[] =
  own.length > 0
    ? []
    : [
        { component: "f32", result: "f32", m: 8, n: 8, k: 8 },
        { component: "f16", result: "f32", m: 16, n: 16, k: 16 },
      ];
const units = [
  ...own.map(({ matrix }) => ({ matrix: matrix!, subgroupSize: context.report.subgroupSizes![1], emulated: false })),
  ...emulatedConfigs.map((matrix) => ({ matrix, subgroupSize: 32, emulated: true })),
];

const masks: [string, Partial<CheckedAttention>][] = [
  ["all keys", {}],
  ["a window", { window: 16 }],
  ["a window of no neighbours", { window: 0 }],
  ["causal", { causal: true }],
  ["causal in a window", { causal: true, window: 33 }],
  ["shared key heads", { grouped: true }],
  ["causal, shared key heads", { grouped: true, causal: true }],
];

describe.each(masks)("attention, %s", (_, mask) => {
  const check = (variant: AttentionVariant, storage: StorageType, headSize: number): KernelCheck =>
    attentionCheck(variant, {
      storage,
      headSize,
      scale: 1 / Math.sqrt(headSize),
      longest: 8192,
      relativePositionBuckets: null,
      ...mask,
    });

  test.each(storages)("streamed, %s", async (storage) => {
    for (const headSize of [4, 32, 256]) await passes(check({ family: "streamed" }, storage, headSize));
  });

  // What masks is written once, above the units; compiling its imitation takes a software adapter a second each.
  const isTried = isThorough || "grouped" in mask === "causal" in mask;
  test.each(
    units
      .filter(({ emulated }) => !emulated || isTried)
      .map((unit) => [`${unit.matrix.component} ${unit.matrix.m}x${unit.matrix.n}x${unit.matrix.k}`, unit] as const),
  )(
    "matrix units %s",
    async (__, unit) => {
      const storage = unit.matrix.component as StorageType;
      // What is masked does not depend on the head's size, and each size takes a software adapter up to half a minute to compile.
      const everySize = !unit.emulated && "causal" in mask && "window" in mask;
      for (const headSize of everySize ? [16, 64, 128] : [32]) {
        await passes(check({ family: "subgroup-matrix", ...unit, subgroups: 2 }, storage, headSize));
      }
    },
    240_000,
  );
});

describe.each(storages)("%s products", (storage) => {
  const variants: GemmVariant[] = [
    { family: "direct" },
    ...registerTiles.map((tile) => ({ family: "register-tiled", tile }) as const).slice(0, 2),
    ...gemmCandidates(context.report, numericsClass(context.report, storage)).filter(
      ({ family }) => family === "subgroup-matrix",
    ),
    ...emulatedConfigs
      .filter(({ component }) => component === storage)
      .flatMap((matrix) => subgroupMatrixTiles(matrix, 32, 32_768, 256, true).slice(0, 2))
      .map((tile) => ({ family: "subgroup-matrix", tile }) as const),
  ];

  test.each(variants.filter(suitsGated).map((variant) => [variantName(variant), variant] as const))(
    "gated, %s",
    async (_, variant) => {
      await passes(gemmCheck(variant, { storage, activation: "silu", gated: true }));
    },
  );

  test.each(variants.map((variant) => [variantName(variant), variant] as const))(
    "stored in f32, %s",
    async (_, variant) => {
      await passes(gemmCheck(variant, { storage, activation: "identity", output: "f32" }));
    },
  );
});
