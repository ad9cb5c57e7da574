/**
 * Texts to vectors, and which of them mean the same.
 *
 *   node examples/embed.mjs "a question" "a text" "another text"…
 */
import { EmbeddingModel } from "metal-candle";

const [query = "how do I reset my password", ...given] = process.argv.slice(2);
const texts =
  given.length > 0
    ? given
    : [
        "Choose “Forgot password” on the sign-in page and follow the link in the mail.",
        "The office is closed on Mondays.",
        "Accounts are locked after five wrong passwords.",
      ];

// "auto" takes the GPU where there is one, and says so; "gpu" would insist on it.
const model = await EmbeddingModel.load("all-minilm-l6-v2-q8", { device: "auto" });
const question = (await model.embed([query], { promptName: "query" })).at(0);
const passages = await model.embed(texts, { promptName: "passage" });

// Vectors of this model have length 1, so the dot product is the cosine.
const cosine = (vector) => vector.reduce((sum, value, i) => sum + value * question[i], 0);
const ranked = texts.map((text, i) => ({ text, score: cosine(passages.at(i)) })).sort((a, b) => b.score - a.score);

const { device, numerics, dimensions } = model.info();
console.log(`${texts.length} texts, ${dimensions} dimensions, on the ${device} (${numerics})`);
for (const { text, score } of ranked) console.log(score.toFixed(3), text);
await model.close();
