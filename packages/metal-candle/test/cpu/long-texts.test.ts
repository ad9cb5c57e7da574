/** Texts far beyond 512 tokens on the CPU device: PyTorch's vectors, and memory that does not grow with the square of the length. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { queryBlocks } from "../../src/cpu/attention-blocks.ts";
import { EmbeddingModel } from "../../src/index.ts";
import { readModel } from "../../src/models/read-model.ts";
import { goldensFolder, goldenTexts, largestDifference } from "../support/goldens.ts";
import { ModelFolder } from "../support/model-folder.ts";

const long = JSON.parse(readFileSync(join(goldensFolder, "families", "long.json"), "utf8")) as Record<
  string,
  { length: number; embedding: number[] }
>;
const text = Array.from({ length: 12 }, goldenTexts).flat().join(" ").replaceAll("\0", "");

/** A tiny model that takes texts of `length` tokens: nothing but rotary positions stands in the way. */
function longModel(name: string, length: number): ModelFolder {
  const folder = new ModelFolder(name);
  folder.set("config.json", { max_position_embeddings: length });
  folder.set("sentence_bert_config.json", { max_seq_length: length });
  folder.set("tokenizer_config.json", { model_max_length: length });
  return folder;
}

test.each(Object.entries(long))("one text of many thousand tokens through %s", async (name, { length, embedding }) => {
  const folder = longModel(name, length);
  const model = await EmbeddingModel.load(folder.path, { device: "cpu", onNotice: () => undefined });
  const { data, tokenCounts } = await model.embed([text, "a short one beside it"]);
  expect(tokenCounts[0]).toBe(length);
  expect(largestDifference(data.subarray(0, embedding.length), embedding)).toBeLessThan(1e-5);
  await model.close();
  folder.remove();
});

test("scores are held for some queries at a time", async () => {
  const folder = longModel("modernbert", 32_768);
  const description = await readModel(folder.path);
  for (const [sequences, longest] of [
    [1, 1],
    [32, 60],
    [1, 8192],
    [1, 32_768],
  ]) {
    const { blocks, rows } = queryBlocks(description.encoder, sequences, longest);
    expect(blocks * rows).toBeGreaterThanOrEqual(longest);
    expect(blocks * rows - longest).toBeLessThan(blocks);
    expect(sequences * 4 * rows * longest).toBeLessThan(2 ** 24 + sequences * 4 * longest);
  }
  await description.close();
  folder.remove();
});
