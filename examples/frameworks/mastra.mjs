/**
 * Mastra, whose embedding models are those of the AI SDK: passages in its vector store, its query tool, and an agent that searches an index of ferris.
 * Mastra's packages need Node 22.13 or newer.
 *
 *   npm install @mastra/core @mastra/rag @mastra/libsql ai@6 ferris metal-candle
 *   node examples/frameworks/mastra.mjs FOLDER "a question" [URL]     of a language model's OpenAI interface, such as http://127.0.0.1:11434/v1
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Agent } from "@mastra/core/agent";
import { LibSQLVector } from "@mastra/libsql";
import { createVectorQueryTool } from "@mastra/rag";
import { embedMany } from "ai";
import { Ferris } from "ferris";
import { searchTool } from "ferris/ai-sdk";
import { metalCandle } from "metal-candle/ai-sdk";

const [folder = ".", question = "what is this about", url] = process.argv.slice(2);

// Vectors for Mastra's own store: passages with one side of the model, its query tool with the other.
const texts = ["Knead the dough for ten minutes.", "Rotate a key twice a year."];
const { embeddings } = await embedMany({
  model: metalCandle.embeddingModel("all-minilm-l6-v2-q8:passage"),
  values: texts,
});
const store = new LibSQLVector({ id: "vectors", url: ":memory:" });
await store.createIndex({ indexName: "texts", dimension: embeddings[0].length });
await store.upsert({ indexName: "texts", vectors: embeddings, metadata: texts.map((text) => ({ text })) });
const query = createVectorQueryTool({
  vectorStore: store,
  vectorStoreName: "vectors",
  indexName: "texts",
  model: metalCandle.embeddingModel("all-minilm-l6-v2-q8:query"),
});
const { relevantContext } = await query.execute({ queryText: "how to bake bread", topK: 1 }, {});
console.log(relevantContext[0].text);

// An agent that reads your own files. A real program keeps its index: `db: "my-index"`.
const db = mkdtempSync(join(tmpdir(), "ferris-mastra-"));
const ferris = await Ferris.open({ db });
await ferris.index([folder]);
const agent = new Agent({
  id: "reader",
  name: "reader",
  instructions: "Search the documents, then answer with the file and its lines.",
  model: { id: "local/model", url: url ?? "http://127.0.0.1:11434/v1", apiKey: "none" },
  tools: { search: searchTool(ferris, { limit: 3 }) },
});
const { search } = await agent.listTools();
const [first] = await search.execute({ query: question });
console.log(`${first.path}:${first.startLine}`);
if (url !== undefined) console.log((await agent.generate(question)).text);

await ferris.close();
await metalCandle.close();
rmSync(db, { recursive: true });
