/**
 * Situations that published models are in (goldens/situations): each gives sentence-transformers' vectors on both devices, but for the
 * heads that the GPU path refuses.
 */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { EmbeddingModel, UnsupportedModelError } from "../src/index.ts";
import { goldensFolder, largestDifference } from "./support/goldens.ts";
import { Situation } from "./support/situations.ts";

const names = readdirSync(join(goldensFolder, "situations")).filter((name) => name !== "model" && !/prompt/.test(name));
const onlyOnCpu = ["dense-softmax", "mod-layernorm"];

describe.each(["gpu", "cpu"] as const)("on the %s", (device) => {
  test.each(names)("%s", async (name) => {
    const situation = new Situation(name);
    try {
      const loading = EmbeddingModel.load(situation.path, { device, dtype: "f32", onNotice: () => undefined });
      if (device === "gpu" && onlyOnCpu.includes(name)) {
        await expect(loading).rejects.toThrow(UnsupportedModelError);
        return;
      }
      const model = await loading;
      const { data } = await model.embed(situation.texts, situation.embed);
      await model.close();
      expect(data.length).toBe(situation.expected.length);
      expect(largestDifference(data, situation.expected)).toBeLessThan(1e-5);
    } finally {
      situation.remove();
    }
  });
});
