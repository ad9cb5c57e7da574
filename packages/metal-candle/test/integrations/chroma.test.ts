/**
 * metal-candle/chroma in Chroma's real client, which speaks to a server of this test's: one collection, its records in memory. What the client
 * sends is the point: which vectors, and which configuration. A real Chroma needs Python or a newer C library than many machines have.
 */
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";
import { ChromaClient, knownEmbeddingFunctions } from "chromadb";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { InvalidArgumentError } from "../../src/index.ts";
import { MetalCandleEmbeddingFunction } from "../../src/integrations/chroma.ts";
import { expectSide, quiet, sided, texts, useLibrary } from "./support.ts";

const library = useLibrary();

interface Kept {
  configuration: { embedding_function: unknown };
  records: { embeddings: number[][]; documents: string[] };
  asked: number[][];
}
const kept: Kept = {
  configuration: { embedding_function: null },
  records: { embeddings: [], documents: [] },
  asked: [],
};

const server = createServer((request, response) => {
  const answer = async (): Promise<unknown> => {
    const path = request.url!.split("?")[0];
    const body = (request.method === "POST" ? await json(request) : {}) as Record<string, never>;
    const collection = {
      id: "00000000-0000-4000-8000-000000000000",
      name: "notes",
      database: "default_database",
      tenant: "default_tenant",
      metadata: null,
      dimension: null,
      version: 0,
      log_position: 0,
      configuration_json: kept.configuration,
      schema: null,
    };
    if (path.endsWith("/heartbeat")) return { "nanosecond heartbeat": 1 };
    if (path.endsWith("/pre-flight-checks")) return { max_batch_size: 1000, supports_base64_encoding: false };
    if (path.endsWith("/version")) return "1.0.0";
    if (path.endsWith("/identity")) return { user_id: "", tenant: "default_tenant", databases: ["default_database"] };
    if (path.endsWith("/add")) return ((kept.records = body as never), true);
    if (path.endsWith("/query")) {
      kept.asked = body.query_embeddings;
      return {
        ids: [["a"]],
        embeddings: null,
        documents: [["a text"]],
        uris: null,
        metadatas: null,
        distances: [[0]],
        include: ["documents"],
      };
    }
    if (request.method === "POST") kept.configuration = body.configuration;
    return collection;
  };
  answer().then(
    (value) => response.setHeader("content-type", "application/json").end(JSON.stringify(value)),
    (error: unknown) => response.writeHead(500).end(String(error)),
  );
});
let client: ChromaClient;
beforeAll(async () => {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  client = new ChromaClient({ host: "127.0.0.1", port: (server.address() as AddressInfo).port });
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

describe("MetalCandleEmbeddingFunction", () => {
  test("documents are passages, query texts are queries, and a collection that is opened again finds it by name", async () => {
    const embeddingFunction = new MetalCandleEmbeddingFunction({ model: sided, ...quiet });
    const collection = await client.createCollection({ name: "notes", embeddingFunction });
    await collection.add({ ids: ["a", "b", "c"], documents: texts });
    await expectSide(library.model, kept.records.embeddings[0], texts[0], "passage");
    await collection.query({ queryTexts: [texts[0]] });
    await expectSide(library.model, kept.asked[0], texts[0], "query");
    expect(kept.configuration.embedding_function).toEqual({
      name: "metal-candle",
      type: "known",
      config: { model: sided, device: "cpu" },
    });
    await embeddingFunction.close();

    const again = await client.getCollection({ name: "notes" });
    await again.query({ queryTexts: [texts[1]] });
    await expectSide(library.model, kept.asked[0], texts[1], "query");
  });

  test("is registered by its name", () => {
    expect(knownEmbeddingFunctions.get("metal-candle")).toBe(MetalCandleEmbeddingFunction);
  });

  test("refuses what a collection cannot keep, and changes that its vectors would not follow", () => {
    const made = new MetalCandleEmbeddingFunction({ model: sided, dimensions: 8 });
    expect(made.getConfig()).toEqual({ model: sided, dimensions: 8 });
    expect(() => MetalCandleEmbeddingFunction.buildFromConfig({} as never)).toThrow(InvalidArgumentError);
    expect(() => made.validateConfig({ model: sided, url: "x" })).toThrow('"url" is not a setting');
    expect(() => made.validateConfigUpdate({ model: sided, dimensions: 16 })).toThrow("dimensions is the number 8");
    expect(() => made.validateConfigUpdate({ model: sided, dimensions: 8, device: "gpu" })).not.toThrow();
  });
});
