/**
 * npm run bench:host: what the host spends on a text, with the device taken out.
 *
 * Everything runs on Dawn's null backend: every WebGPU call is made and validated and no shader runs, so a batch is over as soon as
 * it is submitted, and what is left is the tokenizer, packing, recording, readback and reordering. The last row needs a device that
 * computes: it runs on whatever adapter is here, in a process of its own (host-cost-waiting.mjs).
 *
 *   node benchmarks/host-cost.mjs [--json FILE] [--runs N]
 */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { englishTexts } from "./lib/english-texts.mjs";
import { summary } from "./lib/measure.mjs";
import { modelFolder } from "./lib/places.mjs";
import { report } from "./lib/report.mjs";

// Read when WebGPU is opened.
process.env.METAL_CANDLE_DAWN_BACKEND = "null";
const { EmbeddingModel } = await import("../packages/metal-candle/dist/index.js");
const { readTrailers } = await import("../packages/metal-candle/dist/gpu/run/trailers.js");

const { values, add, notRun, finish } = report("Host cost, text to vectors, MiniLM-L6 (null backend)", {
  runs: { type: "string", default: "600" },
});
const runs = Number(values.runs);
const texts = twentyTokens(JSON.parse(readFileSync(englishTexts(), "utf8")).short);
const model = await EmbeddingModel.load(modelFolder(), { device: "gpu", onNotice: () => undefined });

const { tokenCounts } = await model.embed(texts);
const tokens = tokenCounts.reduce((sum, count) => sum + count, 0);
const before = model.stats();
const documents = await times(runs, () => model.embed(texts));
const after = model.stats();
const queries = await times(3000, (i) => model.embed([texts[i % texts.length]]));

const perText = (milliseconds) => (milliseconds * 1000) / texts.length;
const shape = { texts: texts.length, tokens };
add(
  `${texts.length} × ${(tokens / texts.length).toFixed(1)} tokens, median`,
  perText(documents.median),
  "µs/doc",
  "≤ 3",
  shape,
);
add("  the same, best run", perText(documents.best), "µs/doc", "", shape);
add("one query, p50", queries.median, "ms", "≤ 0.3");
add("one query, p95", queries.p95, "ms");
add("dispatches per batch", after.gpu.dispatchesPerBatch, "", "≤ 44");
const width = model.info().dimensions;
const read = (after.gpu.bytesReadBack - before.gpu.bytesReadBack) / (after.texts - before.texts);
add("bytes read back per text", read, "B", `${width * 4 + 12}`);
add("GPU buffers made while timing", after.gpu.gpuBuffers - before.gpu.gpuBuffers, "", "0");
add("pipelines compiled while timing", after.gpu.pipelinesCompiled - before.gpu.pipelinesCompiled, "", "0");
add("checking a batch's results", perText(await checkTime(texts.length, width)), "µs/doc", "≤ 0.05");

const waiting = spawnSync(process.execPath, [fileURLToPath(new URL("host-cost-waiting.mjs", import.meta.url))], {
  encoding: "utf8",
  env: { ...process.env, METAL_CANDLE_DAWN_BACKEND: "" },
});
const waited = waiting.status === 0 ? JSON.parse(waiting.stdout.trim().split("\n").at(-1)) : null;
const name = "main-thread CPU while a batch computes";
if (waited?.notRun || !waited) notRun(name, waited?.notRun ?? waiting.stderr.trim().split("\n").at(-1));
else
  add(
    `${name} (${Math.round(waited.batchMilliseconds)} ms, ${waited.adapter})`,
    waited.cpuMilliseconds,
    "ms",
    "≤ 10 of 200",
    waited,
  );
finish();
await model.close();
process.exit(0);

/** The texts, cut to the number of words that makes 20 tokens of them on average. */
function twentyTokens(long) {
  return long.map((text) => text.split(" ").slice(0, 11).join(" "));
}

/** Order statistics of `count` runs after a warm-up of a tenth of that. */
async function times(count, work) {
  const all = [];
  for (let i = -Math.ceil(count / 10); i < count; i++) {
    const began = performance.now();
    await work(Math.max(i, 0));
    if (i >= 0) all.push(performance.now() - began);
  }
  return summary(all);
}

/** Milliseconds to check the trailers of a batch that is right, so that nothing ends early. */
async function checkTime(sequences, dimensions) {
  const stride = dimensions + 3;
  const words = new Uint32Array(sequences * stride);
  for (let row = 0; row < sequences; row++) words[row * stride + dimensions + 1] = 1;
  let right = true;
  const { median } = await times(2000, () => {
    right &&= readTrailers(words, sequences, stride, 1) === "ours";
  });
  if (!right) throw new Error("the check refused rows that are right");
  return median;
}
