/** metal-candle/langchain in LangChain's own classes: a vector store over the embeddings, and the reranker behind a retriever. */
import { Document } from "@langchain/core/documents";
import { Embeddings } from "@langchain/core/embeddings";
import { BaseDocumentCompressor } from "@langchain/core/retrievers/document_compressors";
import { FakeRetriever } from "@langchain/core/utils/testing";
import { SyntheticEmbeddings } from "@langchain/core/utils/testing";
import { afterAll, describe, expect, test } from "vitest";
import { MetalCandleEmbeddings, MetalCandleRerank } from "../../src/integrations/langchain.ts";
import { ModelClosedError, Reranker } from "../../src/index.ts";
import { expectSide, expectVector, quiet, reranker, sided, texts, useLibrary } from "./support.ts";

const library = useLibrary();
const embeddings = new MetalCandleEmbeddings({ model: sided, ...quiet });
afterAll(() => embeddings.close());

describe("MetalCandleEmbeddings", () => {
  test("is one of LangChain's, as SyntheticEmbeddings is", () => {
    expect(embeddings).toBeInstanceOf(Embeddings);
    expect(Object.keys(embeddings)).toEqual(
      expect.arrayContaining(Object.keys(new SyntheticEmbeddings()).filter((key) => key === "caller")),
    );
  });

  test("documents are passages and queries are queries", async () => {
    const vectors = await embeddings.embedDocuments(texts);
    const expected = await library.model.embed(texts, { promptName: "passage" });
    for (const [index, vector] of vectors.entries()) expectVector(vector, expected.at(index));
    await expectSide(library.model, vectors[0], texts[0], "passage");
    await expectSide(library.model, await embeddings.embedQuery(texts[0]), texts[0], "query");
  });

  test("a model that was given stays open, one that was named does not", async () => {
    const given = new MetalCandleEmbeddings({ model: library.model });
    expectVector(await given.embedQuery("a text"), await library.model.embed("a text", { promptName: "query" }));
    await given.close();
    await expect(library.model.embed("a text")).resolves.toBeDefined();
    const named = new MetalCandleEmbeddings({ model: sided, ...quiet });
    await named.embedQuery("a text");
    await named.close();
    await expect(named.embedQuery("a text")).rejects.toBeInstanceOf(ModelClosedError);
  });

  test("a load that failed is tried again", async () => {
    const missing = new MetalCandleEmbeddings({ model: "./no-such-model", ...quiet });
    await expect(missing.embedQuery("x")).rejects.toMatchObject({ code: "MODEL_NOT_FOUND" });
    await expect(missing.embedQuery("x")).rejects.toMatchObject({ code: "MODEL_NOT_FOUND" });
    await missing.close();
  });
});

test("MetalCandleRerank keeps the best of what a retriever found, with scores, and leaves the documents as they were", async () => {
  const documents = texts.map((pageContent, index) => new Document({ pageContent, metadata: { index } }));
  const compressor = new MetalCandleRerank({ model: reranker, topN: 2, ...quiet });
  expect(BaseDocumentCompressor.isBaseDocumentCompressor(compressor)).toBe(true);
  const found = await new FakeRetriever({ output: documents }).invoke("a question");
  const kept = await compressor.compressDocuments(found, "a question");
  const own = await Reranker.load(reranker, quiet);
  const expected = await own.rank("a question", texts, { topK: 2 });
  expect(kept.map(({ metadata }) => metadata.index as number)).toEqual(expected.map(({ index }) => index));
  for (const [at, { metadata }] of kept.entries()) {
    expect(metadata.relevanceScore).toBeCloseTo(expected[at].score, 5);
  }
  expect(documents[0].metadata).toEqual({ index: 0 });
  await own.close();
  await compressor.close();
});
