/** The same numbers in a browser: models of each type, from ordinary files over HTTP, on the GPU path of a real page. */
import { join } from "node:path";
import { describeBrowser, openBrowserPage, type BrowserPage } from "@ferris/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  bundledModelFolder,
  floats,
  goldenTexts,
  goldensFolder,
  largestDifference,
  readGolden,
} from "../support/goldens.ts";
import type { PageResult } from "./embed-page.ts";

const models = [
  "tiny/bert",
  "tiny/bert-odd",
  "tiny/bert-head64-cls",
  "tiny/bert-dense",
  "tiny/mpnet",
  "tiny/roberta",
  "tiny/xlm-roberta",
];

describeBrowser("embedding in a page", (program) => {
  let page: BrowserPage;
  beforeAll(async () => {
    page = await openBrowserPage(program, {
      entry: join(import.meta.dirname, "embed-page.ts"),
      folders: { "/goldens": goldensFolder, "/bundled": bundledModelFolder },
    });
  });
  afterAll(() => page?.close());

  /** Embeds golden texts in the page, those of these numbers or all, and compares with PyTorch. */
  async function expectGolden(folder: string, golden: string, chosen?: readonly number[]): Promise<void> {
    const all = goldenTexts();
    const numbers = chosen ?? [...all.keys()];
    const expected = floats(readGolden(`${golden}/golden.safetensors`), "embedding");
    const width = expected.length / all.length;
    const result = await page.call<PageResult>(
      "embed",
      `${page.origin}${folder}`,
      numbers.map((number) => all[number]),
      "gpu",
    );
    expect(result.device).toBe("gpu");
    const rows = numbers.flatMap((number) => [...expected.subarray(number * width, (number + 1) * width)]);
    expect(largestDifference(result.data, Float32Array.from(rows))).toBeLessThan(1e-5);
  }

  test.each(models)("%s gives PyTorch's numbers", async (name) => {
    await expectGolden(`/goldens/${name}`, name);
  });

  // One of each family that came later, over every third text: the kernels are those of Node, which sees all texts.
  test.each(["modernbert", "qwen3", "gemma3-text", "nomic-bert", "gte-new", "eurobert", "distilbert", "electra"])(
    "tiny/%s gives PyTorch's numbers",
    async (name) => {
      const texts = goldenTexts();
      const kept = texts.map((_, index) => index).filter((index) => index % 3 === 0);
      const expected = floats(readGolden(`tiny/${name}/golden.safetensors`), "embedding");
      const folder = `${page.origin}/goldens/tiny/${name}`;
      const result = await page.call<PageResult>(
        "embed",
        folder,
        kept.map((index) => texts[index]),
        "gpu",
      );
      const width = result.dimensions;
      const rows = kept.flatMap((index) => [...expected.subarray(index * width, (index + 1) * width)]);
      expect(result.device).toBe("gpu");
      expect(largestDifference(result.data, rows)).toBeLessThan(1e-5);
    },
  );

  test("the bundled MiniLM gives PyTorch's numbers", async () => {
    // Every text takes a software adapter a while, and embedding-model.test.ts has them all: here one that is cut, and short ones.
    const texts = goldenTexts();
    const longest = texts.indexOf(texts.reduce((a, b) => (b.length > a.length ? b : a)));
    const short = [...texts.keys()].filter((number) => texts[number].length < 100);
    await expectGolden("/bundled", "real/all-MiniLM-L6-v2-q8", [...short, longest]);
  });

  test("a text's vector has the same bits alone and among others", async () => {
    const { alone, together } = await page.call<{ alone: number[]; together: number[] }>(
      "aloneAndTogether",
      `${page.origin}/goldens/tiny/bert`,
      goldenTexts(),
    );
    expect(alone).toEqual(together);
  });

  test("a worker of the page may tokenise", async () => {
    const many = Array.from({ length: 700 }, (_, index) => `text ${index}`);
    const told = await page.call("sameWithThread", `${page.origin}/goldens/tiny/bert`, many);
    expect(told).toEqual({ threads: 1, same: true });
  });

  test("a folder without a model is a named error", async () => {
    await expect(page.call("embed", `${page.origin}/nothing`, ["a"], "gpu")).rejects.toMatchObject({
      code: "MODEL_NOT_FOUND",
    });
  });
});
