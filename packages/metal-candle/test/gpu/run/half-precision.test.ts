/**
 * Whole models in f16, on adapters that have it: every tiny golden's worst text within cosine 0.9999 of PyTorch's f32, and f32 for what f16
 * does not hold. SwiftShader has no f16: there the one test left says that asking for it is an error.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { openGpu } from "../../../src/gpu/device/context.ts";
import { floatToHalf } from "../../../src/weights/half-float.ts";
import { floatsToHalves } from "../../../src/weights/half-float.ts";
import { EmbeddingModel, Reranker } from "../../../src/index.ts";
import { floats, goldenTexts, readGolden, tinyModelFolder, tinyModels } from "../../support/goldens.ts";
import { ModelFolder } from "../../support/model-folder.ts";

const { report } = await openGpu(true);
const hasHalf = report.features.includes("shader-f16");
const texts = goldenTexts();
/** Some of the texts leave f16's range with it, and some do not. */
const enlargement = 16_000;
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

    test("texts whose values leave f16's range are computed in f32, the others as ever, whatever their neighbours", async () => {
      // What goes into the second product of a feed-forward layer, enlarged, and made small again by that product.
      const folder = new ModelFolder("bert");
      await folder.tensors((tensors) => {
        for (const [name, factor] of [
          ["encoder.layer.0.intermediate.dense.weight", enlargement],
          ["encoder.layer.0.output.dense.weight", 1 / enlargement],
        ] as const) {
          const { data } = tensors.get(name)!;
          data.forEach((value, i) => (data[i] = factor * value));
        }
      });
      const notices: string[] = [];
      const others = { ...(await openGpu(true)).allocations };
      // Plain code: of matrix units software adapters compile a great many variants.
      const plain = { ...quiet, numerics: "scalar" } as const;
      const full = await EmbeddingModel.load(folder.path, { ...plain, dtype: "f32" });
      const half = await EmbeddingModel.load(folder.path, { ...plain, onNotice: (line) => notices.push(line) });
      const inF32 = await full.embed(texts);
      expect(half.info().beyondHalf).toBe(null);
      const rows = await half.embed(texts);
      const beyond = texts.filter((_, i) => rows.at(i).every((value, column) => value === inF32.at(i)[column]));
      expect(half.stats().gpu!.textsBeyondHalf).toBe(beyond.length);
      expect(beyond.length).toBeGreaterThan(0);
      expect(beyond.length).toBeLessThan(texts.length);
      expect(worstCosine(rows.data, inF32.data, rows.dimensions)).toBeGreaterThanOrEqual(0.9999);
      expect(half.info()).toMatchObject({ dtype: "f16", beyondHalf: full.info().numerics });
      expect(notices.filter((line) => line.includes("leave the range of f16"))).toHaveLength(1);
      for (const [i, text] of texts.entries()) expect((await half.embed([text])).at(0)).toEqual(rows.at(i));
      const [ofHalf, ofFull] = [await half.embedTokens(texts), await full.embedTokens(texts)];
      for (const [i, text] of texts.entries()) {
        if (beyond.includes(text)) expect(ofHalf[i].data).toEqual(ofFull[i].data);
      }
      await half.close();
      await full.close();
      expect((await openGpu(true)).allocations).toEqual(others);
      folder.remove();
    }, 300_000);

    test("weights beyond f16's range put the whole model into f32 where the storage was left to us, and that is said", async () => {
      const folder = new ModelFolder("bert");
      await folder.tensors((tensors) => tensors.get("encoder.layer.0.output.dense.bias")!.data.fill(1));
      await folder.tensors((tensors) => (tensors.get("encoder.layer.0.output.dense.weight")!.data[3] = 70_000));
      await expect(EmbeddingModel.load(folder.path, quiet)).rejects.toThrow("beyond the range of f16 (±65504)");
      // The adapter at hand, taken for a real one: a software adapter has f32 by default.
      const pretended = report as { software: boolean };
      const { software } = report;
      const notices: string[] = [];
      pretended.software = false;
      try {
        const options = {
          ...quiet,
          numerics: "scalar",
          dtype: "auto",
          onNotice: (line: string) => notices.push(line),
        } as const;
        const model = await EmbeddingModel.load(folder.path, options);
        expect(model.info().dtype).toBe("f32");
        expect(notices).toContainEqual(expect.stringMatching(/is stored in f32\. The weight .*output\.dense\.weight/));
        await model.close();
      } finally {
        pretended.software = software;
        folder.remove();
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
