/** Vectors of single tokens: PyTorch's last hidden states on every device, the same bits in any batch, and what callers may ask for. */
import { expect, test } from "vitest";
import { describeGpu, eachDevice, isThorough } from "@ferris/testing";
import { EmbeddingModel, InvalidArgumentError, ModelClosedError } from "../src/index.ts";
import { openGpu } from "../src/gpu/device/context.ts";
import {
  bundledModelFolder,
  floats,
  goldensFolder,
  goldenTexts,
  integers,
  largestDifference,
  readGolden,
  tinyModelFolder,
} from "./support/goldens.ts";

/** Some of the goldens' texts, by their places there: short ones, long ones, and some that are cut. */
const places = goldenTexts().flatMap((_, place) => (isThorough || place % 5 === 0 ? [place] : []));
const texts = places.map((place) => goldenTexts()[place]);
const quiet = { dtype: "f32", onNotice: (): void => undefined } as const;

/** One of each way in which families end: LayerNorm of the sum, a final norm, a final RMSNorm, a width that fills no whole vec4, Dense layers behind. */
const usual = ["bert", "modernbert", "qwen3", "bert-odd"];
const families = isThorough ? [...usual, "mpnet", "gemma3-text", "bert-dense-expand", "nomic-bert"] : usual;

eachDevice("last hidden states", (device) => {
  test.each(families)("%s: PyTorch's, with the ids they belong to", async (name) => {
    const golden = readGolden(`tiny/${name}/golden.safetensors`);
    const hidden = floats(golden, "last_hidden_state");
    const starts = integers(golden, "cu_seqlens");
    await using model = await EmbeddingModel.load(tinyModelFolder(name), { ...quiet, device });
    const vectors = await model.embedTokens(texts);
    const largest = hidden.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
    for (const [index, { data, ids, dimensions }] of vectors.entries()) {
      const [start, end] = [starts[places[index]], starts[places[index] + 1]];
      expect(ids).toEqual(integers(golden, "input_ids").slice(start, end));
      const wanted = hidden.subarray(start * dimensions, end * dimensions);
      expect(largestDifference(data, wanted) / largest).toBeLessThan(1e-5);
    }
    const { truncated } = await model.embed(texts);
    expect(vectors.flatMap((each, index) => (each.truncated ? [index] : []))).toEqual(truncated);
  });

  test("calls of both kinds at once get their own, and neither changes the other", async () => {
    await using model = await EmbeddingModel.load(tinyModelFolder("bert"), { ...quiet, device });
    const alone = await model.embed(texts);
    const [rows, tokens, again, one] = await Promise.all([
      model.embed(texts),
      model.embedTokens(texts),
      model.embed(texts, { normalize: true }),
      model.embedTokens(texts[3]),
    ]);
    expect(largestDifference(rows.data, alone.data)).toBeLessThan(1e-6);
    expect(again.dimensions).toBe(alone.dimensions);
    expect(largestDifference(one.data, tokens[3].data)).toBeLessThan(1e-6);
    // The model's head is the mean and no norm: the mean of the tokens is the text's vector.
    const mean = Float32Array.from({ length: one.dimensions }, (_, column) =>
      [...one].reduce((sum, vector) => sum + vector[column] / one.length, 0),
    );
    const scale = Math.hypot(...mean) / Math.hypot(...alone.at(3));
    expect(
      largestDifference(
        mean,
        alone.at(3).map((value) => value * scale),
      ),
    ).toBeLessThan(1e-6);
  });

  test("prompts are read, nothing gives nothing, and what is wrong is said", async () => {
    const model = await EmbeddingModel.load(tinyModelFolder("bert"), { ...quiet, device });
    const prompted = await model.embedTokens("text", { prompt: "a query " });
    expect(prompted.ids).toEqual(model.tokenIds("text", { prompt: "a query " }));
    expect(await model.embedTokens([])).toEqual([]);
    const empty = await model.embedTokens("");
    expect(empty.length).toBe(2);
    expect(empty.at(-1)).toEqual(empty.at(1));
    expect(() => empty.at(2)).toThrow(RangeError);
    await expect(model.embedTokens([7 as unknown as string])).rejects.toThrow(InvalidArgumentError);
    await expect(model.embedTokens("x", { promptName: "none such" })).rejects.toThrow("none such");
    await expect(model.embedTokens(texts, { signal: AbortSignal.abort(new Error("gone")) })).rejects.toThrow("gone");
    await model.close();
    await expect(model.embedTokens("x")).rejects.toThrow(ModelClosedError);
  });

  test("what a call cost is told, and each batch", async () => {
    const batches: number[] = [];
    const onBatch = ({ tokens }: { tokens: number }): void => void batches.push(tokens);
    await using model = await EmbeddingModel.load(tinyModelFolder("bert"), { ...quiet, device, onBatch });
    const costs: { tokens: number; inference: number; queue: number; tokenization: number }[] = [];
    const { tokenCounts } = await model.embed(texts, { onCost: (cost) => costs.push(cost) });
    const tokens = tokenCounts.reduce((sum, count) => sum + count, 0);
    expect(costs).toHaveLength(1);
    expect(costs[0].tokens).toBe(tokens);
    expect(batches.reduce((sum, count) => sum + count, 0)).toBe(tokens);
    expect(costs[0].inference).toBeGreaterThan(0);
    for (const milliseconds of [costs[0].queue, costs[0].tokenization]) expect(milliseconds).toBeGreaterThanOrEqual(0);
  });
});

test("a static table gives each token's own row", async () => {
  await using model = await EmbeddingModel.load(`${goldensFolder}static/saved`, { ...quiet, device: "cpu" });
  const text = texts.find((each) => model.countTokens(each) > 2)!;
  const tokens = await model.embedTokens(text);
  const [first] = await model.embedTokens([text]);
  expect(tokens.data).toEqual(first.data);
  expect(tokens.length).toBe(model.countTokens(text));
  expect(new Set(tokens.data).size).toBeGreaterThan(1);
});

describeGpu("on the GPU", () => {
  test("a token's vector has the same bits in any batch", async () => {
    const folder = tinyModelFolder("modernbert");
    const gpu = { ...quiet, device: "gpu" } as const;
    await using model = await EmbeddingModel.load(folder, gpu);
    await using small = await EmbeddingModel.load(folder, { ...gpu, tokenBudget: 1 });
    const together = await model.embedTokens(texts);
    expect(together).toHaveLength(texts.length);
    const backwards = await model.embedTokens(texts.toReversed());
    const tight = await small.embedTokens(texts);
    for (const [index, text] of texts.entries()) {
      expect(backwards[texts.length - 1 - index].data).toEqual(together[index].data);
      expect(tight[index].data).toEqual(together[index].data);
      if (index % 4 === 0) expect((await model.embedTokens(text)).data).toEqual(together[index].data);
    }
  });

  test("buffers for it are made once, at the first call, and freed; a lost device brings new ones", async () => {
    const others = { ...(await openGpu(true)).allocations };
    const model = await EmbeddingModel.load(tinyModelFolder("bert"), { ...quiet, device: "gpu" });
    const buffers = (): number => model.stats().gpu!.gpuBuffers;
    const before = buffers();
    const expected = await model.embedTokens(texts);
    expect(buffers()).toBe(before + 3);
    await model.embedTokens(texts);
    expect(buffers()).toBe(before + 3);
    const lost = await openGpu(true);
    lost.loss.reason = "rows came back that are not this batch's";
    expect((await model.embedTokens(texts)).map(({ data }) => data)).toEqual(expected.map(({ data }) => data));
    expect(lost.allocations).toEqual(others);
    await model.close();
    expect((await openGpu(true)).allocations).toEqual({ buffers: 0, bytes: 0 });
  });

  test("the bundled model: as on the CPU", async () => {
    await using gpu = await EmbeddingModel.load(bundledModelFolder, { ...quiet, device: "gpu" });
    await using cpu = await EmbeddingModel.load(bundledModelFolder, { ...quiet, device: "cpu" });
    const [ours, theirs] = await Promise.all([
      gpu.embedTokens("how to bake bread"),
      cpu.embedTokens("how to bake bread"),
    ]);
    expect(largestDifference(ours.data, theirs.data)).toBeLessThan(1e-5);
    // Compiling its matrix kernels takes lavapipe a minute.
  }, 300_000);
});

const hasHalf = (await openGpu(true).catch(() => null))?.report.features.includes("shader-f16") ?? false;
test.runIf(hasHalf)("f16: within a cosine of 0.9999 of PyTorch, in f32", async () => {
  const golden = readGolden("tiny/qwen3/golden.safetensors");
  const hidden = floats(golden, "last_hidden_state");
  await using model = await EmbeddingModel.load(tinyModelFolder("qwen3"), { ...quiet, device: "gpu", dtype: "f16" });
  const starts = integers(golden, "cu_seqlens");
  for (const [index, vectors] of (await model.embedTokens(texts)).entries()) {
    for (const [token, vector] of [...vectors].entries()) {
      const row = starts[places[index]] + token;
      const wanted = hidden.subarray(row * 64, (row + 1) * 64);
      const dot = vector.reduce((sum, value, i) => sum + value * wanted[i], 0);
      expect(dot / (Math.hypot(...vector) * Math.hypot(...wanted))).toBeGreaterThan(0.9999);
    }
  }
});
