/**
 * Whole models in f16, on adapters that have it: every tiny golden's worst text within cosine 0.9999 of PyTorch's f32, and an overflow
 * that is told, not returned. SwiftShader has no f16: there the one test left says that asking for it is an error.
 */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { openGpu } from "../../../src/gpu/device/context.ts";
import { floatToHalf } from "../../../src/weights/half-float.ts";
import { floatsToHalves } from "../../../src/weights/half-float.ts";
import { EmbeddingModel, Reranker } from "../../../src/index.ts";
import { floats, goldenTexts, readGolden, tinyModelFolder, tinyModels } from "../../support/goldens.ts";

const { report } = await openGpu(true);
const hasHalf = report.features.includes("shader-f16");
const texts = goldenTexts();
const quiet = { device: "gpu", dtype: "f16", onNotice: (): void => undefined } as const;

/** Smallest cosine of any row. */
function worstCosine(got: ArrayLike<number>, want: ArrayLike<number>, width: number): number {
  let worst = 1;
  for (let row = 0; row < want.length; row += width) {
    let dot = 0;
    let a = 0;
    let b = 0;
    for (let i = row; i < row + width; i++) {
      dot += got[i] * want[i];
      a += got[i] ** 2;
      b += want[i] ** 2;
    }
    worst = Math.min(worst, dot / Math.sqrt(a * b));
  }
  return worst;
}

if (hasHalf) {
  describe("f16 on this adapter", () => {
    test.each(tinyModels.filter((name) => !name.includes("reranker")))(
      "tiny/%s",
      async (name) => {
        const golden = floats(readGolden(`tiny/${name}/golden.safetensors`), "embedding");
        const model = await EmbeddingModel.load(tinyModelFolder(name), quiet);
        const { data, dimensions } = await model.embed(texts);
        expect(model.info().dtype).toBe("f16");
        expect(worstCosine(data, golden, dimensions)).toBeGreaterThanOrEqual(0.9999);
        await model.close();
      },
      // Compiling is most of it: a family of today has twice BERT's kernels.
      300_000,
    );

    test("a reranker's logits stay within a hundredth", async () => {
      const folder = tinyModelFolder("bert-reranker-1");
      const { pairs } = JSON.parse(readFileSync(join(folder, "golden.json"), "utf8")) as { pairs: [number, number][] };
      const golden = floats(readGolden("tiny/bert-reranker-1/golden.safetensors"), "logits");
      const reranker = await Reranker.load(folder, quiet);
      const rankings = await Promise.all(pairs.map(([query, text]) => reranker.rank(texts[query], [texts[text]])));
      rankings.forEach(([{ logits }], index) => expect(Math.abs(logits[0] - golden[index])).toBeLessThan(0.01));
      await reranker.close();
    }, 120_000);

    test("a model whose activations leave f16's range is an error, and right in f32", async () => {
      const folder = mkdtempSync(join(tmpdir(), "metal-candle-overflow-"));
      try {
        cpSync(tinyModelFolder("bert"), folder, { recursive: true, dereference: true });
        enlarge(join(folder, "model.safetensors"), "encoder.layer.0.intermediate.dense.bias", 70_000);
        const half = await EmbeddingModel.load(folder, quiet);
        await expect(half.embed(["a text"])).rejects.toThrow("leave the range of f16 (±65504)");
        await half.close();
        const full = await EmbeddingModel.load(folder, { ...quiet, dtype: "f32" });
        expect((await full.embed(["a text"])).length).toBe(1);
        await full.close();
      } finally {
        rmSync(folder, { recursive: true });
      }
    }, 120_000);
  });
} else {
  test("f16 is an error on an adapter without it", async () => {
    await expect(EmbeddingModel.load(tinyModelFolder("bert"), quiet)).rejects.toThrow(
      'dtype "f16" needs shader-f16, which',
    );
  });
}

test("f32 to f16 in bulk rounds as one at a time, and clamps", () => {
  const values = Float32Array.of(
    0,
    -0,
    1,
    -1,
    1 / 3,
    65504,
    65519,
    -1e9,
    6.1e-5,
    5.96e-8,
    3e-8,
    1e-9,
    0.1,
    2048.5,
    2049.5,
  );
  const expected = [...values].map((value) => floatToHalf(Math.max(-65504, Math.min(65504, value))));
  expect([...floatsToHalves(values)]).toEqual(expected);
});

/** Sets every element of an F32 tensor of a safetensors file. */
function enlarge(path: string, name: string, value: number): void {
  const bytes = readFileSync(path);
  const length = Number(bytes.readBigUInt64LE(0));
  const header = JSON.parse(bytes.subarray(8, 8 + length).toString()) as Record<
    string,
    { data_offsets: [number, number] }
  >;
  const [first, last] = header[name].data_offsets;
  for (let offset = first; offset < last; offset += 4) bytes.writeFloatLE(value, 8 + length + offset);
  writeFileSync(path, bytes);
}
