/**
 * npm run bench:memory: 10,000 calls of 10,000 different shapes: does anything grow?
 *
 * On the null backend, where the host's side of every call is real: buffers and pipelines are counted by the engine, resident
 * memory by the kernel, after a collection. A shape is a number of texts and their lengths, from a fixed seed.
 *
 *   node --expose-gc benchmarks/memory.mjs [--calls N] [--json FILE]
 */
import { modelFolder } from "./lib/places.mjs";
import { report } from "./lib/report.mjs";

// Read when WebGPU is opened.
process.env.METAL_CANDLE_DAWN_BACKEND = "null";
const { EmbeddingModel } = await import("../packages/metal-candle/dist/index.js");

const { values, add, finish } = report("Memory over shapes that never repeat (null backend)", {
  calls: { type: "string", default: "10000" },
});
const calls = Number(values.calls);
const model = await EmbeddingModel.load(modelFolder(), { device: "gpu", onNotice: () => undefined });
const words =
  "the quick brown fox jumps over a lazy dog while seven small engines compute vectors of every sentence".split(" ");
let state = 7;

const warmup = Math.ceil(calls / 10);
for (let i = 0; i < warmup; i++) await model.embed(shape());
const before = look();
const shapes = new Set();
let growth = 0;
for (let i = 0; i < calls; i++) {
  const texts = shape();
  shapes.add(texts.map((text) => text.length).join());
  await model.embed(texts);
  if (i % 1000 === 999) growth = Math.max(growth, look().resident - before.resident);
}
const after = look();
add(`calls, of ${shapes.size} different shapes`, calls, "");
add("GPU buffers made", after.buffers - before.buffers, "", "0");
add("GPU bytes", after.bytes - before.bytes, "B", "0");
add("pipelines compiled", after.pipelines - before.pipelines, "", "0");
add("resident memory, after warm-up", before.resident, "MiB");
add("resident memory, growth at the end", after.resident - before.resident, "MiB", "flat");
add("resident memory, most growth on the way", growth, "MiB");
add("JavaScript heap, growth at the end", after.heap - before.heap, "MiB", "flat");
finish();
await model.close();
process.exit(0);

/** 1 to 64 texts of 1 to 60 words. */
function shape() {
  return Array.from({ length: 1 + (random() % 64) }, () => {
    const first = random() % words.length;
    return Array.from({ length: 1 + (random() % 60) }, (_, i) => words[(first + i * 7) % words.length]).join(" ");
  });
}

function random() {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return state >>> 8;
}

function look() {
  globalThis.gc?.();
  const { gpuBuffers, gpuBytes, pipelinesCompiled } = model.stats().gpu;
  const { rss, heapUsed } = process.memoryUsage();
  return {
    buffers: gpuBuffers,
    bytes: gpuBytes,
    pipelines: pipelinesCompiled,
    resident: rss / 2 ** 20,
    heap: heapUsed / 2 ** 20,
  };
}
