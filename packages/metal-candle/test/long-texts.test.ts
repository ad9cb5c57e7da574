/**
 * Texts longer than BERT's: more than a thousand tokens through windows and through causal attention, against PyTorch, on each device. On the GPU the
 * same bits alone and beside others, and no more memory than for short ones.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { EmbeddingModel } from "../src/index.ts";
import { goldensFolder, largestDifference } from "./support/goldens.ts";
import { ModelFolder, type JsonObject } from "./support/model-folder.ts";

/** What sentence-transformers says of one long text, with the tiny models and a longer maximum. */
const { text, models } = JSON.parse(readFileSync(join(goldensFolder, "long/golden.json"), "utf8")) as {
  text: string;
  models: Record<string, { settings: JsonObject; tokens: number; embedding: number[] }>;
};

describe.each(["gpu", "cpu"] as const)("on the %s", (device) => {
  test.each(Object.entries(models))("%s", async (name, { settings, tokens, embedding }) => {
    const folder = new ModelFolder(name);
    folder.set("config.json", settings);
    folder.set("sentence_bert_config.json", { max_seq_length: 2048 });
    folder.set("tokenizer_config.json", { model_max_length: 2048 });
    const model = await EmbeddingModel.load(folder.path, { device, dtype: "f32", onNotice: () => undefined });
    const before = model.stats().gpu?.gpuBytes;
    const [alone, beside] = [await model.embed([text]), await model.embed(["a short text", text])];
    expect([...alone.tokenCounts]).toEqual([tokens]);
    expect(largestDifference(alone.data, embedding)).toBeLessThan(1e-5);
    if (device === "gpu") expect(beside.at(1)).toEqual(alone.at(0));
    expect(model.stats().gpu?.gpuBytes).toBe(before);
    await model.close();
    folder.remove();
  });
});
