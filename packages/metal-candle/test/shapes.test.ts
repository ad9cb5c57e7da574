/**
 * Shapes that published encoders have beside the usual ones: heads of any size, and a config that names fewer layers than the file has.
 * sentence-transformers is the measure where there is a golden; else the CPU device is, which does not fill up heads.
 */
import { describe, expect, test } from "vitest";
import { describeGpu } from "@ferris/testing";
import { EmbeddingModel } from "../src/index.ts";
import { largestDifference } from "./support/goldens.ts";
import { ModelFolder } from "./support/model-folder.ts";
import { Situation } from "./support/situations.ts";

type Device = "gpu" | "cpu";
const load = (folder: string, device: Device): Promise<EmbeddingModel> =>
  EmbeddingModel.load(folder, { device, dtype: "f32", onNotice: () => undefined });

describe.each<Device>(["gpu", "cpu"])("on the %s", (device) => {
  test.each(["head26", "fewer-layers"])("%s gives PyTorch's vectors", async (name) => {
    const situation = new Situation(name);
    const model = await load(situation.path, device);
    const { data } = await model.embed(situation.texts);
    expect(largestDifference(data, situation.expected)).toBeLessThan(1e-5);
    const warned = model.info().warnings.join();
    if (name === "fewer-layers")
      expect(warned).toContain("has 2 layers; the model's config names 1, and the others are left out");
    else expect(warned).not.toContain("layers");
    await model.close();
    situation.remove();
  });
});

/** tiny/bert with another hidden size, its weights random. */
async function bertOf(hidden: number, heads: number): Promise<ModelFolder> {
  const folder = new ModelFolder("bert");
  folder.set("config.json", { hidden_size: hidden, num_attention_heads: heads });
  folder.set("1_Pooling/config.json", { word_embedding_dimension: hidden });
  let state = 1;
  const random = (): number => (state = (state * 48271) % 2147483647) / 2147483647 - 0.5;
  await folder.tensors((tensors) => {
    for (const [name, tensor] of tensors) {
      const shape = tensor.shape.map((dimension) => (dimension === 64 ? hidden : dimension));
      const length = shape.reduce((product, dimension) => product * dimension, 1);
      const offset = name.endsWith("LayerNorm.weight") ? 1 : 0;
      tensors.set(name, { shape, data: Float32Array.from({ length }, () => offset + random() / 4) });
    }
  });
  return folder;
}

describeGpu("heads of any size", () => {
  test.each([
    [64, 64],
    [64, 32],
    [60, 10],
    [132, 4],
    [160, 1],
    // No whole vec4s: neither rows nor heads.
    [66, 3],
    [400, 2],
  ])("hidden size %d in %d heads: the devices agree", async (hidden, heads) => {
    const folder = await bertOf(hidden, heads);
    const texts = ["a text", "", "and a longer one, with a good many more words than the other two of this batch have"];
    const [gpu, cpu] = [await load(folder.path, "gpu"), await load(folder.path, "cpu")];
    const [ours, theirs] = [await gpu.embed(texts), await cpu.embed(texts)];
    expect(largestDifference(ours.data, theirs.data)).toBeLessThan(2e-6);
    await Promise.all([gpu.close(), cpu.close()]);
    folder.remove();
  });
});
