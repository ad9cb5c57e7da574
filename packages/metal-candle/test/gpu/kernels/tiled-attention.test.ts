/** Register-tiled attention against its reference: every kind of mask, heads of awkward sizes, and who runs it. */
import { describe, expect, test } from "vitest";
import { isThorough } from "@ferris/testing";
import { numericsClass } from "../../../src/gpu/choose/numerics-class.ts";
import { attentionCandidates } from "../../../src/gpu/choose/variants.ts";
import { openGpu } from "../../../src/gpu/device/context.ts";
import { attentionCheck, type CheckedAttention } from "../../../src/gpu/kernels/attention/check.ts";
import { attentionTile } from "../../../src/gpu/kernels/attention/tiled.ts";
import { runCheck } from "../../../src/gpu/prove/kernel-check.ts";
import type { StorageType } from "../../../src/gpu/wgsl/storage.ts";

const context = await openGpu(true);
const storages: StorageType[] = context.report.features.includes("shader-f16") ? ["f32", "f16"] : ["f32"];
const tiles = [attentionTile, ...(isThorough ? [{ ...attentionTile, queryRows: 64, downward: 16 }] : [])];

async function passes(checked: Partial<CheckedAttention>): Promise<void> {
  const { headSize = 32 } = checked;
  for (const tile of tiles) {
    const model = { storage: "f32", headSize, scale: 1 / Math.sqrt(headSize), longest: 512, ...checked } as const;
    const check = attentionCheck({ family: "tiled", tile }, { relativePositionBuckets: null, ...model });
    const { error } = await runCheck(context, check);
    expect(error).toBeNull();
  }
}

describe.each(storages)("%s", (storage) => {
  // Large heads in f16 take lavapipe minutes to compile.
  const large = storage === "f32" ? [128, 256] : [];
  test.each(isThorough ? [4, 24, 32, 52, 64, ...large] : [4, 32, 52])("heads of %d", async (headSize) => {
    await passes({ storage, headSize });
  });

  test.each<[string, Partial<CheckedAttention>]>([
    ["a bias by position", { relativePositionBuckets: 32 }],
    ["a window of no neighbours", { window: 0 }],
    ["causal in a window", { causal: true, window: 33 }],
    ["causal, shared key heads", { grouped: true, causal: true }],
  ])("%s", async (_, mask) => {
    await passes({ storage, ...mask });
  });
});

test("serves GPUs without matrix units, before the kernels that software adapters run", () => {
  const shape = { heads: 12, headSize: 32, longest: 512 };
  const families = (software: boolean) => {
    const report = { ...context.report, software, features: [] };
    return attentionCandidates(report, numericsClass(report, "f32"), [shape]).map(({ family }) => family);
  };
  expect(families(false)).toEqual(["tiled", "direct"]);
  expect(families(true)).toEqual(["direct"]);
});
