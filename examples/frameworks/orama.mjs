/**
 * Orama with vectors of this machine: by words and by meaning, in memory.
 *
 *   npm install @orama/orama metal-candle all-minilm-l6-v2-q8
 *   node examples/frameworks/orama.mjs "a question"
 */
import { create, insertMultiple, search } from "@orama/orama";
import { EmbeddingModel } from "metal-candle";
import { oramaEmbeddings, vectorType } from "metal-candle/orama";

const [term = "how to bake a loaf"] = process.argv.slice(2);
const model = await EmbeddingModel.load("all-minilm-l6-v2-q8");
const plugin = oramaEmbeddings({ model, properties: ["title", "text"] });
const db = create({
  schema: { title: "string", text: "string", embedding: vectorType(model) },
  plugins: [plugin],
});
const documents = [
  { title: "Dough", text: "Knead for ten minutes and let it rise." },
  { title: "Keys", text: "Rotate them twice a year." },
];
await plugin.embedAll(documents); // in one batch; without this line Orama waits for each document
await insertMultiple(db, documents);
const { hits } = await search(db, { mode: "hybrid", term });
for (const { document, score } of hits) console.log(score.toFixed(3), document.title);
await model.close();
