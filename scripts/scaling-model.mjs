/**
 * npm run scaling: what 10 million, 1 billion and 100 billion passages come to, from what was measured per passage (benchmarks/results/postgres.json, which
 * bench:store writes, and the rates below). Prints the table of docs/scaling.md, which a test holds to this.
 *
 *   npm run scaling -- [--tokens 200] [--rows-per-second N] [--measured FILE]
 */
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";

const own = new URL("../benchmarks/results/postgres.json", import.meta.url);

/** Tokens per second, text to vectors: docs/performance.md. */
const rates = { gpu: 5.8e6, gpuBert: 1.07e6, cpu: 37_000 };
/** Milliseconds per million vectors, and bytes of memory for them, in f16 on an H200: docs/search.md. */
const gpu = { milliseconds: 0.73, bytesPerVector: 768, bytes: 139 * 2 ** 30 };

const units = [
  ["year", 365 * 86_400],
  ["day", 86_400],
  ["hour", 3600],
  ["minute", 60],
  ["second", 1],
];

/** Two digits, which is what such a figure is worth. */
const rounded = (value) => (value >= 100 ? Math.round(value / 10) * 10 : Number(value.toPrecision(2)));

export function duration(seconds) {
  if (seconds < 1) return `${rounded(seconds * 1000)} ms`;
  const [name, length] = units.find(
    ([unit, size]) => seconds >= (unit === "year" ? 2 : unit === "second" ? 1 : 1.5) * size,
  );
  const count = rounded(seconds / length);
  return `${count.toLocaleString("en")} ${name}${count === 1 ? "" : "s"}`;
}

export function bytes(count) {
  for (const [name, size] of [
    ["PB", 1e15],
    ["TB", 1e12],
    ["GB", 1e9],
  ]) {
    if (count >= size) return `${rounded(count / size).toLocaleString("en")} ${name}`;
  }
  return `${rounded(count / 1e6)} MB`;
}

/** @param measured benchmarks/results/postgres.json's figures */
export function model(measured, tokens = 200) {
  const sizes = [1e7, 1e9, 1e11];
  const embedding =
    (rate, cards = 1) =>
    (rows) =>
      duration((rows * tokens) / rate / cards);
  // A graph's build grows with log n besides.
  const graph = (rows) => rows * measured.graphSecondsPerRow * (Math.log(rows) / Math.log(measured.rows));
  const cards = (rows) => Math.ceil((rows * gpu.bytesPerVector) / gpu.bytes);
  const lines = [
    ["tokens", (rows) => (rows * tokens).toExponential(0).replace("e+", " × 10^")],
    ["embedding, one H200, MiniLM-L6", embedding(rates.gpu)],
    ["the same, eight", embedding(rates.gpu, 8)],
    ["the same, 16 CPU cores", embedding(rates.cpu)],
    ["the same with BERT-base, one H200", embedding(rates.gpuBert)],
    [`disk (${(measured.bytesPerRow / 1000).toFixed(1)} KB each)`, (rows) => bytes(rows * measured.bytesPerRow)],
    [
      `writing at W = ${measured.rowsPerSecond.toLocaleString("en")} rows/s, as measured`,
      (rows) => duration(rows / measured.rowsPerSecond),
    ],
    ["writing at W = 10,000, spread over a server", (rows) => duration(rows / 10_000)],
    ["codes in memory (48 B each)", (rows) => bytes(rows * 48)],
    [
      `by codes, a query (${((measured.codesMilliseconds / measured.rows) * 1e6).toFixed(0)} ms per million)`,
      (rows) => duration(((measured.codesMilliseconds / measured.rows) * rows) / 1000),
    ],
    [
      `HNSW: building (${(measured.graphSecondsPerRow * 1000).toFixed(2)} ms per row, and × log n)`,
      (rows) => (rows > 1e10 ? "no" : duration(graph(rows))),
    ],
    [
      `HNSW: memory (${(measured.graphBytesPerRow / 1000).toFixed(1)} KB each)`,
      (rows) => (rows > 1e10 ? "no" : bytes(rows * measured.graphBytesPerRow)),
    ],
    [
      "vectors on GPUs (f16, 768 B each)",
      (rows) => `${bytes(rows * gpu.bytesPerVector)}: ${cards(rows).toLocaleString("en")} H200`,
    ],
    [
      "search on those, side by side, a query",
      (rows) => (cards(rows) > 100 ? "no" : duration(((rows / cards(rows) / 1e6) * gpu.milliseconds) / 1000)),
    ],
  ];
  const header = ["passages of 384 dimensions", "10 million", "1 billion", "100 billion"];
  return [header, ...lines.map(([name, of]) => [name, ...sizes.map((rows) => of(rows))])];
}

export const measuredHere = () => JSON.parse(readFileSync(own, "utf8"));

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const { values } = parseArgs({
    options: {
      tokens: { type: "string", default: "200" },
      "rows-per-second": { type: "string" },
      measured: { type: "string" },
    },
  });
  const measured = values.measured ? JSON.parse(readFileSync(values.measured, "utf8")) : measuredHere();
  if (values["rows-per-second"]) measured.rowsPerSecond = Number(values["rows-per-second"]);
  for (const [i, row] of model(measured, Number(values.tokens)).entries()) {
    console.log(`| ${row.join(" | ")} |`);
    if (i === 0) console.log(`|${row.map(() => " --- ").join("|")}|`);
  }
}
