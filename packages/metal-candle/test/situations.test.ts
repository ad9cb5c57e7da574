/**
 * Situations that published models are in (goldens/situations): each gives sentence-transformers' vectors on the CPU device. The texts
 * that the GPU path computes otherwise have tests of their own.
 */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { EmbeddingModel } from "../src/index.ts";
import { goldensFolder } from "./support/goldens.ts";
import { Situation } from "./support/situations.ts";

const names = readdirSync(join(goldensFolder, "situations")).filter((name) => name !== "model" && !/prompt/.test(name));

test.each(names)("%s", async (name) => {
  const situation = new Situation(name);
  try {
    const model = await EmbeddingModel.load(situation.path, { device: "cpu", onNotice: () => undefined });
    const { data } = await model.embed(situation.texts, situation.embed);
    await model.close();
    expect(data.length).toBe(situation.expected.length);
    const differences = data.map((value, index) => Math.abs(value - situation.expected[index]));
    expect(Math.max(...differences)).toBeLessThan(1e-5);
  } finally {
    situation.remove();
  }
});
