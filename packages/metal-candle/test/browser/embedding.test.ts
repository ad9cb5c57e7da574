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

  /** Embeds the golden texts in the page and compares with PyTorch. */
  async function expectGolden(folder: string, golden: string): Promise<void> {
    const expected = readGolden(`${golden}/golden.safetensors`);
    const result = await page.call<PageResult>("embed", `${page.origin}${folder}`, goldenTexts(), "gpu");
    expect(result.device).toBe("gpu");
    expect(largestDifference(result.data, floats(expected, "embedding"))).toBeLessThan(1e-5);
  }

  test.each(models)("%s gives PyTorch's numbers", async (name) => {
    await expectGolden(`/goldens/${name}`, name);
  });

  test("the bundled MiniLM gives PyTorch's numbers", async () => {
    await expectGolden("/bundled", "real/all-MiniLM-L6-v2-q8");
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
