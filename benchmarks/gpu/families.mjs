/**
 * Text to vectors, and pairs to scores, with models of the families that people choose today: random weights of the published shapes, beside
 * sentence-transformers in f16 on the same folders, texts and machine.
 */
import { readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { EmbeddingModel, Reranker } from "../../packages/metal-candle/dist/index.js";
import { familyFlopsPerToken, familyModel, familyShapes, tinyShape } from "../lib/family-models.mjs";
import { short, timed } from "../lib/measure.mjs";
import { runPeers } from "../lib/peers.mjs";
import { tokenizerFolder } from "../lib/places.mjs";

/** Seconds of work before a GPU is timed. */
const awakeSeconds = 2;

/** What a reranker is asked: as long as the words that its texts lose, so that pairs have the tokens of the texts. */
const question = "which of these texts is the best answer";
const wordsOfQuestion = 8;

/** @param {{ models?: string[], dtypes: any[], tokenBudget?: number, textsFile: string, tiny: boolean, peers: boolean, runs?: number }} options */
export async function families({
  models = Object.keys(familyShapes),
  dtypes,
  tokenBudget,
  textsFile,
  tiny,
  peers,
  runs = 5,
}) {
  const all = JSON.parse(readFileSync(textsFile, "utf8"));
  const texts = tiny ? { short: all.short.slice(0, 20), passages: all.passages.slice(0, 10) } : all;
  const results = [];
  for (const name of models) {
    const shape = tiny ? tinyShape(familyShapes[name]) : familyShapes[name];
    const label = tiny ? `tiny-${name}` : name;
    const folder = familyModel(label, shape, tokenizerFolder(), tmpdir());
    for (const dtype of dtypes) {
      try {
        results.push(...(await ours({ label, shape, folder, dtype, tokenBudget, texts, tiny, runs })));
      } catch (error) {
        console.log(`NOT RUN: ${label} ${dtype}: ${error?.stack ?? error}`);
        results.push({ model: label, dtype, failed: String(error?.message ?? error) });
      }
    }
  }
  if (peers) results.push(...sentenceTransformers(models, textsFile));
  for (const name of models) {
    for (const set of ["short", "passages"]) {
      const mine = results.find((row) => row.model === name && row.dtype === "f16" && row.set === set);
      const theirs = results.find((row) => row.model === name && row.peer && row.set === set);
      if (mine && theirs)
        console.log(`${name} ${set}: ${short(theirs.microseconds / mine.microseconds)} × sentence-transformers f16`);
    }
  }
  return results;
}

async function ours({ label, shape, folder, dtype, tokenBudget, texts, tiny, runs }) {
  const began = performance.now();
  const options = /** @type {const} */ ({ device: "gpu", dtype, tokenBudget, onNotice: () => undefined });
  const model = await (shape.reranker ? Reranker : EmbeddingModel).load(folder, options);
  const loadMilliseconds = performance.now() - began;
  // A reranker tells no more than its scores.
  const told = () => (model instanceof EmbeddingModel ? model.stats().gpu : null);
  const results = [];
  try {
    for (const set of ["short", "passages"]) {
      const work = shape.reranker
        ? texts[set].map((text) => text.split(" ").slice(wordsOfQuestion).join(" "))
        : texts[set];
      const run = () => (model instanceof Reranker ? model.rank(question, work) : model.embed(work));
      const until = performance.now() + (tiny ? 0 : awakeSeconds * 1000);
      while (performance.now() < until) await run();
      const before = told()?.tokens;
      await run();
      const tokens = before === undefined ? null : told().tokens - before;
      const { median, best } = await timed(run, { warmups: 0, runs: tiny ? 1 : runs });
      const microseconds = (median * 1000) / work.length;
      const teraflops = tokens && (tokens * familyFlopsPerToken(shape)) / median / 1e9;
      const row = {
        model: label,
        dtype,
        set,
        texts: work.length,
        tokens,
        microseconds,
        best: (best * 1000) / work.length,
      };
      results.push({ ...row, teraflops, loadMilliseconds });
      console.log(
        `${label} ${dtype} ${set.padEnd(8)} ${work.length} × ${tokens ? short(tokens / work.length) : "–"} tokens: ${short(microseconds)} µs per text ` +
          `(best ${short(row.best)}), ${short(1e6 / microseconds)} a second, ${short(teraflops)} TFLOP/s`,
      );
    }
    if (model instanceof EmbeddingModel) {
      const { kernels } = model.info();
      const { dispatchesPerBatch, gpuBytes } = model.stats().gpu;
      const dropped = kernels.flatMap((kernel) =>
        kernel.dropped.map(({ variant, reason }) => `${kernel.operation} ${variant}: ${reason}`),
      );
      console.log(
        `${label} ${dtype}: load ${short(loadMilliseconds)} ms, ${dispatchesPerBatch} dispatches, ${short(gpuBytes / 1e6)} MB; ` +
          kernels.map(({ operation, variant }) => `${operation}: ${variant}`).join("; ") +
          (dropped.length > 0 ? `; dropped ${dropped.join("; ")}` : ""),
      );
    }
  } finally {
    await model.close();
  }
  return results;
}

function sentenceTransformers(models, textsFile) {
  const names = models.map((name) => `${name}${familyShapes[name].reranker ? ":reranker" : ""}`).join(",");
  try {
    return runPeers([textsFile, tmpdir(), names, question, String(wordsOfQuestion)]);
  } catch (error) {
    console.log(`NOT RUN: sentence-transformers: ${String(error?.message ?? error).slice(0, 300)}`);
    return [];
  }
}
