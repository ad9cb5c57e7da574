/**
 * A process that does everything again and again, from dist: embed on both devices, index, search, serve, cancel, watch. Prints what it
 * holds after each round, as JSON. Arguments: a folder to work in, a tiny model. Run with --expose-gc; ends when it is told to.
 */
import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { EmbeddingModel } from "metal-candle";
import { Ferris } from "../../../dist/index.js";
import { ModelPool } from "../../../dist/models/model-pool.js";
import { startServer } from "../../../dist/server/start.js";

const [, , folder, model] = process.argv;
const load = { onNotice() {}, allowSoftwareAdapter: true };
const docs = join(folder, "docs");
mkdirSync(docs);
const gpu = await EmbeddingModel.load(model, { device: "gpu", dtype: "f32", tokenBudget: 256, ...load });
const cpu = await EmbeddingModel.load(model, { device: "cpu", ...load });
const pool = new ModelPool({ load: { device: "cpu", ...load } });
const texts = (round) =>
  Array.from({ length: 24 }, (_, i) => `text ${i} of ${round} ${"word ".repeat((i * round) % 7)}`);
const aborted = async (work) => {
  const abort = new AbortController();
  const running = work(abort.signal).catch(() => undefined);
  await sleep(Math.random() * 30);
  abort.abort();
  await running;
};

function changeDocuments(round) {
  for (let i = 0; i < 12; i++) {
    const path = join(docs, `${i}.md`);
    if ((i + round) % 5 === 0) rmSync(path, { force: true });
    else writeFileSync(path, `# Note ${i}\n\n${`Words of note ${i} in round ${round % 10}. `.repeat(10)}\n`);
  }
}

async function serve(ferris) {
  const server = await startServer({
    address: { host: "127.0.0.1", port: 0 },
    models: [model],
    rerankers: [],
    pool,
    indexes: [{ name: "docs", ferris }],
    version: "soak",
  });
  const post = (path, body) =>
    fetch(server.url + path, {
      method: "POST",
      headers: { "content-type": "application/json", connection: "close" },
      body: JSON.stringify(body),
    }).then((response) => response.text());
  await Promise.all([
    post("/v1/embeddings", { model, input: ["a", "b"] }),
    post("/search", { query: "note 3" }),
    post("/v1/embeddings", { model, input: 7 }),
  ]);
  await server.close({ graceMs: 5_000 });
}

const open = () => Ferris.open({ db: join(folder, "index"), model, device: "cpu", models: pool, onNotice() {} });

for (let round = 1; ; round++) {
  await gpu.embed(texts(round));
  await cpu.embed(texts(round));
  await aborted((signal) => gpu.embed(texts(round), { signal }));
  await aborted((signal) => cpu.embed(texts(round), { signal }));
  changeDocuments(round);
  const ferris = await open();
  await aborted((signal) => ferris.index([docs], { signal }));
  await ferris.index([docs]);
  for (const mode of ["hybrid", "text", "vector"]) await ferris.search(`note ${round % 12}`, { mode });
  await serve(ferris);
  if (round % 4 === 0) {
    const stop = new AbortController();
    await ferris.watch([docs], { signal: stop.signal, onReport: () => stop.abort() });
  }
  await ferris.close();
  for (let i = 0; i < 3; i++) globalThis.gc();
  await sleep(20);
  const { heapUsed, rss, external } = process.memoryUsage();
  const { gpuBuffers, gpuBytes, pipelinesCompiled } = gpu.stats().gpu;
  console.log(
    JSON.stringify({
      round,
      seconds: Math.round(performance.now() / 100) / 10,
      "resident MB": Math.round(rss / 2 ** 18) / 4,
      "heap MB": Math.round((heapUsed + external) / 2 ** 16) / 16,
      descriptors: process.platform === "linux" ? readdirSync("/proc/self/fd").length : 0,
      "GPU buffers": gpuBuffers,
      "GPU bytes": gpuBytes,
      "GPU kernels": pipelinesCompiled,
      "temporary files": readdirSync(tmpdir(), { recursive: true }).length,
      "files of the index": readdirSync(join(folder, "index"), { recursive: true }).length,
    }),
  );
}
