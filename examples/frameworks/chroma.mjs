/**
 * Chroma with vectors of this machine. Needs a running server: `npx chroma run`, or `pip install chromadb` and `chroma run`.
 *
 *   npm install chromadb metal-candle all-minilm-l6-v2-q8
 *   node examples/frameworks/chroma.mjs [PORT]
 */
import { ChromaClient } from "chromadb";
import { MetalCandleEmbeddingFunction } from "metal-candle/chroma";

const client = new ChromaClient({ host: "127.0.0.1", port: Number(process.argv[2] ?? 8000) });
const embeddingFunction = new MetalCandleEmbeddingFunction({ model: "all-minilm-l6-v2-q8" });
const collection = await client.getOrCreateCollection({ name: "metal-candle-example", embeddingFunction });
await collection.upsert({
  ids: ["dough", "keys"],
  documents: ["Knead the dough for ten minutes.", "Rotate a key twice a year."],
});

// Another program finds the model by what the server keeps; importing metal-candle/chroma is enough.
const again = await client.getCollection({ name: "metal-candle-example" });
const { documents } = await again.query({ queryTexts: ["how to bake bread"], nResults: 1 });
console.log(documents[0][0]);
await client.deleteCollection({ name: "metal-candle-example" });
await embeddingFunction.close();
