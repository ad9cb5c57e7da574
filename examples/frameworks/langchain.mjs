/**
 * LangChain.js over an index of ferris: its retriever finds passages of your files, and its embeddings are metal-candle's.
 *
 *   npm install @langchain/core ferris
 *   node examples/frameworks/langchain.mjs FOLDER "a question" [RERANKER]
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Ferris } from "ferris";
import { FerrisRetriever } from "ferris/langchain";
import { MetalCandleEmbeddings, MetalCandleRerank } from "metal-candle/langchain";

const [folder = ".", question = "what is this about", reranker] = process.argv.slice(2);
// A real program keeps its index: `db: "my-index"`.
const db = mkdtempSync(join(tmpdir(), "ferris-langchain-"));
const ferris = await Ferris.open({ db });
await ferris.index([folder]);

const retriever = new FerrisRetriever({ ferris, limit: 10 });
let documents = await retriever.invoke(question);
if (reranker !== undefined) {
  const compressor = new MetalCandleRerank({ model: reranker, topN: 3 });
  documents = await compressor.compressDocuments(documents, question);
  await compressor.close();
}
for (const { pageContent, metadata } of documents.slice(0, 3)) {
  console.log(`${metadata.source}:${metadata.startLine}  ${pageContent.split("\n")[0]}`);
}

// The same engine for any of LangChain's vector stores.
const embeddings = new MetalCandleEmbeddings({ model: "all-minilm-l6-v2-q8" });
console.log((await embeddings.embedQuery(question)).length, "dimensions");
await embeddings.close();
await ferris.close();
rmSync(db, { recursive: true });
