/**
 * Prompts that pooling leaves out (include_prompt: false), against sentence-transformers, on each device: every pooling mode, prompts
 * that fill the maximum length, and a tokenizer with two special tokens behind a text.
 */
import { readFileSync } from "node:fs";
import { afterAll, describe, expect, test } from "vitest";
import { EmbeddingModel, InvalidArgumentError } from "../src/index.ts";
import { floats, goldenTexts, largestDifference, readGolden } from "./support/goldens.ts";
import { ModelFolder } from "./support/model-folder.ts";
import { Situation } from "./support/situations.ts";

const modes = ["cls_token", "mean_tokens", "max_tokens", "mean_sqrt_len_tokens", "weightedmean_tokens", "lasttoken"];
const cases = [
  ["noprompt-cls_token", "query"],
  ["noprompt-cls_token+mean_tokens", "query"],
  ["longprompt-cls_token", "long"],
  ["longprompt-lasttoken", "long"],
  ["longprompt-mean_tokens", "long"],
  ["longprompt-weightedmean_tokens", "long"],
  ["post-two-after-noprompt", "query"],
] as const;

describe.each(["gpu", "cpu"] as const)("on the %s", (device) => {
  const load = (folder: string): Promise<EmbeddingModel> =>
    EmbeddingModel.load(folder, { device, dtype: "f32", onNotice: () => undefined });

  describe("tiny/bert-prompt-excluded", () => {
    const folder = new ModelFolder("bert-prompt-excluded");
    afterAll(() => folder.remove());

    const pool = (...wanted: string[]): void =>
      folder.set(
        "1_Pooling/config.json",
        Object.fromEntries(modes.map((mode) => [`pooling_mode_${mode}`, wanted.includes(mode)])),
      );

    test.each(modes)("%s", async (mode) => {
      const golden = readGolden("tiny/bert-prompt-excluded/golden.safetensors");
      pool(mode);
      const model = await load(folder.path);
      const embeddings = await model.embed(goldenTexts(), { promptName: "query" });
      expect(largestDifference(embeddings.data, floats(golden, `embedding_query_${mode}`))).toBeLessThan(1e-5);
      await model.close();
    });

    test("max pooling of a text that the prompt covers is an error, and so for that call alone", async () => {
      pool("max_tokens");
      folder.write("tokenizer_config.json", JSON.stringify({ tokenizer_class: "PreTrainedTokenizerFast" }));
      const tokenizer = JSON.parse(readFileSync(folder.file("tokenizer.json"), "utf8")) as object;
      // Without special tokens nothing stands behind a text.
      folder.write("tokenizer.json", JSON.stringify({ ...tokenizer, post_processor: null }));
      const model = await load(folder.path);
      const [covered, other] = await Promise.allSettled([
        model.embed([""], { promptName: "query" }),
        model.embed(["a"]),
      ]);
      expect(covered).toMatchObject({ status: "rejected", reason: { constructor: InvalidArgumentError } });
      expect(other.status).toBe("fulfilled");
      await model.close();
    });
  });

  describe("goldens/situations", () => {
    test.each(cases)("%s", async (name, promptName) => {
      const situation = new Situation(name);
      const model = await load(situation.path);
      const embeddings = await model.embed(situation.texts, { promptName });
      expect(largestDifference(embeddings.data, situation.expected)).toBeLessThan(1e-5);
      await model.close();
      situation.remove();
    });
  });
});
