/**
 * The Vercel AI SDK with models of this machine: passages and a question embedded, the nearest found, and reranked.
 *
 *   npm install ai metal-candle all-minilm-l6-v2-q8
 *   node examples/frameworks/ai-sdk.mjs [RERANKER]      such as cross-encoder/ms-marco-MiniLM-L6-v2
 */
import { createMetalCandle } from "metal-candle/ai-sdk";

// By a name each in a program of yours: import { embed, rerank } from "ai". This one runs with ai 5, too, which has no rerank.
const { cosineSimilarity, embed, embedMany, rerank } = await import("ai");

// ai 5 takes specification v2; ai 6 and 7 take the default, v3.
const metalCandle = createMetalCandle({ specificationVersion: rerank === undefined ? "v2" : "v3" });
const documents = [
  "Choose “Forgot password” on the sign-in page and follow the link in the mail.",
  "The office is closed on Mondays.",
  "Accounts are locked after five wrong passwords.",
];
const query = "how do I reset my password";

// The two sides of a search: a model with prompts gets the right one for each.
const passages = await embedMany({
  model: metalCandle.embeddingModel("all-minilm-l6-v2-q8:passage"),
  values: documents,
});
const question = await embed({ model: metalCandle.embeddingModel("all-minilm-l6-v2-q8:query"), value: query });
const found = documents
  .map((text, i) => ({ text, score: cosineSimilarity(question.embedding, passages.embeddings[i]) }))
  .sort((a, b) => b.score - a.score);
for (const { text, score } of found) console.log(score.toFixed(3), text);

const [reranker] = process.argv.slice(2);
if (reranker !== undefined && rerank !== undefined) {
  const { ranking } = await rerank({ model: metalCandle.rerankingModel(reranker), documents, query, topN: 1 });
  console.log("reranked:", documents[ranking[0].originalIndex]);
}
await metalCandle.close();
