/**
 * Models as their makers published them, against the numbers that PyTorch gave for them, on each device.
 *
 * Gigabytes that no clone holds: METAL_CANDLE_TEST_HUB_CACHE names a Hugging Face hub cache that has them, else NOT RUN is printed.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describePublishedModel, eachDevice } from "@ferris/testing";
import { expect, test } from "vitest";
import { EmbeddingModel } from "../../src/index.ts";
import { floats, goldenTexts, goldensFolder, largestDifference, readGolden } from "../support/goldens.ts";
import { publishedModels } from "./models.ts";

for (const [name, id] of Object.entries(publishedModels)) {
  describePublishedModel(id, (cacheDir) => {
    const golden = readGolden(`real/${name}/golden.safetensors`);
    const { prompts, max_seq_length: maximumLength } = JSON.parse(
      readFileSync(join(goldensFolder, "real", name, "golden.json"), "utf8"),
    ) as { prompts: string[]; max_seq_length: number };
    const options = { dtype: "f32", cacheDir, offline: true, onNotice: () => undefined } as const;

    eachDevice("gives PyTorch's vectors", (device) => {
      // Twelve layers of 768 for 40 texts take minutes on a software adapter.
      test("for every text and prompt", { timeout: 600_000 }, async () => {
        const model = await EmbeddingModel.load(id, { device, ...options });
        expect(model.info().maxLength).toBe(maximumLength);
        const vectors: number[] = [];
        for (const prompt of prompts) vectors.push(...(await model.embed(goldenTexts(), { prompt })).data);
        expect(largestDifference(vectors, floats(golden, "embedding"))).toBeLessThan(1e-5);
        await model.close();
      });
    });
  });
}
