/**
 * npm run bench:ranking: what each part of the ranking is worth, on question sets with known answers.
 *
 * Candidates are retrieved once per question, then ordered by ours, by ours with one part taken out, and by fusions that others publish
 * (lib/ranking-variants.mjs). Prints the table of docs/search.md: hits among the first 1 / 3 / 10, nDCG@10 for data sets in BEIR's layout.
 *
 *   node benchmarks/ranking.mjs SETS.json [--only NAME,NAME]
 *
 * SETS.json is what `ferris eval --suite` takes; its indexes have to be there (`ferris index`, or `ferris eval --suite` for data sets).
 */
import { parseArgs } from "node:util";
import { bundledModel, loadModel, queryEmbedder } from "../packages/ferris/dist/engine.js";
import { readQuestions } from "../packages/ferris/dist/evaluation/beir.js";
import { corpusId } from "../packages/ferris/dist/evaluation/corpus-index.js";
import { hit, ndcg } from "../packages/ferris/dist/evaluation/metrics.js";
import { isForEnglish } from "../packages/ferris/dist/choosing/catalogue.js";
import { readOwnQuestions } from "../packages/ferris/dist/evaluation/own-questions.js";
import { readSuite } from "../packages/ferris/dist/evaluation/suite.js";
import { retrieve } from "../packages/ferris/dist/search/retrieve/retrieve.js";
import { modelReading } from "../packages/ferris/dist/search/search.js";
import { understoodQuery } from "../packages/ferris/dist/search/spelling.js";
import { openIndex } from "../packages/ferris/dist/store/index.js";
import { variants } from "./lib/ranking-variants.mjs";

/** As deep as evaluation reads each retriever. */
const depth = 300;

const { values, positionals } = parseArgs({ allowPositionals: true, options: { only: { type: "string" } } });
const [file] = positionals;
if (file === undefined) {
  console.error("usage: node benchmarks/ranking.mjs SETS.json [--only NAME,NAME]");
  process.exit(64);
}
const only = values.only?.split(",");
const sets = (await readSuite(file)).filter(({ name }) => only?.includes(name) ?? true);
const model = await loadModel(bundledModel, { device: "cpu", offline: true, onNotice: () => undefined });
const columns = [];
for (const set of sets) columns.push(await measure(set));
await model.close();

print(["what", ...columns.map(({ title }) => title)]);
print(["---", ...columns.map(() => "---")]);
for (const { name } of variants) print([name, ...columns.map(({ scores }) => scores.get(name))]);

function print(cells) {
  console.log(`| ${cells.join(" | ")} |`);
}

/** One column: every variant's score on a set. */
async function measure({ name, questions: own, beir, split, db }) {
  const store = await openIndex(db);
  const embedQuery = queryEmbedder(model);
  const documentId = beir === null ? (path) => path : corpusId;
  try {
    const paths = (await store.documents()).map(({ path }) => path);
    const questions = beir === null ? (await readOwnQuestions(own, paths)).questions : await readQuestions(beir, split);
    const sums = new Map(variants.map((variant) => [variant.name, [0, 0, 0, 0]]));
    for (const [i, { text, relevant }] of questions.entries()) {
      process.stderr.write(`\r${name}: ${i + 1} of ${questions.length} questions `);
      const { query } = await understoodQuery(store, embedQuery, text);
      const candidates = await retrieve(store, embedQuery, query, { mode: "hybrid", depth });
      const { confidence } = modelReading(query, embedQuery, { isForEnglish: isForEnglish(store.identity.model) });
      for (const variant of variants) {
        const chunks = variant.order(candidates, confidence);
        const ranked = [...new Set(chunks.map(({ path }) => documentId(path)))];
        const scores = [...[1, 3, 10].map((k) => hit(ranked, relevant, k)), ndcg(ranked, relevant, 10)];
        const sum = sums.get(variant.name);
        scores.forEach((score, k) => (sum[k] += score));
      }
    }
    process.stderr.write("\n");
    const shown = (sum) => (beir === null ? sum.slice(0, 3).join("/") : ((sum[3] ?? 0) / questions.length).toFixed(3));
    return {
      title: beir === null ? `${name} (${questions.length})` : name,
      scores: new Map([...sums].map(([variant, sum]) => [variant, shown(sum)])),
    };
  } finally {
    await store.close();
  }
}
