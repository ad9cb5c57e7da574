/** Every kernel against its plain reference on the adapter at hand: the same checks that a model runs before it uses a variant. */
import { describe, expect, test } from "vitest";
import { isThorough } from "@ferris/testing";
import { openGpu } from "../../../src/gpu/device/context.ts";
import { runCheck, type KernelCheck } from "../../../src/gpu/prove/kernel-check.ts";
import { attentionName } from "../../../src/gpu/kernels/attention/attention.ts";
import { matrixAttentionBytes, suitsMatrixAttention } from "../../../src/gpu/kernels/attention/subgroup-matrix.ts";
import { attentionCheck } from "../../../src/gpu/kernels/attention/check.ts";
import { embeddingCheck } from "../../../src/gpu/kernels/embedding/check.ts";
import { gemmCheck } from "../../../src/gpu/kernels/gemm/check.ts";
import { variantName, type GemmVariant } from "../../../src/gpu/kernels/gemm/gemm.ts";
import { registerTiles } from "../../../src/gpu/kernels/gemm/register-tiled.ts";
import { inPlaceLayerNormCheck } from "../../../src/gpu/kernels/layer-norm/in-place-check.ts";
import { layerNormCheck } from "../../../src/gpu/kernels/layer-norm/check.ts";
import { nearestChecks } from "../../../src/gpu/kernels/nearest/check.ts";
import { poolingCheck } from "../../../src/gpu/kernels/pooling/check.ts";
import { tokenRowsCheck } from "../../../src/gpu/kernels/pooling/token-rows-check.ts";
import { rmsNormCheck } from "../../../src/gpu/kernels/rms-norm/check.ts";
import { softmaxCheck } from "../../../src/gpu/kernels/softmax/check.ts";
import { subgroupMatrixTiles } from "../../../src/gpu/kernels/gemm/subgroup-matrix.ts";
import { numericsClass, type Dtype } from "../../../src/gpu/choose/numerics-class.ts";
import { attentionCandidates, gemmCandidates } from "../../../src/gpu/choose/variants.ts";
import type { SubgroupMatrixConfig } from "../../../src/encoder/report.ts";
import type { StorageType } from "../../../src/gpu/wgsl/storage.ts";
import type { PoolingMode } from "../../../src/models/description.ts";
import { activations } from "../../support/activations.ts";

const context = await openGpu(true);
const storages: StorageType[] = context.report.features.includes("shader-f16") ? ["f32", "f16"] : ["f32"];
const gemmVariants: GemmVariant[] = [
  { family: "direct" },
  ...registerTiles.map((tile) => ({ family: "register-tiled", tile }) as const),
];

const native = storages
  .map((storage) => numericsClass(context.report, storage))
  .filter(({ matrix }) => matrix !== null);

/** Every configuration that keeps f32 accumulation, here or elsewhere: Apple's f32, NVIDIA's and lavapipe's f16. */
const emulatedConfigs: SubgroupMatrixConfig[] = [
  { component: "f32", result: "f32", m: 8, n: 8, k: 8 },
  { component: "f16", result: "f32", m: 16, n: 16, k: 16 },
  // Compiling their unrolled loops takes a software adapter a minute.
  ...(isThorough
    ? ([
        { component: "f16", result: "f32", m: 8, n: 8, k: 8 },
        { component: "f16", result: "f32", m: 16, n: 8, k: 16 },
        { component: "f16", result: "f32", m: 16, n: 8, k: 8 },
      ] as const)
    : []),
];

async function passes(check: KernelCheck): Promise<void> {
  const { error } = await runCheck(context, check);
  expect(error).toBeNull();
}

// Where the adapter has matrix units of its own those are run below; plain code that imitates others would prove nothing new, and
// takes minutes to compile there. SwiftShader has none, so `npm test` executes their logic, and `.ci/run` that of every configuration.
describe.each(
  (native.length > 0 ? [] : emulatedConfigs).map(
    (config) => [`${config.component} ${config.m}x${config.n}x${config.k}`, config] as const,
  ),
)("subgroup-matrix %s, emulated", (_, config) => {
  const tiles = subgroupMatrixTiles(config, 32, 32_768, 256, true);

  test("has tiles", () => expect(tiles.length).toBeGreaterThanOrEqual(2));

  // Compiling what is unrolled takes a software adapter seconds. 8×8×8 in f16 is f32's with another alias, and lavapipe runs every size natively.
  const sizes = [
    [32, 200, null, 4],
    [24, 100, config.component === "f32" ? 32 : null, 2],
    ...(isThorough
      ? ([
          [24, 100, config.component === "f32" ? null : 32, 2],
          [64, 160, 32, 2],
          [48, 100, null, 2],
        ] as const)
      : []),
  ] as const;

  test.each(config.component === "f16" && config.k === 8 && config.m === 8 ? sizes.slice(0, 1) : sizes)(
    "attention, head size %d, up to %d tokens, buckets %s, %d subgroups",
    async (headSize, longest, buckets, subgroups) => {
      const variant = {
        family: "subgroup-matrix",
        matrix: config,
        subgroupSize: 32,
        subgroups,
        emulated: true,
      } as const;
      expect(matrixAttentionBytes(variant, headSize)).toBeLessThanOrEqual(
        context.report.limits.maxComputeWorkgroupStorageSize,
      );
      const storage = config.component as StorageType;
      await passes(
        attentionCheck(variant, {
          storage,
          headSize,
          scale: 1 / Math.sqrt(headSize),
          longest,
          relativePositionBuckets: buckets,
        }),
      );
    },
  );

  test.each(tiles.map((tile) => [variantName({ family: "subgroup-matrix", tile }), tile] as const))(
    "%s",
    async (name, tile) => {
      const storage = config.component as StorageType;
      await passes(gemmCheck({ family: "subgroup-matrix", tile }, { storage, activation: "gelu" }));
      expect(name).toContain("emulated");
    },
  );
});

describe.each(native.map((numerics) => [numerics.name, numerics] as const))("%s", (_, numerics) => {
  const candidates = gemmCandidates(context.report, numerics).filter(({ family }) => family === "subgroup-matrix");

  test.each(candidates.map((variant) => [variantName(variant), variant] as const))("%s", async (__, variant) => {
    await passes(gemmCheck(variant, { storage: numerics.storage, activation: "gelu_fitted" }));
  });
});

describe.each(native.map((numerics) => [numerics.name, numerics] as const))("%s", (_, numerics) => {
  const cases = [24, 32, 48, 64].flatMap((headSize) =>
    attentionCandidates(context.report, numerics, [{ heads: 1, headSize, longest: 200 }])
      .filter(({ family }) => family === "subgroup-matrix")
      .map((variant) => [headSize, attentionName(variant), variant] as const),
  );

  test.each(cases)("attention, head size %d, %s", async (headSize, __, variant) => {
    const { storage } = numerics;
    await passes(
      attentionCheck(variant, {
        storage,
        headSize,
        scale: 1 / Math.sqrt(headSize),
        longest: 200,
        relativePositionBuckets: null,
      }),
    );
    await passes(
      attentionCheck(variant, {
        storage,
        headSize,
        scale: 1 / Math.sqrt(headSize),
        longest: 200,
        relativePositionBuckets: 32,
      }),
    );
  });
});

describe.each(storages)("%s kernels agree with their references", (storage) => {
  test.each(gemmVariants.map((variant) => [variantName(variant), variant] as const))("gemm %s", async (_, variant) => {
    await passes(gemmCheck(variant, { storage, activation: "identity" }));
  });

  test.each(activations)("gemm with %s", async (activation) => {
    await passes(gemmCheck({ family: "direct" }, { storage, activation }));
  });

  test.each([
    [4, 128, null, 8],
    [24, 100, null, 8],
    [32, 256, null, 4],
    [64, 64, 32, 8],
    [128, 40, null, 8],
    [160, 40, null, 8],
    [320, 150, 32, 2],
  ])("attention, head size %d, rows of %d, buckets %s, %d queries", async (headSize, longest, buckets, queryRows) => {
    await passes(
      attentionCheck(
        { family: "direct", queryRows },
        { storage, headSize, scale: 1 / Math.sqrt(headSize), longest, relativePositionBuckets: buckets },
      ),
    );
  });

  test.each([
    [64, 128, 2],
    [72, 128, 0],
    [384, 384, 1],
    [1024, 1024, 2],
  ])("embedding and layer-norm, width %d, stride %d, %d token types", async (width, stride, typeVocabSize) => {
    const norm = { kind: "layer", epsilon: 1e-12 } as const;
    const embedding = { storage, target: storage, width, stride, scale: 1, norm, positions: 7, typeVocabSize };
    await passes(embeddingCheck(embedding));
    // Without a norm, in f32 whatever the storage; without positions or types, with a factor.
    await passes(embeddingCheck({ ...embedding, target: "f32", norm: null, positions: 0, typeVocabSize: 0, scale: 8 }));
    await passes(embeddingCheck({ ...embedding, norm: null }));
    await passes(layerNormCheck({ storage, width, stride, epsilon: 1e-12 }));
  });

  const poolings: PoolingMode[][] = [
    ["cls"],
    ["max"],
    ["mean"],
    ["mean_sqrt_len"],
    ["weightedmean"],
    ["lasttoken"],
    ["cls", "max", "mean"],
  ];
  test.each(poolings.map((modes) => [modes.join("+"), modes] as const))("pooling %s", async (_, modes) => {
    await passes(poolingCheck(storage, 72, 128, modes));
    await passes(poolingCheck(storage, 70, 128, modes));
  });

  test.each([72, 70, 600])("token rows of %d", async (width) => {
    await passes(tokenRowsCheck({ storage, width, stride: Math.ceil(width / 128) * 128 }));
  });
});

// Widths that divide into vec4 and not, and a vocabulary's; epsilons from none to one that drowns the row.
describe.each([1, 2, 7, 32, 384, 1000, 1024, 4096])("operations on rows of %d", (width) => {
  test.each([0, 1e-30, 1e-12, 1e-5, 1e6])("layer-norm and rms-norm, epsilon %d", async (epsilon) => {
    await passes(inPlaceLayerNormCheck(width, epsilon));
    await passes(rmsNormCheck(width, epsilon));
  });

  test("softmax", () => passes(softmaxCheck(width)));
});

test("softmax over a vocabulary, of which a part is compared", async () => {
  const check = softmaxCheck(50_257);
  expect(check.expected.size).toBeLessThan(20_000);
  await passes(check);
});

test.each([1, 7, 30, 384, 768, 1024])("nearest vectors, width %d", async (dimensions) => {
  for (const check of nearestChecks(dimensions)) await passes(check);
});

// Apple's class by default: f16 in memory, f32 in its units. Neither needs shader-f16, so a software adapter executes it.
describe.each(native.length > 0 ? [] : [emulatedConfigs[0]])("f16 values widened for f32 units, emulated", (config) => {
  const unit = { family: "subgroup-matrix", matrix: config, subgroupSize: 32, emulated: true } as const;

  const sizes: [headSize: number, longest: number, buckets: number | null, subgroups: number][] = [
    [32, 200, null, 4],
    [24, 100, 32, 2],
  ];
  if (isThorough) sizes.push([64, 160, null, 2]);

  test.each(sizes)(
    "attention, head size %d, up to %d tokens, buckets %s",
    async (headSize, longest, buckets, subgroups) => {
      const scale = 1 / Math.sqrt(headSize);
      const model = { storage: "f16", headSize, scale, longest, relativePositionBuckets: buckets } as const;
      await passes(attentionCheck({ ...unit, subgroups }, model));
    },
  );

  test.each(
    subgroupMatrixTiles(config, 32, 32_768, 256, true, "f16").map(
      (tile) => [variantName({ family: "subgroup-matrix", tile }), tile] as const,
    ),
  )("%s", async (_, tile) => {
    await passes(gemmCheck({ family: "subgroup-matrix", tile }, { storage: "f16", activation: "gelu" }));
  });
});

test("an adapter with f32 units alone uses them for values that it stores in f16; f16 operands are preferred where they accumulate in f32", () => {
  const [f32, f16] = (["f32", "f16"] as const).map(
    (component) => ({ component, result: "f32", m: 8, n: 8, k: 8 }) as const,
  );
  const narrow = { ...f16, result: "f16" } as const;
  const classOf = (configs: SubgroupMatrixConfig[], dtype: Dtype) =>
    numericsClass(
      {
        ...context.report,
        software: false,
        features: ["shader-f16", "chromium-experimental-subgroup-matrix"],
        subgroupSizes: [32, 32],
        subgroupMatrixConfigs: configs,
      },
      dtype,
    ).name;
  expect(classOf([f32, narrow], "auto")).toBe("f16-matrix-f32-8x8x8");
  expect(classOf([f32, narrow], "f32")).toBe("f32-matrix-8x8x8");
  expect(classOf([f32, f16], "auto")).toBe("f16-matrix-8x8x8");
  expect(classOf([narrow], "auto")).toBe("f16-scalar");
});

test("attention takes no matrix shape that leaves lanes of a row without a word of weights", () => {
  const unit = (component: "f16" | "f32", m: number, subgroupSize: number) =>
    suitsMatrixAttention(
      { matrix: { component, result: "f32", m, n: 8, k: 8 }, subgroupSize, subgroups: 2, emulated: false },
      component,
      64,
    );
  expect([unit("f16", 8, 32), unit("f32", 8, 32), unit("f16", 16, 64), unit("f32", 8, 64)]).toEqual([
    true,
    true,
    true,
    true,
  ]);
  expect([unit("f16", 8, 64), unit("f32", 8, 128)]).toEqual([false, false]);
});
