/**
 * Situations that published models are in (goldens/situations): each gives sentence-transformers' vectors on both devices.
 */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { isThorough } from "@ferris/testing";
import { describe, expect, test } from "vitest";
import { EmbeddingModel } from "../src/index.ts";
import { goldensFolder, largestDifference } from "./support/goldens.ts";
import { Situation } from "./support/situations.ts";

const names = readdirSync(join(goldensFolder, "situations")).filter((name) => name !== "model" && !/prompt/.test(name));

describe.each(["gpu", "cpu"] as const)("on the %s", (device) => {
  // What settings mean is decided above the devices: all of them on one, and each third on the software adapter.
  const here = names.filter((_, i) => isThorough || device === "cpu" || i % 3 === 0);
  test.each(here)("%s", async (name) => {
    const situation = new Situation(name);
    try {
      const model = await EmbeddingModel.load(situation.path, { device, dtype: "f32", onNotice: () => undefined });
      const { data } = await model.embed(situation.texts, situation.embed);
      await model.close();
      expect(data.length).toBe(situation.expected.length);
      expect(largestDifference(data, situation.expected)).toBeLessThan(1e-5);
    } finally {
      situation.remove();
    }
  });
});
