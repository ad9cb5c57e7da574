/**
 * npm run bench:search: how long a search takes in indexes of 1,000 to a million chunks, and how much of the exact answer it finds.
 *
 * Indexes are made of real text (lib/search-corpus.mjs says how, and what is not real about the larger ones), searched warm through the
 * library with the bundled model on the CPU device, and deleted. Each is searched in a process of its own.
 *
 *   node benchmarks/search.mjs [--sizes 1000,10000,100000,1000000] [--queries 30] [--in FOLDER] [--json FILE]
 *
 * --queries: of each kind. --in: where the indexes are made; a million chunks take 3 GB and some minutes.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { report } from "./lib/report.mjs";
import { buildIndex, realChunks } from "./lib/search-corpus.mjs";

const { values, add, finish } = report("Search: latency, recall and memory by the size of the index", {
  sizes: { type: "string", default: "1000,10000,100000" },
  queries: { type: "string", default: "30" },
  in: { type: "string", default: tmpdir() },
});
const measure = fileURLToPath(new URL("lib/search-measure.mjs", import.meta.url));
const targets = new Map([
  [100_000, "< 50 ms"],
  [1_000_000, "< 200 ms"],
]);

const base = await realChunks(tell);
add("real chunks that indexes are made of", base.chunks.length, "");
for (const size of values.sizes.split(",").map(Number)) {
  const folder = mkdtempSync(join(values.in, "ferris-bench-search-"));
  try {
    const seconds = await buildIndex(folder, size, base, tell);
    tell(`searching ${size} chunks`);
    const output = execFileSync(process.execPath, ["--expose-gc", measure, folder, values.queries], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "inherit"],
    });
    show(size, seconds, statSync(join(folder, "index.db")).size, JSON.parse(output));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
tell("");
finish();

function show(size, seconds, bytes, { latency, warm, after, recall, textScore }) {
  add(`${size.toLocaleString("en")} chunks: written in`, seconds, "s");
  add("  size of the index", bytes / 2 ** 20, "MiB");
  for (const [mode, { all, processor, ...kinds }] of Object.entries(latency)) {
    add(`  ${mode}: p50`, all.median, "ms");
    add(`  ${mode}: p95`, all.p95, "ms", targets.get(size));
    add(`  ${mode}: processor time, p50`, processor.median, "ms");
    add(`  ${mode}: processor time, p95`, processor.p95, "ms");
    for (const [kind, times] of Object.entries(kinds)) {
      add(`    ${kind}: p50`, times.median, "ms");
      add(`    ${kind}: p95`, times.p95, "ms");
    }
  }
  add("  recall@10 of vector search against exact", recall, "", "≥ 0.95");
  for (const [kind, share] of Object.entries(textScore)) {
    add(`  BM25 of the 10 best, of what ranking every chunk reaches: ${kind}`, share * 100, "%");
  }
  add("  process after the first queries", warm / 2 ** 20, "MiB");
  add("  process after all queries", after / 2 ** 20, "MiB");
}

/** A line that the next one overwrites, on a terminal. */
function tell(line) {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${line}`);
}
