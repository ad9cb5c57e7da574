/**
 * Static tables against sentence-transformers (goldens/static, made by scripts/goldens/static_models.py): the layouts that are published,
 * on whatever device is asked for, and what is wrong in a folder by name.
 */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { EmbeddingModel, ModelFileError, UnsupportedModelError } from "../src/index.ts";
import { floats, goldensFolder, goldenTexts, largestDifference, readGolden } from "./support/goldens.ts";

const folderOf = (name: string): string => join(goldensFolder, "static", name);
const load = (folder: string, device: "cpu" | "gpu" | "auto" = "cpu"): Promise<EmbeddingModel> =>
  EmbeddingModel.load(folder, { device, onNotice: () => undefined });

const copies: string[] = [];
afterEach(() => {
  for (const path of copies.splice(0)) rmSync(path, { recursive: true });
});

function copy(name: string): string {
  const path = mkdtempSync(join(tmpdir(), "metal-candle-static-"));
  cpSync(folderOf(name), path, { recursive: true });
  copies.push(path);
  return path;
}

describe.each(["saved", "potion", "folder"])("%s", (name) => {
  const golden = readGolden(`static/${name}/golden.safetensors`);

  test.each(["cpu", "gpu", "auto"] as const)("device %s: sentence-transformers' vectors", async (device) => {
    const model = await load(folderOf(name), device);
    const { data } = await model.embed(goldenTexts());
    expect(largestDifference(data, floats(golden, "embedding"))).toBeLessThan(1e-5);
    expect(model.info()).toMatchObject({ device: "cpu", modelType: "static", numerics: "static-f32", adapter: null });
    await model.close();
  });

  test("each text alone gives the same bits as all together", async () => {
    const model = await load(folderOf(name));
    const together = await model.embed(goldenTexts());
    for (const [i, text] of goldenTexts().entries()) expect(await model.embed(text)).toEqual(together.at(i));
    await model.close();
  });
});

test("device gpu is told once where the lookups run", async () => {
  const notices: string[] = [];
  const model = await EmbeddingModel.load(folderOf("saved"), { device: "gpu", onNotice: (text) => notices.push(text) });
  expect(notices.join()).toMatch(/runs on the CPU: this model is a table/);
  await model.close();
});

test("prompts, under each name that documents have", async () => {
  const golden = readGolden("static/folder/golden.safetensors");
  const model = await load(folderOf("folder"));
  const queries = await model.embed(goldenTexts(), { promptName: "query" });
  expect(largestDifference(queries.data, floats(golden, "embedding_query"))).toBeLessThan(1e-5);
  for (const promptName of ["document", "passage"]) {
    const { data } = await model.embed(goldenTexts(), { promptName });
    expect(largestDifference(data, floats(golden, "embedding"))).toBeLessThan(1e-5);
  }
  await model.close();
});

test("fewer dimensions, normalised or not", async () => {
  const model = await load(folderOf("saved"));
  const whole = await model.embed("the quick brown fox", { normalize: false });
  const short = await model.embed("the quick brown fox", { dimensions: 16, normalize: true });
  expect(short.length).toBe(16);
  const norm = Math.hypot(...whole.subarray(0, 16));
  for (const [i, value] of short.entries()) expect(value).toBeCloseTo(whole[i] / norm, 6);
  await model.close();
});

test("a text is read whole, however long, unless tokenizer.json has a limit", async () => {
  const long = "fox ".repeat(20_000);
  const [limited, unlimited] = await Promise.all([load(folderOf("saved")), load(folderOf("potion"))]);
  expect((await limited.embed([long])).truncated).toEqual([0]);
  expect(limited.info().maxLength).toBe(128);
  expect((await unlimited.embed([long])).truncated).toEqual([]);
  await Promise.all([limited.close(), unlimited.close()]);
});

test("model2vec's own files, without modules.json", async () => {
  const folder = copy("potion");
  rmSync(join(folder, "modules.json"));
  const model = await load(folder);
  const { data } = await model.embed(goldenTexts());
  expect(largestDifference(data, floats(readGolden("static/potion/golden.safetensors"), "embedding"))).toBeLessThan(
    1e-5,
  );
  await model.close();
});

describe("what is wrong is named", () => {
  interface RawTensor {
    readonly dtype: string;
    readonly shape: readonly number[];
    readonly data: Float32Array | Int32Array | Int8Array;
  }
  const f32 = (...shape: number[]): RawTensor => ({
    dtype: "F32",
    shape,
    data: new Float32Array(shape.reduce((a, b) => a * b, 1)),
  });
  /** A safetensors file of whatever types. */
  const weights = (tensors: Record<string, RawTensor>) => async (folder: string) => {
    let end = 0;
    const entries = Object.entries(tensors).map(([tensor, { dtype, shape, data }]) => {
      const start = end;
      end += data.byteLength;
      return [tensor, { dtype, shape, data_offsets: [start, end] }];
    });
    const text = JSON.stringify(Object.fromEntries(entries));
    const header = Buffer.from(text.padEnd(Math.ceil(text.length / 8) * 8));
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(header.length));
    const parts = Object.values(tensors).map(({ data }) => Buffer.from(data.buffer, data.byteOffset, data.byteLength));
    writeFileSync(join(folder, "model.safetensors"), Buffer.concat([length, header, ...parts]));
  };
  const modules =
    (...types: string[]) =>
    async (folder: string) => {
      const list = types.map((type, i) => ({ idx: i, name: `${i}`, path: i === 0 ? "" : `${i}`, type }));
      writeFileSync(join(folder, "modules.json"), JSON.stringify(list));
    };
  const st = "sentence_transformers.models.";

  test.each<[string, (folder: string) => Promise<void>, RegExp, typeof ModelFileError | typeof UnsupportedModelError]>([
    ["no table", weights({ other: f32(2, 2) }), /neither "embedding.weight" nor "embeddings"/, ModelFileError],
    [
      "a table of one dimension",
      weights({ embeddings: f32(12) }),
      /"embeddings".*\[12\].*\[tokens, dimensions\]/,
      ModelFileError,
    ],
    [
      "a quantised table",
      weights({ embeddings: { dtype: "I8", shape: [2, 2], data: new Int8Array(4) } }),
      /"embeddings".*I8/,
      UnsupportedModelError,
    ],
    [
      "weights of another length",
      weights({ embeddings: f32(9, 2), weights: f32(8) }),
      /"weights".*\[8\]; there are 9 tokens/,
      ModelFileError,
    ],
    [
      "a mapping to a row that is not there",
      weights({ embeddings: f32(2, 2), mapping: { dtype: "I32", shape: [3000], data: new Int32Array(3000).fill(2) } }),
      /"mapping".*row 2.*the table has 2/,
      ModelFileError,
    ],
    [
      "a mapping of fractions",
      weights({ embeddings: f32(2, 2), mapping: f32(3000) }),
      /"mapping".*F32; supported are I64 and I32/,
      UnsupportedModelError,
    ],
    ["a tensor of no use", weights({ embeddings: f32(2, 2), bias: f32(2) }), /"bias"/, UnsupportedModelError],
    [
      "a table with NaN",
      weights({ "embedding.weight": { ...f32(3000, 2), data: new Float32Array(6000).fill(NaN) } }),
      /NaN/,
      ModelFileError,
    ],
    [
      "no tokenizer",
      async (folder) => rmSync(join(folder, "tokenizer.json")),
      /tokenizer\.json is missing/,
      ModelFileError,
    ],
    [
      "a Dense behind it",
      modules(`${st}StaticEmbedding`, `${st}Dense`),
      /Dense\) follows a StaticEmbedding/,
      UnsupportedModelError,
    ],
    [
      "a Router",
      modules("sentence_transformers.base.modules.router.Router"),
      /module 0 is of the type Router.*different modules/,
      UnsupportedModelError,
    ],
    ["an Asym", modules(`${st}Asym`), /module 0 is of the type Asym/, UnsupportedModelError],
    [
      "a sparse table",
      modules("sentence_transformers.sparse_encoder.modules.sparse_static_embedding.SparseStaticEmbedding"),
      /SparseStaticEmbedding.*sparse vectors/,
      UnsupportedModelError,
    ],
  ])("%s", async (_, breakIt, message, kind) => {
    const folder = copy("saved");
    await breakIt(folder);
    const loading = load(folder);
    await expect(loading).rejects.toThrow(message);
    await expect(loading).rejects.toThrow(kind);
  });

  test("a truncation of another kind", async () => {
    const folder = copy("saved");
    const path = join(folder, "tokenizer.json");
    const json = JSON.parse(readFileSync(path, "utf8")) as object;
    writeFileSync(path, JSON.stringify({ ...json, truncation: { max_length: "many" } }));
    await expect(load(folder)).rejects.toThrow(/truncation whose "max_length" is "many"/);
  });
});
