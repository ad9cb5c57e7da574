/**
 * Measures search on one index, in a process of its own so that its memory is that of searching: arguments are the index's folder and how many
 * queries of each kind; prints JSON. Started by ../search.mjs.
 */
import { join } from "node:path";
import { EmbeddingModel } from "../../packages/metal-candle/dist/index.js";
import { Ferris } from "../../packages/ferris/dist/index.js";
import { parseQuery } from "../../packages/ferris/dist/search/query/query.js";
import { openForReading } from "../../packages/ferris/dist/store/sqlite/database-file.js";
import { expressionFor } from "../../packages/ferris/dist/store/sqlite/full-text-query.js";
import { formsOfAll } from "../../packages/ferris/dist/store/term-forms.js";
import { openIndex } from "../../packages/ferris/dist/store/index.js";
import { languagesOf } from "../../packages/ferris/dist/store/sqlite/word-index.js";
import { answered } from "../../packages/ferris/dist/store/sqlite/text-constraint.js";
import { rankByWords } from "../../packages/ferris/dist/store/sqlite/text-ranking.js";
import { summary } from "./measure.mjs";
import { modelFolder } from "./places.mjs";
import { realChunks } from "./search-corpus.mjs";
import { queriesFrom } from "./search-queries.mjs";

const [folder, count] = process.argv.slice(2);
const modes = ["vector", "text", "hybrid"];
/** Exact answers take seconds in a large index: every so-manieth query is compared. */
const comparedOf = 4;

const { chunks } = await realChunks(() => undefined);
const queries = queriesFrom(chunks, Number(count));
chunks.length = 0;
const ferris = await Ferris.open({ db: folder, device: "cpu", onNotice: () => undefined });
for (const kind of Object.values(queries)) for (const query of kind.slice(0, 3)) await ferris.search(query);
globalThis.gc?.();
const warm = process.memoryUsage().rss;

const times = {};
const processor = {};
for (const [kind, texts] of Object.entries(queries)) {
  for (const query of texts) {
    for (const mode of modes) {
      const [used, began] = [process.cpuUsage(), performance.now()];
      await ferris.search(query, { mode: /** @type {any} */ (mode) });
      ((times[mode] ??= {})[kind] ??= []).push(performance.now() - began);
      const { user, system } = process.cpuUsage(used);
      (processor[mode] ??= []).push((user + system) / 1000);
    }
  }
}
globalThis.gc?.();
const after = process.memoryUsage().rss;
await ferris.close();

const latency = {};
for (const mode of modes) {
  latency[mode] = { all: summary(Object.values(times[mode]).flat()), processor: summary(processor[mode]) };
  for (const kind of Object.keys(queries)) latency[mode][kind] = summary(times[mode][kind]);
}
console.log(JSON.stringify({ latency, warm, after, recall: await recall(), textScore: textScore() }));

/** The share of the 10 nearest that the codes find. */
async function recall() {
  const store = await openIndex(folder);
  const model = await EmbeddingModel.load(modelFolder(), { device: "cpu", onNotice: () => undefined });
  let found = 0;
  let due = 0;
  for (const query of compared()) {
    const vector = (await model.embed([query], { promptName: "query" })).at(0);
    const exact = await store.searchVectors(vector, { limit: 10, exact: true });
    const hits = new Set((await store.searchVectors(vector, { limit: 10 })).map((hit) => hit.chunkId));
    found += exact.filter((hit) => hits.has(hit.chunkId)).length;
    due += exact.length;
  }
  await Promise.all([store.close(), model.close()]);
  return found / due;
}

/** What the 10 best of the bounded ranking score, as a share of what the 10 best of all chunks score, by kind of query. */
function textScore() {
  const database = openForReading(join(folder, "index.db"));
  const sum = (hits) => hits.reduce((total, hit) => total + hit.score, 0);
  const shares = {};
  for (const [kind, texts] of Object.entries(queries)) {
    let reached = 0;
    let best = 0;
    for (const query of texts.filter((_, i) => i % comparedOf === 0)) {
      const terms = answered(database, formsOfAll(parseQuery(query).words.any, languagesOf(database))).map(
        expressionFor,
      );
      best += sum(rankByWords(database, terms, { limit: 10, budget: Number.MAX_SAFE_INTEGER - 1 }));
      reached += sum(rankByWords(database, terms, { limit: 10 }));
    }
    shares[kind] = reached / best;
  }
  database.close();
  return shares;
}

function compared() {
  return Object.values(queries).flatMap((texts) => texts.filter((_, i) => i % comparedOf === 0));
}
