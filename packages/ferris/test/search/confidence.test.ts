/** How far the bundled model is believed: by its real tokenizer, which makes a single [UNK] of a word whose letters it does not have. */
import { EmbeddingModel } from "metal-candle";
import { afterAll, beforeAll, expect, test } from "vitest";
import { bundledModel, queryEmbedder } from "../../src/engine.ts";
import { confidenceIn, queryConfidence } from "../../src/search/confidence.ts";

let model: EmbeddingModel;
let confidence: (query: string) => number;
beforeAll(async () => {
  model = await EmbeddingModel.load(bundledModel, { device: "cpu" });
  const { countTokens } = queryEmbedder(model);
  confidence = (query) => queryConfidence(query, countTokens!);
});
afterAll(() => model.close());

test.each(["ไป", "ขา ตา", "มา ดู งาน", "การตั้งค่าเครือข่าย", "ሰላም ለዓለም", "ພາ ສາ"])("%s is not believed", (query) => {
  expect(confidence(query)).toBeLessThan(0.2);
});

test("a word that it does not have takes its share of the others' confidence", () => {
  expect(confidence("how do I reset ไป")).toBeGreaterThan(0.5);
  expect(confidence("key ขา ตา งาน มา")).toBeLessThan(0.5);
});

test.each(["how do I rotate a key", "a", "haha", "key", "aaaa", "1000"])("%s is believed as before", (query) => {
  const { countTokens } = queryEmbedder(model);
  expect(confidence(query)).toBe(confidenceIn(query, countTokens!(query)));
});
