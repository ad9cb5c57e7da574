/**
 * LlamaIndex.TS with a model of this machine: its BaseEmbedding, in which passages and questions get the prompts that the model has for them.
 *
 *   npm install @llamaindex/core metal-candle all-minilm-l6-v2-q8
 *   node examples/frameworks/llamaindex.mjs ["a question"]
 */
import { BaseEmbedding } from "@llamaindex/core/embeddings";
import { EmbeddingModel } from "metal-candle";

class LocalEmbedding extends BaseEmbedding {
  embedBatchSize = 256;

  constructor(model) {
    super();
    this.model = model;
  }

  getTextEmbeddings = async (texts) =>
    Array.from(await this.model.embed(texts, { promptName: "passage" }), (vector) => Array.from(vector));

  async getTextEmbedding(text) {
    return Array.from(await this.model.embed(text, { promptName: "passage" }));
  }

  /** What LlamaIndex asks for may be a picture, too. */
  async getQueryEmbedding(asked) {
    return asked.type === "text" ? Array.from(await this.model.embed(asked.text, { promptName: "query" })) : null;
  }
}

const model = await EmbeddingModel.load("all-minilm-l6-v2-q8");
const embedding = new LocalEmbedding(model);
const texts = ["Knead the dough for ten minutes.", "Rotate a key twice a year."];
const passages = await embedding.getTextEmbeddingsBatch(texts);
const query = await embedding.getQueryEmbedding({ type: "text", text: process.argv[2] ?? "how to bake bread" });
const scores = passages.map((passage) => embedding.similarity(query, passage));
console.log(texts[scores.indexOf(Math.max(...scores))]);
await model.close();
