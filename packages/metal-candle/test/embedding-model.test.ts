/** EmbeddingModel against PyTorch's goldens, on each device: from text to vector, through our own tokenizer. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { isThorough } from "@ferris/testing";
import { EmbeddingModel } from "../src/index.ts";
import {
  bundledModelFolder,
  floats,
  goldenTexts,
  integers,
  largestDifference,
  readGolden,
  tinyModelFolder,
  tinyModels,
} from "./support/goldens.ts";

const texts = goldenTexts();
const devices = ["gpu", "cpu"] as const;
const quiet = { onNotice: (): void => undefined };
const embedders = tinyModels.filter((name) => !name.includes("reranker"));

function longestOf(counts: ArrayLike<number>): number {
  return Array.from(counts).indexOf(Math.max(...Array.from(counts)));
}

describe.each(devices)("on the %s", (device) => {
  test.each(embedders.map((name, number) => [name, number] as const))("tiny/%s", async (name, number) => {
    const golden = readGolden(`tiny/${name}/golden.safetensors`);
    const model = await EmbeddingModel.load(tinyModelFolder(name), { device, dtype: "f32", ...quiet });
    // A software adapter takes its time: it has a third for each model, another one for the next, and the longest always. `.ci/run` has all.
    const longest = longestOf(texts.map((text) => text.length));
    const isChosen = (i: number): boolean => i % 3 === number % 3 || i === longest || device === "cpu" || isThorough;
    const chosen = [...texts.keys()].filter(isChosen);
    const embeddings = await model.embed(chosen.map((i) => texts[i]));
    const wanted = floats(golden, "embedding");
    const width = wanted.length / texts.length;
    for (const [row, i] of chosen.entries()) {
      const right = wanted.subarray(i * width, (i + 1) * width);
      expect(largestDifference(embeddings.at(row), right), texts[i].slice(0, 30)).toBeLessThan(1e-5);
    }
    const starts = integers(golden, "cu_seqlens");
    expect([...embeddings.tokenCounts]).toEqual(chosen.map((i) => starts[i + 1] - starts[i]));
    expect(embeddings.truncated.length).toBeGreaterThan(0);
    if (device === "gpu") {
      // On the GPU bit for bit the same alone; engine-properties.test.ts goes further with a few of these models.
      for (const row of [0, longestOf(embeddings.tokenCounts)]) {
        expect((await model.embed([texts[chosen[row]]])).at(0)).toEqual(embeddings.at(row));
      }
    }
    await model.close();
  });

  test("a prompt that pooling leaves out", async () => {
    const golden = readGolden("tiny/bert-prompt-excluded/golden.safetensors");
    const model = await EmbeddingModel.load(tinyModelFolder("bert-prompt-excluded"), {
      device,
      dtype: "f32",
      ...quiet,
    });
    const embeddings = await model.embed(texts, { promptName: "query" });
    expect(largestDifference(embeddings.data, floats(golden, "embedding_query"))).toBeLessThan(1e-5);
    await model.close();
  });

  describe("the bundled model", () => {
    let model: EmbeddingModel;
    beforeAll(async () => {
      model = await EmbeddingModel.load(bundledModelFolder, { device, dtype: "f32", ...quiet });
    });
    afterAll(() => model.close());

    test("gives PyTorch's vectors", async () => {
      // Of its size a software adapter takes a second for a long text: each third there, the longest among them.
      const longest = longestOf(texts.map((text) => text.length));
      const chosen = [...texts.keys()].filter((i) => device === "cpu" || i % 3 === 0 || i === longest);
      const embeddings = await model.embed(chosen.map((i) => texts[i]));
      const wanted = floats(readGolden("real/all-MiniLM-L6-v2-q8/golden.safetensors"), "embedding");
      for (const [row, i] of chosen.entries()) {
        const right = wanted.subarray(i * 384, (i + 1) * 384);
        expect(largestDifference(embeddings.at(row), right), texts[i].slice(0, 30)).toBeLessThan(1e-5);
      }
    });

    test("info and stats say what runs", async () => {
      const info = model.info();
      expect(info).toMatchObject({
        device,
        dimensions: 384,
        maxLength: 256,
        pooling: ["mean"],
        normalize: true,
        dtype: "f32",
      });
      const { gpu } = model.stats();
      if (device === "gpu") expect(gpu?.dispatchesPerBatch).toBe(44);
      else expect(gpu).toBeNull();
    });
  });
});
