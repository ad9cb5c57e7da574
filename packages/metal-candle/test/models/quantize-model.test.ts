/** q8_block32 from an original: the format bit for bit, and a folder that loads. */
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { describePublishedModel } from "@ferris/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { InvalidArgumentError } from "../../src/errors.ts";
import { EmbeddingModel } from "../../src/index.ts";
import { cosineSimilarity } from "../../src/similarity.ts";
import { locateModel } from "../../src/hub/cache.ts";
import { quantizeModel } from "../../src/models/quantize-model.ts";
import { readModel } from "../../src/models/read-model.ts";
import { dequantize, quantize } from "../../src/weights/q8-block32.ts";
import { bundledModelFolder, largestDifference, tinyModelFolder } from "../support/goldens.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "metal-candle-quantize-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe("blocks", () => {
  test("scale and integers of a block, worked out by hand", () => {
    const block = new Float32Array(32);
    block.set([127, -127, 63.5, 0.5, 1.5, 2.5, -0.5]);
    const { quantized, scales } = quantize(block);
    expect([...scales]).toEqual([0x3c00]);
    expect([...quantized.subarray(0, 8)]).toEqual([127, -127, 64, 0, 2, 2, 0, 0]);
  });

  test("a block of zeros, and one whose scale is too small for a half", () => {
    const { quantized, scales } = quantize(new Float32Array(64).fill(1e-9, 32));
    expect([...scales]).toEqual([0, 0]);
    expect(quantized.every((q) => q === 0)).toBe(true);
  });

  test("a scale that was rounded down clips at 127", () => {
    const block = new Float32Array(32).fill(1);
    const { quantized, scales } = quantize(block);
    const back = new Float32Array(32);
    dequantize(quantized, scales, back);
    expect(quantized[0]).toBe(127);
    expect(largestDifference(back, block)).toBeLessThan(1 / 254);
  });
});

test("a quantised model loads, Dense layer included, and is close to the original", async () => {
  const out = join(folder, "dense");
  const progress: number[] = [];
  const result = await quantizeModel(tinyModelFolder("bert-dense"), out, {
    onProgress: ({ tensors }) => progress.push(tensors),
  });
  expect(progress).toEqual(Array.from({ length: result.tensors }, (_, index) => index + 1));
  expect(result.bytesAfter).toBeLessThan(0.4 * result.bytesBefore);
  const original = await readModel(tinyModelFolder("bert-dense"));
  const quantized = await readModel(out);
  expect(quantized.head.dense).toHaveLength(1);
  expect(quantized.encoder.wordEmbeddings.storage).toBe("q8_block32");
  expect(quantized.encoder.positionTable!.storage).toBe("F32");
  const table = await original.encoder.wordEmbeddings.read();
  const largest = table.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  expect(largestDifference(await quantized.encoder.wordEmbeddings.read(), table)).toBeLessThan(largest / 127);
  await original.close();
  await quantized.close();

  await expect(quantizeModel(tinyModelFolder("bert"), out)).rejects.toThrow(InvalidArgumentError);
  await expect(quantizeModel(out, join(folder, "again"))).rejects.toThrow(/quantised already/);
});

test("a folder with anything in it is left alone", async () => {
  await writeFile(join(folder, "mine.txt"), "keep");
  await expect(quantizeModel(tinyModelFolder("bert"), folder)).rejects.toThrow(/not empty/);
});

describePublishedModel("sentence-transformers/all-MiniLM-L6-v2", (cacheDir) => {
  test("becomes the bundled model, byte for byte", async () => {
    const out = join(folder, "minilm");
    const { folder: source } = await locateModel("sentence-transformers/all-MiniLM-L6-v2", { cacheDir });
    await quantizeModel(source, out);
    const made = await readFile(join(out, "model.safetensors"));
    expect(made.equals(await readFile(join(bundledModelFolder, "model.safetensors")))).toBe(true);
    const config = JSON.parse(await readFile(join(out, "config.json"), "utf8")) as unknown;
    expect(config).toEqual(JSON.parse(await readFile(join(bundledModelFolder, "config.json"), "utf8")));
  });
});

test("what a killed run left beside the folder is cleared away by the next, and another process's is not", async () => {
  const base = join(folder, "beside");
  const out = join(base, "out");
  // Process ids end far below this one.
  const dead = `${out}.2147483000.part`;
  const alive = `${out}.${process.ppid}.part`;
  for (const place of [dead, alive, out]) await mkdir(place, { recursive: true });
  for (const place of [dead, alive]) await writeFile(join(place, "model.safetensors"), "half");
  await quantizeModel(tinyModelFolder("bert"), out);
  expect((await readdir(base)).toSorted()).toEqual(["out", basename(alive)].toSorted());
  expect(await readdir(out)).toContain("config.json");
});

test.each(["modernbert", "qwen3", "gemma3-text", "nomic-bert", "gte-new", "eurobert", "distilbert", "electra"])(
  "%s in 8 bits has the vectors of the original, nearly",
  async (name) => {
    const out = join(folder, name);
    const { quantized, bytesBefore, bytesAfter } = await quantizeModel(tinyModelFolder(name), out);
    expect(quantized).toBeGreaterThan(8);
    expect(bytesAfter).toBeLessThan(0.32 * bytesBefore);
    const texts = ["8 bits of every weight", "and a text that is a little longer than the first of the two"];
    const vectors = await Promise.all(
      [tinyModelFolder(name), out].map(async (path) => {
        const model = await EmbeddingModel.load(path, { device: "cpu", onNotice: () => undefined });
        const embeddings = await model.embed(texts);
        await model.close();
        return embeddings;
      }),
    );
    for (let text = 0; text < texts.length; text++) {
      expect(cosineSimilarity(vectors[0].at(text), vectors[1].at(text))).toBeGreaterThan(0.995);
    }
  },
);
