/** The official clients of the APIs that the server speaks, against a running server: their vectors are the library's. */
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { Client as ClientOf2025 } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport as TransportOf2025 } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { CohereClientV2 } from "cohere-ai";
import { Ollama } from "ollama";
import OpenAI, { AuthenticationError, BadRequestError, NotFoundError } from "openai";
import { describe, expect, test } from "vitest";
import { VoyageAIClient } from "voyageai";
import { difference, model, reranker, useServer } from "./support/server.ts";

const server = useServer();
const keyed = useServer({ apiKeys: ["right-key"] });
const texts = ["how do I rotate a key", "a warm place for dough", "Grüße aus 東京"];

describe("openai", () => {
  const client = () => new OpenAI({ baseURL: `${server.url}/v1`, apiKey: "none", maxRetries: 0 });

  test.each([undefined, "float", "base64"] as const)("embeds, encoding_format %s", async (encoding_format) => {
    const expected = await server.library.embed(texts);
    const { data, usage, model: used } = await client().embeddings.create({ model, input: texts, encoding_format });
    expect(used).toBe(model);
    const tokens = expected.tokenCounts.reduce((sum, count) => sum + count, 0);
    expect(usage).toEqual({ prompt_tokens: tokens, total_tokens: tokens });
    for (const { index, embedding } of data) {
      // Asked for base64 by name, this client hands over what came.
      const vector = typeof embedding === "string" ? floats(embedding as unknown as string) : embedding;
      expect(difference(vector, expected.at(index))).toBeLessThan(1e-6);
    }
    expect(data).toHaveLength(texts.length);
  });

  test("a single text, fewer dimensions, a prompt by suffix", async () => {
    const one = await client().embeddings.create({ model: `${model}:query`, input: texts[0]!, dimensions: 128 });
    const expected = await server.library.embed([texts[0]!], {
      promptName: "query",
      dimensions: 128,
      normalize: true,
    });
    expect(difference(one.data[0]!.embedding, expected.at(0))).toBeLessThan(1e-6);
  });

  test("2,048 texts in one request", async () => {
    const input = Array.from({ length: 2048 }, (_, i) => `text ${i}`);
    const { data } = await client().embeddings.create({ model, input });
    expect(data.map(({ index }) => index)).toEqual(input.map((_, i) => i));
    const [expected] = await server.library.embed(["text 2047"]);
    expect(difference(data[2047]!.embedding, expected!)).toBeLessThan(1e-5);
  });

  test("lists and names models", async () => {
    const { data } = await client().models.list();
    expect(data.map(({ id }) => id)).toEqual([model, reranker]);
    expect(await client().models.retrieve(model)).toMatchObject({ id: model, object: "model" });
  });

  test("errors are of the classes that this client has", async () => {
    await expect(client().embeddings.create({ model: "gpt-9", input: "x" })).rejects.toThrow(NotFoundError);
    const tokens = client().embeddings.create({ model, input: [1, 2, 3] });
    await expect(tokens).rejects.toThrow(BadRequestError);
    await expect(tokens).rejects.toThrow("check_embedding_ctx_length=False");
    await expect(client().embeddings.create({ model, input: [] })).rejects.toThrow(BadRequestError);
    await expect(client().embeddings.create({ model, input: Array<string>(2049).fill("x") })).rejects.toThrow(/2048/);
    const wrong = new OpenAI({ baseURL: `${keyed.url}/v1`, apiKey: "wrong", maxRetries: 0 });
    const refused = await wrong.embeddings.create({ model, input: "x" }).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(AuthenticationError);
    expect((refused as AuthenticationError).requestID).toMatch(/^[\w-]{36}$/);
    const right = new OpenAI({ baseURL: `${keyed.url}/v1`, apiKey: "right-key" });
    expect((await right.embeddings.create({ model, input: "x" })).data).toHaveLength(1);
  });

  test("a request that is given up costs the server nothing", async () => {
    const controller = new AbortController();
    const input = Array.from({ length: 2000 }, (_, i) => `a text of some length, number ${i}, that takes a while`);
    const given = client().embeddings.create({ model, input }, { signal: controller.signal });
    setTimeout(() => controller.abort(), 100);
    await expect(given).rejects.toThrow(/abort/i);
    expect((await client().embeddings.create({ model, input: "next" })).data).toHaveLength(1);
  });
});

describe("ollama", () => {
  const client = () => new Ollama({ host: server.url });

  test("embeds", async () => {
    const expected = await server.library.embed(texts);
    const { embeddings, model: used } = await client().embed({ model, input: texts });
    expect(used).toBe(model);
    for (const [i, vector] of embeddings.entries()) expect(difference(vector, expected.at(i))).toBeLessThan(1e-6);
    const { embedding } = await client().embeddings({ model: `${model}:latest`, prompt: texts[0]! });
    expect(difference(embedding, expected.at(0))).toBeLessThan(1e-6);
  });

  test("lists and shows models, and refuses an unknown one", async () => {
    expect((await client().list()).models.map(({ name }) => name)).toEqual([model]);
    expect((await client().show({ model })).capabilities).toEqual(["embedding"]);
    await expect(client().embed({ model: "llama3", input: "x" })).rejects.toThrow("model 'llama3' not found");
    expect(await client().embed({ model, input: [] })).toMatchObject({ embeddings: [] });
  });

  test("truncate: false refuses what is too long", async () => {
    const long = "word ".repeat(3000);
    await expect(client().embed({ model, input: long, truncate: false })).rejects.toThrow(
      "the input length exceeds the context length",
    );
    expect((await client().embed({ model, input: long })).embeddings).toHaveLength(1);
  });
});

describe("cohere", () => {
  const client = () => new CohereClientV2({ environment: server.url, token: "none" });

  test("embeds, its input type choosing the prompt", async () => {
    const expected = await server.library.embed(texts, { promptName: "query" });
    const { embeddings } = await client().embed({
      model,
      texts,
      inputType: "search_query",
      embeddingTypes: ["float", "ubinary"],
    });
    for (const [i, vector] of embeddings.float!.entries()) {
      expect(difference(vector, expected.at(i))).toBeLessThan(1e-6);
      const bits = Array.from(expected.at(i).subarray(0, 8), (value) => (value > 0 ? 1 : 0)).join("");
      expect(embeddings.ubinary![i]![0]!.toString(2).padStart(8, "0")).toBe(bits);
    }
  });

  test("reranks", async () => {
    const { results } = await client().rerank({
      model: "bert-reranker-1",
      query: texts[0]!,
      documents: texts,
      topN: 2,
    });
    expect(results).toHaveLength(2);
    expect(results[0]!.relevanceScore).toBeGreaterThanOrEqual(results[1]!.relevanceScore);
  });
});

test("voyageai embeds and reranks", async () => {
  const client = new VoyageAIClient({ environment: `${server.url}/v1`, apiKey: "none" });
  const { data } = await client.embed({ model, input: texts, inputType: "document" });
  const expected = await server.library.embed(texts, { promptName: "passage" });
  for (const { index, embedding } of data!) expect(difference(embedding!, expected.at(index!))).toBeLessThan(1e-6);
  const ranked = await client.rerank({
    model: "bert-reranker-1",
    query: texts[0]!,
    documents: texts,
    returnDocuments: true,
  });
  expect(new Set(ranked.data!.map(({ document }) => document))).toEqual(new Set(texts));
});

test.each(["2025", "2026"] as const)("an MCP client of %s searches over HTTP", async (era) => {
  const url = new URL(`${server.url}/mcp`);
  const search = { name: "search", arguments: { query: "how do I rotate a key", limit: 1 } };
  let content: unknown;
  if (era === "2026") {
    const client = new Client({ name: "test", version: "0" }, { versionNegotiation: { mode: { pin: "2026-07-28" } } });
    await client.connect(new StreamableHTTPClientTransport(url));
    ({ content } = await client.callTool(search));
    await client.close();
  } else {
    const client = new ClientOf2025({ name: "test", version: "0" });
    // Its types were made without exactOptionalPropertyTypes.
    await client.connect(new TransportOf2025(url) as never);
    ({ content } = await client.callTool(search));
    await client.close();
  }
  expect(JSON.stringify(content)).toContain("keys.md:1-3");
});

function floats(base64: string): Float32Array {
  const bytes = Uint8Array.from(Buffer.from(base64, "base64"));
  return new Float32Array(bytes.buffer);
}
