/** NaN, infinity and values beyond f16's range, in weights and in results: an error that names them, on each device; never a vector. */
import { describe, expect, test } from "vitest";
import { checkNormRange, readWeights } from "../../src/encoder/checked-weights.ts";
import { EmbeddingModel, ModelFileError, UnsupportedModelError } from "../../src/index.ts";
import type { WeightTensor } from "../../src/weights/weight-tensor.ts";
import { ModelFolder } from "../support/model-folder.ts";

const load = (folder: string, device: "gpu" | "cpu"): Promise<EmbeddingModel> =>
  EmbeddingModel.load(folder, { device, dtype: "f32", onNotice: () => undefined });

function tensorOf(...values: number[]): WeightTensor {
  const data = Float32Array.from(values);
  return {
    name: "t",
    shape: [values.length / 2, 2],
    storage: "F32",
    read: async (first = 0, count = 99) => data.slice(2 * first, 2 * (first + count)),
  };
}

describe("weights", () => {
  test.each([
    [[1, 2, NaN, 4], "f32", "The weight t holds NaN at position 2"],
    [[1, 2, 3, -Infinity], "f16", "The weight t holds -Infinity at position 3"],
    [[1, -65520, 3, 4], "f16", /The weight t holds -65520, beyond the range of f16.*dtype "f32"/],
  ] as const)("%j in %s are refused", async (values, storage, message) => {
    await expect(readWeights(tensorOf(...values), storage)).rejects.toThrow(message);
  });

  test("that each storage type holds are what they are", async () => {
    expect([...(await readWeights(tensorOf(65519, -3e-9), "f16"))]).toEqual([65519, Math.fround(-3e-9)]);
    expect([...(await readWeights(tensorOf(3e38, -3e38), "f32"))]).toEqual([3e38, -3e38].map(Math.fround));
  });

  test("of a norm whose result leaves f16's range are refused, and no others", () => {
    const weights = (largest: number): Float32Array =>
      Float32Array.from({ length: 65 }, (_, i) => (i === 9 ? -largest : 1));
    const bias = new Float32Array(65).fill(-4);
    // At most √64 times the weight, and the bias.
    expect(() => checkNormRange("n", weights(8187.5), bias)).not.toThrow();
    expect(() => checkNormRange("n", weights(8187.6), bias)).toThrow(
      /^The norm n gives values of up to 65505, beyond the range of f16.*dtype "f32"/,
    );
    expect(() => checkNormRange("n", weights(8187.6), null)).not.toThrow();
  });

  test("are placed by the whole tensor where a part is read", async () => {
    await expect(readWeights(tensorOf(0, 0, 0, 0, 0, NaN), "f32", 2, 1)).rejects.toThrow("position 5");
  });
});

describe.each(["gpu", "cpu"] as const)("on the %s", (device) => {
  test.each([
    ["embeddings.word_embeddings.weight", NaN],
    ["encoder.layer.1.attention.self.key.weight", Infinity],
    ["encoder.layer.0.output.LayerNorm.bias", -Infinity],
  ])("a model with %s of %s is refused by that name", async (name, value) => {
    const folder = new ModelFolder("bert");
    await folder.tensors((tensors) => (tensors.get(name)!.data[37] = value));
    const loading = load(folder.path, device);
    await expect(loading).rejects.toThrow(ModelFileError);
    await expect(loading).rejects.toThrow(
      new RegExp(`${name.replaceAll(".", String.raw`\.`)} holds ${value} at position 37`),
    );
    folder.remove();
  });

  test("results that are not finite are an error, of the call whose text it is", async () => {
    const folder = new ModelFolder("bert");
    await folder.tensors((tensors) => tensors.get("encoder.layer.1.output.LayerNorm.weight")!.data.fill(3e38));
    const model = await load(folder.path, device);
    const embedding = model.embed(["a text"]);
    await expect(embedding).rejects.toThrow(UnsupportedModelError);
    await expect(embedding).rejects.toThrow("values leave the range of f32 (NaN or infinity)");
    if (device === "gpu") expect(model.stats().gpu!.deviceReopened).toBe(0);
    await model.close();
    folder.remove();
  });
});
