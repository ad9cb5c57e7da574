/** Frameworks that speak OpenAI's or Hugging Face's API, against a running server: their vectors are the library's, their errors their own. */
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { InferenceClient } from "@huggingface/inference";
import { OpenAIEmbeddings } from "@langchain/openai";
import { APICallError, embedMany } from "ai";
import { describe, expect, test } from "vitest";
import { difference, model, useServer } from "./support/server.ts";

const server = useServer();
const keyed = useServer({ apiKeys: ["right-key"] });
const texts = ["how do I rotate a key", "a warm place for dough", "Grüße aus 東京"];

async function expectTheLibrarys(vectors: readonly ArrayLike<number>[]): Promise<void> {
  const expected = await server.library.embed(texts);
  expect(vectors).toHaveLength(texts.length);
  for (const [i, vector] of vectors.entries()) expect(difference(vector, expected.at(i))).toBeLessThan(1e-6);
}

describe("@langchain/openai", () => {
  const embeddings = (url: string, apiKey: string, id: string = model) =>
    new OpenAIEmbeddings({ model: id, apiKey, configuration: { baseURL: `${url}/v1` }, maxRetries: 0 });

  test("embeds documents and a query", async () => {
    await expectTheLibrarys(await embeddings(server.url, "none").embedDocuments(texts));
    const [expected] = await server.library.embed([texts[0]!], { promptName: "query" });
    const query = await embeddings(server.url, "none", `${model}:query`).embedQuery(texts[0]!);
    expect(difference(query, expected!)).toBeLessThan(1e-6);
  });

  test("a wrong key and an unknown model are its errors", async () => {
    await expect(embeddings(keyed.url, "wrong").embedQuery("x")).rejects.toMatchObject({ status: 401 });
    await expect(embeddings(server.url, "none", "gpt-9").embedQuery("x")).rejects.toMatchObject({ status: 404 });
  });
});

describe("@ai-sdk/openai-compatible", () => {
  const embeddingModel = (url: string, apiKey: string, id: string = model) =>
    createOpenAICompatible({ name: "ferris", baseURL: `${url}/v1`, apiKey }).textEmbeddingModel(id);

  test("embeds, with what it cost", async () => {
    const { embeddings, usage } = await embedMany({ model: embeddingModel(server.url, "none"), values: texts });
    await expectTheLibrarys(embeddings);
    expect(usage.tokens).toBeGreaterThan(texts.length);
  });

  test("a wrong key is an error that another try would not help", async () => {
    const refused = await embedMany({ model: embeddingModel(keyed.url, "wrong"), values: texts, maxRetries: 0 }).catch(
      (error: unknown) => error,
    );
    expect(APICallError.isInstance(refused)).toBe(true);
    expect(refused).toMatchObject({ statusCode: 401, isRetryable: false, message: "the API key is missing or wrong" });
  });
});

test("Hugging Face's InferenceClient takes the server for an endpoint of text-embeddings-inference", async () => {
  const client = new InferenceClient("none").endpoint(`${server.url}/embed`);
  await expectTheLibrarys((await client.featureExtraction({ inputs: texts })) as number[][]);
  const pairs = new InferenceClient("none").endpoint(`${server.url}/similarity`);
  const scores = await pairs.sentenceSimilarity({
    inputs: { source_sentence: texts[0]!, sentences: [texts[0]!, texts[1]!] },
  });
  expect(scores[0]).toBeCloseTo(1, 5);
  expect(scores[1]).toBeLessThan(0.9);
  // As Python's client asks: at the server's own address.
  await expectTheLibrarys(
    (await new InferenceClient("none").endpoint(server.url).featureExtraction({ inputs: texts })) as number[][],
  );
  const wrong = new InferenceClient("wrong").endpoint(`${keyed.url}/embed`);
  await expect(wrong.featureExtraction({ inputs: "x" })).rejects.toMatchObject({ httpResponse: { status: 401 } });
});
