/** metal-candle/ai-sdk in the real SDK: ai 5, 6 and 7, each with the specification version that it takes. */
import type { EmbeddingModel as Model5 } from "ai";
import * as ai5 from "ai";
import type { EmbeddingModel as Model6, RerankingModel as Reranker6 } from "ai-6";
import * as ai6 from "ai-6";
import type { EmbeddingModel as Model7, RerankingModel as Reranker7 } from "ai-7";
import * as ai7 from "ai-7";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createMetalCandle, type MetalCandleSettings } from "../../src/integrations/ai-sdk.ts";
import { ModelClosedError, Reranker, UnsupportedModelError } from "../../src/index.ts";
import { expectSide, expectVector, quiet, reranker, sided, sideless, texts, useLibrary } from "./support.ts";

const library = useLibrary();
const v2 = createMetalCandle({ specificationVersion: "v2", ...quiet });
const v3 = createMetalCandle(quiet);
const v4 = createMetalCandle({ specificationVersion: "v4", ...quiet } satisfies MetalCandleSettings<"v4">);
afterAll(() => Promise.all([v2.close(), v3.close(), v4.close()]));

/** The SDK prints warnings on the console; here they are kept. */
const warnings: unknown[] = [];
const logger = globalThis as { AI_SDK_LOG_WARNINGS?: unknown };
beforeAll(() => {
  logger.AI_SDK_LOG_WARNINGS = (given: { warnings: unknown[] } | unknown[]) =>
    void warnings.push(...(Array.isArray(given) ? given : given.warnings));
});
afterAll(() => void delete logger.AI_SDK_LOG_WARNINGS);

// The SDK's own types take these models and providers: this file would not compile if they did not.
const model5 = (id: string): Model5 => v2.textEmbeddingModel(id);
const model6 = (id: string): Model6 => v3.embeddingModel(id);
const model7 = (id: string): Model7 => v4.embeddingModel(id);
const rerankers: [Reranker6, Reranker7, Reranker7] = [
  v3.rerankingModel(reranker),
  v3.rerankingModel(reranker),
  v4.rerankingModel(reranker),
];

interface Sdk {
  embed(id: string, value: string, providerOptions?: Record<string, Record<string, string>>): Promise<number[]>;
  embedMany(id: string, values: string[]): Promise<{ embeddings: number[][]; usage: { tokens: number } }>;
}
const sdks: Record<string, Sdk> = {
  "ai 5 with v2": {
    embed: async (id, value, providerOptions) =>
      (await ai5.embed({ model: model5(id), value, providerOptions })).embedding,
    embedMany: (id, values) => ai5.embedMany({ model: model5(id), values }),
  },
  "ai 6 with v3": {
    embed: async (id, value, providerOptions) =>
      (await ai6.embed({ model: model6(id), value, providerOptions })).embedding,
    embedMany: (id, values) => ai6.embedMany({ model: model6(id), values }),
  },
  "ai 7 with v3": {
    embed: async (id, value, providerOptions) =>
      (await ai7.embed({ model: v3.embeddingModel(id), value, providerOptions })).embedding,
    embedMany: (id, values) => ai7.embedMany({ model: v3.embeddingModel(id), values }),
  },
  "ai 7 with v4": {
    embed: async (id, value, providerOptions) =>
      (await ai7.embed({ model: model7(id), value, providerOptions })).embedding,
    embedMany: (id, values) => ai7.embedMany({ model: model7(id), values }),
  },
};

describe.each(Object.entries(sdks))("%s", (_, sdk) => {
  test("gives the library's vectors, each side with its prompt, and what they cost", async () => {
    const { embeddings, usage } = await sdk.embedMany(`${sided}:passage`, texts);
    const expected = await library.model.embed(texts, { promptName: "passage" });
    for (const [index, vector] of embeddings.entries()) expectVector(vector, expected.at(index));
    expect(usage.tokens).toBe(expected.tokenCounts.reduce((a, b) => a + b, 0));
    await expectSide(library.model, await sdk.embed(`${sided}:query`, texts[0]), texts[0], "query");
    await expectSide(library.model, await sdk.embed(`${sided}:passage`, texts[0]), texts[0], "passage");
  });

  test("one call can say its side", async () => {
    const options = { "metal-candle": { promptName: "query" } };
    await expectSide(library.model, await sdk.embed(sided, texts[0], options), texts[0], "query");
    const own = { "metal-candle": { prompt: "search for: " } };
    await expectSide(library.model, await sdk.embed(sided, texts[0], own), texts[0], "query");
  });
});

test("where the two sides differ and nobody said which, a warning does; not for a model without prompts", async () => {
  warnings.length = 0;
  await ai6.embed({ model: v3.embeddingModel(sided), value: "a text" });
  expect(warnings).toEqual([{ type: "other", message: expect.stringContaining(`Ask for "${sided}:query"`) as string }]);
  warnings.length = 0;
  await ai6.embed({ model: v3.embeddingModel(sideless), value: "a text" });
  await ai6.embed({ model: v3.embeddingModel(sided, { promptName: "query" }), value: "a text" });
  expect(warnings).toEqual([]);
});

test("cut texts are a warning, and v4's dimensions are taken", async () => {
  warnings.length = 0;
  const { embedding } = await ai7.embed({
    model: model7(`${sideless}:passage`),
    value: "a very long text ".repeat(300),
    dimensions: 8,
  });
  expect(embedding).toHaveLength(8);
  expect(warnings).toEqual([
    { type: "other", message: expect.stringMatching(/^1 of 1 texts were cut to \d+ tokens: 0\.$/) as string },
  ]);
});

test("reranks texts and objects in ai 6 and 7", async () => {
  const own = await Reranker.load(reranker, quiet);
  const expected = await own.rank("a question", texts, { topK: 2 });
  const objects = texts.map((text) => ({ text }));
  const [best] = await own.rank(
    "a question",
    objects.map((object) => JSON.stringify(object)),
    { topK: 1 },
  );
  await own.close();
  for (const found of [
    await ai6.rerank({ model: rerankers[0] as Reranker6, documents: texts, query: "a question", topN: 2 }),
    await ai7.rerank({ model: rerankers[1], documents: texts, query: "a question", topN: 2 }),
    await ai7.rerank({ model: rerankers[2], documents: texts, query: "a question", topN: 2 }),
  ]) {
    expect(found.ranking.map(({ originalIndex }) => originalIndex)).toEqual(expected.map(({ index }) => index));
    for (const [at, { score }] of found.ranking.entries()) expect(score).toBeCloseTo(expected[at].score, 5);
  }
  const ofObjects = await ai7.rerank({ model: rerankers[2], documents: objects, query: "a question", topN: 1 });
  expect(ofObjects.ranking[0].originalIndex).toBe(best.index);
});

test("a registry finds its models by name; there are no language models", async () => {
  const registry = ai6.createProviderRegistry({ local: v3 as never }, { separator: " > " });
  const { embedding } = await ai6.embed({ model: registry.embeddingModel(`local > ${sided}:query`), value: texts[0] });
  await expectSide(library.model, embedding, texts[0], "query");
  expect(() => v3.languageModel("gpt")).toThrow(UnsupportedModelError);
});

test("an abort and a wrong id are the library's errors; a closed provider says so", async () => {
  const reason = new Error("enough");
  const aborted = ai6.embedMany({ model: model6(sideless), values: texts, abortSignal: AbortSignal.abort(reason) });
  await expect(aborted).rejects.toBe(reason);
  const wrong = ai6.embed({ model: model6("./no-such-model"), value: "x", maxRetries: 0 });
  await expect(wrong).rejects.toMatchObject({ code: "MODEL_NOT_FOUND" });
  const closed = createMetalCandle(quiet);
  const model = closed.embeddingModel(sideless);
  await closed.close();
  await expect(ai6.embed({ model, value: "x" })).rejects.toBeInstanceOf(ModelClosedError);
});
