/**
 * npm run bench:load: from nothing to the first vector. Each run is a fresh process with our own caches empty, on the null backend (or, with
 * --backend default, on the adapter that is here), with the default model in 8 bits. The system's page cache is not emptied: after
 * the first run it holds the file of weights.
 *
 *   node benchmarks/load-time.mjs [--runs N] [--backend null|default] [--json FILE]
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { summary } from "./lib/measure.mjs";
import { modelFolder } from "./lib/places.mjs";
import { report } from "./lib/report.mjs";

/** The child: imports, loads, embeds one text. performance.now() counts from the start of the process. */
const child = `
const started = performance.now();
const { EmbeddingModel } = await import(process.argv[1]);
const model = await EmbeddingModel.load(process.argv[2], { device: process.argv[3], allowSoftwareAdapter: true, onNotice() {} });
const loaded = performance.now();
await model.embed(["what is the first vector of a cold process?"]);
const first = performance.now();
console.log(JSON.stringify({ process: first, engine: first - started, load: loaded - started, query: first - loaded }));
process.exit(0);
`;

const { values, add, notRun, finish } = report("MiniLM-L6 q8, cold to first vector", {
  runs: { type: "string", default: "7" },
  backend: { type: "string", default: "null" },
});
const entry = fileURLToPath(new URL("../packages/metal-candle/dist/index.js", import.meta.url));

for (const device of ["gpu", "cpu"]) {
  const cold = [];
  const warm = [];
  const place = device === "cpu" ? "CPU device" : values.backend === "null" ? "null backend" : "GPU";
  try {
    for (let i = 0; i < Number(values.runs); i++) {
      const cache = mkdtempSync(join(tmpdir(), "metal-candle-load-"));
      try {
        cold.push(start(device, cache));
        warm.push(start(device, cache));
      } finally {
        rmSync(cache, { recursive: true, force: true });
      }
    }
  } catch (error) {
    notRun(
      place,
      String(error.stderr ?? error.message)
        .trim()
        .split("\n")
        .at(-1),
    );
    continue;
  }
  const target = device === "gpu" ? "≤ 1500" : "";
  add(`${place}: load and one text, cold, median`, middle(cold, "engine"), "ms", target, { runs: cold });
  add("  the same, best run", summary(cold.map(({ engine }) => engine)).best, "ms");
  add("  of it, the first text", middle(cold, "query"), "ms");
  add("  with Node's own start", middle(cold, "process"), "ms");
  add(`${place}: again, with our cache, median`, middle(warm, "engine"), "ms", "", { runs: warm });
}
finish();

function start(device, cache) {
  /** @type {NodeJS.ProcessEnv} */
  const environment = { ...process.env, METAL_CANDLE_CACHE: cache };
  if (device === "gpu" && values.backend === "null") environment.METAL_CANDLE_DAWN_BACKEND = "null";
  const output = execFileSync(
    process.execPath,
    ["--input-type=module", "--eval", child, "--", entry, modelFolder(), device],
    { encoding: "utf8", env: environment, stdio: ["ignore", "pipe", "pipe"] },
  );
  return JSON.parse(output);
}

function middle(runs, key) {
  return summary(runs.map((run) => run[key])).median;
}
