/**
 * The store in PostgreSQL beside the embedded one, on the same made-up chunks: `npm run bench:store -- [rows] [--json FILE]`, with FERRIS_TEST_POSTGRES_URL naming
 * a server with pgvector whose schema ferris_bench it may throw away.
 *
 * Prints: rows written per second; recall@10 and times of vector search by codes, by every vector, and by the HNSW index that `ferris db hnsw` makes,
 * also where a filter leaves a tenth or a hundredth of the documents; times of search by words; and of ten readers beside two writers.
 */
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createHash } from "node:crypto";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs, promisify } from "node:util";
import { parseQuery } from "../packages/ferris/dist/search/query/query.js";
import { openIndex, openIndexForWriting } from "../packages/ferris/dist/store/index.js";
import { connect } from "../packages/ferris/dist/store/postgres/connection.js";

const { values: asked, positionals } = parseArgs({ allowPositionals: true, options: { json: { type: "string" } } });
const rows = Number(positionals[0] ?? 100_000);
const given = process.env.FERRIS_TEST_POSTGRES_URL;
if (!given) {
  console.error("bench:store needs FERRIS_TEST_POSTGRES_URL: a PostgreSQL with pgvector");
  process.exit(2);
}
const server = new URL(given);
server.searchParams.set("schema", "ferris_bench");
const url = server.href;
const dimensions = 384;
const perDocument = 20;
const documentsAtOnce = 25;
const queriesAsked = 100;
const identity = { model: "bench", revision: "1", pooling: "mean", prompts: {}, dimensions };

let state = 7;
/** mulberry32: a product of doubles would lose its low bits, and the sequence soon repeat itself (it did, and most vectors here were copies). */
function random() {
  state = (state + 0x6d2b79f5) | 0;
  let mixed = Math.imul(state ^ (state >>> 15), state | 1);
  mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
}
const normal = () => Math.sqrt(-2 * Math.log(random() + 1e-12)) * Math.cos(2 * Math.PI * random());
/** Texts lie in clusters, as real ones do: a passage is nearer to its subject's others than to the rest. */
const subjects = Array.from({ length: 500 }, () => Float32Array.from({ length: dimensions }, normal));
function vectorNear(subject) {
  const vector = subjects[subject].map((value) => value + 0.8 * normal());
  const norm = Math.hypot(...vector);
  return vector.map((value) => value / norm);
}
const syllables = Array.from({ length: 100 }, (_, i) => "bdfgklmnprstvzchjqwx"[i % 20] + "aeiou"[Math.floor(i / 20)]);
/** Word n is about 1 / n as frequent as the first. */
function word() {
  const n = Math.floor(Math.exp(random() * Math.log(20_000)));
  return syllables[n % 100] + syllables[Math.floor(n / 100) % 100] + syllables[Math.floor(n / 10_000)] + "k";
}
const text = () => Array.from({ length: 60 }, word).join(" ");

/** @returns {{ made: any[], vectors: Map<string, Float32Array> }} */
function documents(first, count) {
  const vectors = new Map();
  const made = Array.from({ length: count }, (_, i) => {
    const path = `/bench/${(first + i) % 100}/${first + i}.md`;
    const chunks = Array.from({ length: perDocument }, (__, line) => {
      const content = text();
      const hash = createHash("sha256").update(`${path} ${line}`).digest("hex");
      vectors.set(hash, vectorNear(Math.floor(random() * subjects.length)));
      const place = { startLine: line + 1, endLine: line + 1, startColumn: null, endColumn: null, lineRuns: null };
      return {
        hash,
        text: content,
        headingPath: [],
        ...place,
        startByte: 0,
        endByte: 1,
        page: null,
        isOcr: false,
        tokens: 60,
      };
    });
    const contentHash = createHash("sha256").update(path).digest("hex");
    const record = {
      path,
      type: "markdown",
      title: null,
      lineBasis: "file",
      fields: null,
      size: 1,
      modifiedTime: 1,
      contentHash,
      recipe: "r",
    };
    return { record, chunks };
  });
  return { made, vectors };
}

const seconds = async (work) => {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
};
const quantile = (times, q) =>
  times.toSorted((a, b) => a - b)[Math.min(times.length - 1, Math.floor(times.length * q))];
const spread = (times) => `p50 ${quantile(times, 0.5).toFixed(1)} ms, p95 ${quantile(times, 0.95).toFixed(1)} ms`;
async function timed(ask, count = queriesAsked) {
  const times = [];
  const answers = [];
  for (let i = 0; i < count; i++) times.push(1000 * (await seconds(async () => void answers.push(await ask(i)))));
  return { times, answers };
}
const recall = (found, due) =>
  found.reduce((sum, hits, i) => sum + hits.filter((id) => due[i].includes(id)).length / due[i].length, 0) /
  found.length;
const ids = (hits) => hits.map(({ chunkId }) => chunkId);

const folder = mkdtempSync(join(tmpdir(), "ferris-bench-"));
const control = await connect(url, { longestStatement: 3_600_000 });
await control.query("DROP SCHEMA IF EXISTS ferris_bench CASCADE");
const remote = await openIndexForWriting({ store: url, name: null }, { identity });
const embedded = await openIndexForWriting(folder, { identity });
const wrote = { embedded: 0, postgres: 0 };
for (let first = 0; first * perDocument < rows; first += documentsAtOnce) {
  const { made, vectors } = documents(first, documentsAtOnce);
  wrote.embedded += await seconds(() => embedded.putDocuments(made, vectors));
  wrote.postgres += await seconds(() => remote.putDocuments(made, vectors));
}
console.log(`${rows} chunks of ${dimensions} dimensions`);
for (const [name, time] of Object.entries(wrote)) console.log(`written  ${name}: ${Math.round(rows / time)} rows/s`);
await embedded.close();
await control.query("VACUUM ANALYZE");
const [disk] = await control.query(
  "SELECT sum(pg_total_relation_size(c.oid)) AS bytes FROM pg_class c WHERE c.relnamespace = 'ferris_bench'::regnamespace AND c.relkind = 'r'",
);
console.log(`disk     ${(disk.bytes / rows / 1000).toFixed(1)} KB per row`);

const stores = { embedded: await openIndex(folder), postgres: await openIndex({ store: url, name: null }) };
const queries = Array.from({ length: queriesAsked }, (_, i) => vectorNear(i % subjects.length));
const typed = Array.from({ length: queriesAsked }, () => parseQuery(`${word()} ${word()} ${word()}`).words);
const filters = {
  all: undefined,
  "a tenth": { paths: ["/bench/3/**", ...[1, 2, 3, 4, 5, 6, 7, 8, 9].map((tens) => `/bench/${tens}3/**`)] },
  "a hundredth": { paths: ["/bench/3/**"] },
};
/** Exact answers are dear: for so many queries. */
const compared = 30;
const report = {};
for (const [name, store] of Object.entries(stores)) {
  report[name] = { exact: {} };
  for (const [share, filter] of Object.entries(filters)) {
    const exact = await timed((i) => store.searchVectors(queries[i], { limit: 10, exact: true, filter }), compared);
    const codes = await timed((i) => store.searchVectors(queries[i], { limit: 10, filter }));
    report[name].exact[share] = exact.answers;
    if (share === "all") report[name].codes = codes.times;
    const found = recall(codes.answers.slice(0, compared).map(ids), exact.answers.map(ids)).toFixed(3);
    console.log(
      `vectors  ${name}, ${share}: every one ${spread(exact.times)}; by codes recall@10 ${found}, ${spread(codes.times)}`,
    );
  }
  const words = await timed((i) => store.searchText(typed[i], { limit: 50 }));
  report[name].words = words.answers;
  console.log(`words    ${name}: ${spread(words.times)}`);
  const few = await timed((i) => store.searchText(typed[i], { limit: 50, filter: filters["a hundredth"] }));
  console.log(`words    ${name}, a hundredth: ${spread(few.times)}`);
}
const scores = (hits) => hits.map(({ score }) => score.toFixed(4)).join();
const agreeing = (ours, theirs) => ours.filter((hits, i) => scores(hits) === scores(theirs[i])).length;
const { embedded: here, postgres: there } = report;
console.log(
  `same     every vector: ${agreeing(here.exact.all, there.exact.all)} of ${compared} queries with the same scores; words: ${agreeing(here.words, there.words)} of ${queriesAsked}`,
);

// What `ferris db hnsw` makes, by the command itself, and what searches then are.
const [{ id }] = await control.query("SELECT id FROM ferris_bench.collections");
const graph = `ferris_bench.vectors_${id}_hnsw`;
const ferris = fileURLToPath(new URL("../packages/ferris/bin/ferris.js", import.meta.url));
const build = await seconds(async () => {
  await promisify(execFile)(process.execPath, [ferris, "db", "hnsw", "--store", url]);
});
const [{ size }] = await control.query(`SELECT pg_relation_size('${graph}') AS size`);
console.log(`hnsw     made by ferris db hnsw in ${build.toFixed(0)} s, ${Math.round(size / 2 ** 20)} MB`);
for (const [share, filter] of Object.entries(filters)) {
  const { times, answers } = await timed((i) => stores.postgres.searchVectors(queries[i], { limit: 10, filter }));
  const found = recall(answers.slice(0, compared).map(ids), there.exact[share].map(ids)).toFixed(3);
  console.log(`hnsw     ${share}: recall@10 ${found}, ${spread(times)}`);
}
await control.query(`DROP INDEX ${graph}`);

// Ten readers and two writers at once.
const until = performance.now() + 20_000;
const times = [];
let written = 0;
const read = async (reader) => {
  for (let i = reader; performance.now() < until; i++) {
    times.push(1000 * (await seconds(() => stores.postgres.searchVectors(queries[i % queriesAsked], { limit: 10 }))));
    times.push(1000 * (await seconds(() => stores.postgres.searchText(typed[i % queriesAsked], { limit: 50 }))));
  }
};
const write = async (writer) => {
  for (let i = 0; performance.now() < until; i++) {
    const { made, vectors: theirs } = documents(1_000_000 * (writer + 1) + i * documentsAtOnce, documentsAtOnce);
    await remote.putDocuments(made, theirs);
    written += documentsAtOnce * perDocument;
  }
};
await Promise.all([...Array.from({ length: 10 }, (_, i) => read(i)), write(0), write(1)]);
console.log(
  `at once  ten readers: ${spread(times)}, ${Math.round(times.length / 20)} searches/s; two writers: ${Math.round(written / 20)} rows/s`,
);

if (asked.json !== undefined) {
  const measured = {
    date: new Date().toISOString().slice(0, 10),
    command: `npm run bench:store -- ${rows}`,
    machine: `${cpus().length} cores, PostgreSQL on the same`,
    rows,
    rowsPerSecond: Math.round(rows / wrote.postgres),
    bytesPerRow: Math.round(disk.bytes / rows),
    codesMilliseconds: Number(quantile(report.postgres.codes, 0.5).toFixed(1)),
    graphSecondsPerRow: Number((build / rows).toPrecision(2)),
    graphBytesPerRow: Math.round(size / rows),
  };
  writeFileSync(asked.json, `${JSON.stringify(measured, null, 2)}\n`);
}

await Promise.all([remote.close(), stores.embedded.close(), stores.postgres.close()]);
await control.query("DROP SCHEMA ferris_bench CASCADE");
await control.close();
rmSync(folder, { recursive: true });
