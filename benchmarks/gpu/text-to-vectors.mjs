/** Text in, vectors out: µs per document over short texts and passages, one query's latency, and where a batch's time goes. */
import { readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { EmbeddingModel } from "../../packages/metal-candle/dist/index.js";
import { numericsClass } from "../../packages/metal-candle/dist/gpu/choose/numerics-class.js";
import { openGpu } from "../../packages/metal-candle/dist/gpu/device/context.js";
import { openSession, releaseSession } from "../../packages/metal-candle/dist/gpu/run/session.js";
import { readModel } from "../../packages/metal-candle/dist/models/read-model.js";
import { familyFlopsPerToken, familyModel, familyShapes } from "../lib/family-models.mjs";
import { flopsPerToken, randomModel, shapes } from "../lib/random-model.mjs";
import { summary, short, timed } from "../lib/measure.mjs";
import { profileBatch } from "./profile.mjs";
import { modelFolder, tokenizerFolder } from "../lib/places.mjs";

/** Seconds of work before a GPU is timed. */
const awakeSeconds = 4;

async function forSeconds(seconds, work) {
  const until = performance.now() + seconds * 1000;
  while (performance.now() < until) await work();
}

/** @param {{ models?: string[], dtypes: any[], device?: string, tokenBudget?: number, tokenizerThreads?: number, textsFile: string, runs?: number }} options */
export async function textToVectors({
  models = ["minilm-l6", "bert-base"],
  dtypes,
  device = "gpu",
  tokenBudget,
  tokenizerThreads = 0,
  textsFile,
  runs = 9,
}) {
  const texts = JSON.parse(readFileSync(textsFile, "utf8"));
  const results = [];
  for (const name of models) {
    const folder =
      name === "minilm-l6" && modelFolder() ? modelFolder() : randomModel(name, tokenizerFolder(), tmpdir());
    for (const dtype of dtypes) {
      const began = performance.now();
      const model = await EmbeddingModel.load(folder, {
        device: /** @type {any} */ (device),
        dtype,
        tokenBudget,
        tokenizerThreads,
        onNotice: () => undefined,
      });
      const loadMilliseconds = performance.now() - began;
      const kernels = model.info().kernels.map(({ operation, variant }) => `${operation}: ${variant}`);
      // A card that was idle takes seconds under load to reach its clock; until then MiniLM takes up to twice as long.
      if (device === "gpu") await forSeconds(awakeSeconds, () => model.embed(texts.passages));
      for (const set of ["short", "passages"]) {
        const { tokenCounts } = await model.embed(texts[set]);
        const tokens = tokenCounts.reduce((sum, count) => sum + count, 0);
        const { median, best } = await timed(() => model.embed(texts[set]), { runs });
        const microseconds = (median * 1000) / texts[set].length;
        const teraflops = (tokens * flopsPerToken(shapes[name])) / median / 1e9;
        results.push({
          model: name,
          dtype,
          device,
          set,
          texts: texts[set].length,
          tokens,
          microseconds,
          best: (best * 1000) / texts[set].length,
          tokensPerSecond: tokens / median / 1e-3,
          teraflops,
          loadMilliseconds,
        });
        console.log(
          `${name} ${dtype} ${device} ${set.padEnd(8)} ${texts[set].length} × ${short(tokens / texts[set].length)} tokens: ${short(microseconds)} µs/doc (best ${short((best * 1000) / texts[set].length)}), ${short(tokens / median / 1e3)} M tokens/s, ${short(teraflops)} TFLOP/s`,
        );
      }
      const times = [];
      for (let i = 0; i < 300; i++) {
        const start = performance.now();
        await model.embed([texts.short[i % texts.short.length]]);
        if (i >= 50) times.push(performance.now() - start);
      }
      const query = summary(times);
      const { tuning } = model.info();
      results.push({ model: name, dtype, device, set: "one query", milliseconds: query, tuning });
      for (const { batch, n, k, variant, microseconds, measured } of tuning?.gemms ?? []) {
        console.log(`  ${n} × ${k}, ${batch} batches: ${variant}, ${microseconds} µs, of ${measured}`);
      }
      if (tuning) console.log(`  tuning: ${tuning.source}, ${tuning.milliseconds} ms`);
      console.log(
        `${name} ${dtype} ${device} one query: p50 ${short(query.median)} ms, p95 ${short(query.p95)} ms; load ${short(loadMilliseconds)} ms; ${kernels.join("; ")}`,
      );
      await model.close();
    }
  }
  return results;
}

/** Time of each kernel over one batch of passages, summed by kind. */
export async function profile({ models = ["minilm-l6"], dtypes, textsFile, tokens = 16384, lengths = [91] }) {
  void textsFile;
  const results = [];
  for (const name of models) {
    const family = familyShapes[name];
    const own = name === "minilm-l6" && modelFolder();
    const random = () =>
      family ? familyModel(name, family, tokenizerFolder(), tmpdir()) : randomModel(name, tokenizerFolder(), tmpdir());
    const folder = own || random();
    const flops = family ? familyFlopsPerToken(family) : flopsPerToken(shapes[name]);
    for (const dtype of dtypes) {
      const description = await readModel(folder);
      const session = await openSession(description, {
        open: () => openGpu(true),
        numerics: ({ report }) => numericsClass(report, dtype),
        tokenBudget: tokens,
      });
      for (const length of lengths) {
        const sequences = Math.floor(tokens / length);
        const batch = {
          sequences,
          tokens: sequences * length,
          inputIds: Int32Array.from({ length: sequences * length }, (_, i) => 1000 + (i % 20000)),
          tokenTypeIds: null,
          cuSeqlens: Int32Array.from({ length: sequences + 1 }, (_, i) => i * length),
          longest: length,
          poolingSkips: null,
          dimensions: description.head.dimensions,
          normalize: true,
        };
        for (let i = 0; i < 3; i++) await profileBatch(session, batch);
        const steps = await profileBatch(session, batch);
        if (!steps) continue;
        const byLabel = new Map();
        for (const { label, microseconds } of steps) {
          const entry = byLabel.get(label) ?? { count: 0, microseconds: 0 };
          byLabel.set(label, { count: entry.count + 1, microseconds: entry.microseconds + microseconds });
        }
        const total = steps.reduce((sum, step) => sum + step.microseconds, 0);
        console.log(
          `${name} ${dtype}: ${batch.tokens} tokens in ${sequences} texts of ${length}: ${short(total)} µs on the GPU, ${short((batch.tokens * flops) / total / 1e6)} TFLOP/s`,
        );
        for (const [label, { count, microseconds }] of byLabel) {
          console.log(
            `  ${short((100 * microseconds) / total).padStart(5)} %  ${short(microseconds / count).padStart(6)} µs × ${count}  ${label}`,
          );
        }
        results.push({
          model: name,
          dtype,
          length,
          tokens: batch.tokens,
          total,
          steps: [...byLabel].map(([label, entry]) => ({ label, ...entry })),
        });
      }
      releaseSession(session);
      await description.close();
    }
  }
  return results;
}
