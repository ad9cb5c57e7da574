/**
 * What load() is given: wrong arguments are told before a device is looked for or a model read, and what fails leaves no file open.
 */
import { readdirSync, readlinkSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openWebGpu } from "#platform/webgpu";
import { DeviceLostError, EmbeddingModel, InvalidArgumentError, Reranker, type LoadOptions } from "../src/index.ts";
import { goldenTexts, tinyModelFolder } from "./support/goldens.ts";
import { ModelFolder } from "./support/model-folder.ts";

const quiet = { onNotice: (): void => undefined };
const texts = goldenTexts();

/** Files that this process has open in a folder. Only Linux says; elsewhere it is none. */
function openFiles(folder: string): string[] {
  if (process.platform !== "linux") return [];
  return readdirSync("/proc/self/fd").flatMap((descriptor) => {
    try {
      const path = readlinkSync(`/proc/self/fd/${descriptor}`);
      return path.startsWith(folder) ? [path] : [];
    } catch {
      // The descriptor that listed the folder, gone by now.
      return [];
    }
  });
}

/** A new device of the adapter that the tests run on. */
async function newDevice(): Promise<GPUDevice> {
  const adapter = await (await openWebGpu()).gpu!.requestAdapter();
  return adapter!.requestDevice();
}

describe("load", () => {
  let folder: ModelFolder;
  let gpuDevice: GPUDevice;
  beforeAll(async () => {
    folder = new ModelFolder("bert");
    gpuDevice = await newDevice();
  });
  afterAll(() => {
    folder.remove();
    gpuDevice.destroy();
  });

  const wrong: [string, () => object, string | RegExp][] = [
    ["an unknown device", () => ({ device: "tpu", gpuDevice }), 'device is "tpu"'],
    ["an unknown dtype", () => ({ dtype: "f8", gpuDevice }), 'dtype is "f8"'],
    ["the CPU and a GPUDevice", () => ({ device: "cpu", gpuDevice }), 'device is "cpu", and a gpuDevice was given'],
    ["a GPUDevice that is not one", () => ({ gpuDevice: {} }), "gpuDevice is an object; it must be a GPUDevice"],
    ["null for a GPUDevice", () => ({ gpuDevice: null }), "gpuDevice is null; it must be a GPUDevice"],
    ["f16 on the CPU", () => ({ device: "cpu", dtype: "f16" }), 'dtype is "f16"'],
    ["a maximum length beyond the model's", () => ({ maxLength: 9999 }), /maxLength is 9999; .* from 3 to \d+/],
    ["more dimensions than the model has", () => ({ dimensions: 65 }), "dimensions is 65"],
    ["a token budget of zero", () => ({ tokenBudget: 0 }), "tokenBudget is 0"],
    ["half a token", () => ({ tokenBudget: 1.5, device: "cpu" }), "tokenBudget is 1.5"],
    ["a token budget in words", () => ({ tokenBudget: "many", device: "cpu" }), "tokenBudget is many"],
    ["a prompt that is not text", () => ({ prompts: { query: 5 } }), 'The prompt "query" is the number 5'],
    ["a signal that is not an AbortSignal", () => ({ signal: {} }), "signal is an object; it must be an AbortSignal"],
  ];
  test.each(wrong)("refuses %s, and leaves no file open", async (_, options, message) => {
    const loading = EmbeddingModel.load(folder.path, { ...quiet, ...options() } as LoadOptions);
    const error = await loading.then(
      () => null,
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(InvalidArgumentError);
    expect((error as Error).message).toMatch(message);
    expect(openFiles(folder.path)).toEqual([]);
  });

  test("refuses dimensions before it reads weights", async () => {
    const damaged = new ModelFolder("bert");
    await damaged.tensors((tensors) => tensors.get("embeddings.word_embeddings.weight")!.data.fill(Number.NaN));
    const loading = EmbeddingModel.load(damaged.path, { device: "cpu", dimensions: 65, onNotice: () => undefined });
    await expect(loading).rejects.toThrow("dimensions is 65");
    damaged.remove();
  });

  test("refuses a model of the other kind, or an abort while it loads, and leaves no file open", async () => {
    await expect(Reranker.load(folder.path, quiet)).rejects.toThrow("Load it with EmbeddingModel.load");
    const abort = new AbortController();
    const loading = EmbeddingModel.load(folder.path, { ...quiet, signal: abort.signal });
    abort.abort(new Error("changed my mind"));
    await expect(loading).rejects.toThrow("changed my mind");
    expect(openFiles(folder.path)).toEqual([]);
  });

  test("refuses a device that is lost, and leaves no file open", async () => {
    const lost = await newDevice();
    lost.destroy();
    const loading = EmbeddingModel.load(folder.path, { ...quiet, gpuDevice: lost });
    await expect(loading).rejects.toThrow(DeviceLostError);
    await expect(loading).rejects.toThrow("lost while gpuDevice was taken over: destroyed");
    expect(openFiles(folder.path)).toEqual([]);
  });

  test("refuses a name that is not a string, and options that are not an object", async () => {
    const load = (...given: unknown[]): Promise<EmbeddingModel> =>
      EmbeddingModel.load(...(given as Parameters<typeof EmbeddingModel.load>));
    await expect(load()).rejects.toThrow("The model's id or folder is missing; it must be a string.");
    await expect(load(5)).rejects.toThrow(InvalidArgumentError);
    await expect(load(folder.path, null)).rejects.toThrow("The options are null; they must be an object, or left out.");
    await expect(Reranker.load(folder.path, "gpu" as LoadOptions)).rejects.toThrow(InvalidArgumentError);
  });

  test("uses the caller's device and no other", async () => {
    const model = await EmbeddingModel.load(folder.path, { ...quiet, device: "gpu", dtype: "f32", gpuDevice });
    expect(model.info()).toMatchObject({ device: "gpu", reason: "the GPUDevice that the caller gave" });
    expect((await model.embed(["a text"])).length).toBe(1);
    await model.close();
    expect(openFiles(folder.path)).toEqual([]);
  });
});

describe("tokenBudget on the CPU device", () => {
  test("bounds a batch, and a text longer than it is a batch alone", async () => {
    const load = (options: LoadOptions): Promise<EmbeddingModel> =>
      EmbeddingModel.load(tinyModelFolder("bert"), { ...quiet, device: "cpu", ...options });
    const usual = await load({});
    const small = await load({ tokenBudget: 8 });
    expect(small.info().tokenBudget).toBe(8);
    const expected = await usual.embed(texts);
    const got = await small.embed(texts);
    // How onnxruntime sums depends on the padded shape: to rounding, not bit for bit.
    got.data.forEach((value, index) => expect(Math.abs(value - expected.data[index])).toBeLessThan(1e-5));
    const long = got.tokenCounts.filter((count) => count > 8).length;
    const shortTokens = got.tokenCounts.filter((count) => count <= 8).reduce((sum, count) => sum + count, 0);
    expect(long).toBeGreaterThan(0);
    expect(small.stats().batches).toBeGreaterThanOrEqual(long + Math.ceil(shortTokens / 8));
    expect(small.stats().batches).toBeGreaterThan(usual.stats().batches);
    await Promise.all([usual.close(), small.close()]);
  });

  test("of more than a batch can hold is what it can hold", async () => {
    const model = await EmbeddingModel.load(tinyModelFolder("bert"), { ...quiet, device: "cpu", tokenBudget: 1e12 });
    expect(model.info().tokenBudget).toBeLessThan(1e6);
    expect((await model.embed(texts)).length).toBe(texts.length);
    await model.close();
  });
});
