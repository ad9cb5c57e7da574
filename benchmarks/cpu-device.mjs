/**
 * npm run bench:cpu: the CPU device against its peers, same texts, same maximum length: 24- and 240-token texts, 32 at a time.
 *
 * Ours sorts and batches by itself; peers get their batch size (sorted by length, which sentence-transformers does by itself).
 * Peers run where they are installed, and say NOT RUN with the reason where they are not:
 *
 *   node benchmarks/cpu-device.mjs [--python PYTHON]             a Python that has sentence-transformers
 *                                  [--model FOLDER]              its weights: the original model (ours stays the 8-bit one)
 *                                  [--transformers-js FOLDER]    a folder with node_modules/@huggingface/transformers
 *                                  [--onnx FOLDER]               its model: config.json, tokenizer.json, onnx/model.onnx
 *                                  [--texts N] [--rounds N] [--json FILE]
 *
 * Runs are interleaved: every contender once a round, so that a busy minute of the machine hits all of them.
 */
import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { availableParallelism } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";
import { EmbeddingModel } from "../packages/metal-candle/dist/index.js";
import { englishTexts } from "./lib/english-texts.mjs";
import { summary } from "./lib/measure.mjs";
import { modelFolder } from "./lib/places.mjs";
import { report } from "./lib/report.mjs";

const text = { type: "string" };
const { values, add, notRun, finish } = report("CPU device, MiniLM-L6, text to vectors", {
  python: { type: "string", default: "python3" },
  model: { type: "string", default: "sentence-transformers/all-MiniLM-L6-v2" },
  "transformers-js": text,
  onnx: text,
  rounds: { type: "string", default: "5" },
  texts: { type: "string", default: "256" },
});
const batchSize = 32;
const shortTexts = Number(values.texts);
const source = JSON.parse(readFileSync(englishTexts(), "utf8"));
const sets = {
  // Cut by words; what they come to in tokens is measured and printed.
  short: source.short.slice(0, shortTexts),
  long: source.long.slice(0, Math.ceil(shortTexts / 8)).map((long) => long.split(" ").slice(0, 152).join(" ")),
};

const tokens = {};

/** Each contender: name and a function from texts to the milliseconds that it took. */
const contenders = [await ours(), await sentenceTransformers(), await transformersJs()];
const runs = new Map();
for (const [set, texts] of Object.entries(sets)) {
  for (let round = -1; round < Number(values.rounds); round++) {
    for (const contender of contenders) {
      if (contender.reason) continue;
      const milliseconds = await contender.embed(texts, set);
      const key = `${set} ${contender.name}`;
      if (round >= 0) runs.set(key, [...(runs.get(key) ?? []), milliseconds / texts.length]);
    }
  }
}
for (const [set, texts] of Object.entries(sets)) {
  const own = summary(runs.get(`${set} ${contenders[0].name}`)).median;
  for (const { name, reason, target } of contenders) {
    const label = `${texts.length} × ${(tokens[set] / texts.length).toFixed(0)} tokens: ${name}`;
    if (reason) {
      notRun(label, reason);
      continue;
    }
    const { median } = summary(runs.get(`${set} ${name}`));
    add(label, median, "ms/doc", "", { texts: texts.length, tokens: tokens[set] });
    if (name !== contenders[0].name) add(`  ours is faster by`, median / own, "×", set === "short" ? target : "");
  }
}
finish();
for (const { close } of contenders) close?.();
process.exit(0);

async function ours() {
  const model = await EmbeddingModel.load(modelFolder(), { device: "cpu", onNotice: () => undefined });
  for (const [set, texts] of Object.entries(sets)) {
    tokens[set] = (await model.embed(texts)).tokenCounts.reduce((sum, count) => sum + count, 0);
  }
  return { name: "ours", embed: (texts) => clock(() => model.embed(texts)) };
}

/** A Python process that answers each line, a set's name, with the milliseconds that encoding it took. */
async function sentenceTransformers() {
  const name = "sentence-transformers";
  const script = `
import json, sys, time, torch
from sentence_transformers import SentenceTransformer
torch.set_num_threads(${availableParallelism()})
sets = json.loads(sys.stdin.readline())
model = SentenceTransformer(${JSON.stringify(values.model)}, device="cpu", local_files_only=True)
print("ready", flush=True)
for line in sys.stdin:
    began = time.perf_counter()
    model.encode(sets[line.strip()], batch_size=${batchSize}, show_progress_bar=False)
    print((time.perf_counter() - began) * 1e3, flush=True)
`;
  const child = spawn(values.python, ["-c", script], { stdio: ["pipe", "pipe", "pipe"] });
  let said = "";
  child.stderr.on("data", (data) => (said += data));
  child.stdin.on("error", () => undefined);
  const gone = new Promise((settle) => {
    child.on("error", (error) => settle({ problem: error.message }));
    child.on("close", () => settle({ problem: said.trim().split("\n").at(-1) }));
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  child.stdin.write(`${JSON.stringify(sets)}\n`);
  const first = await Promise.race([lines.next(), gone]);
  if (first.value !== "ready") return { name, reason: (await gone).problem };
  return {
    name,
    target: "≥ 1.4",
    embed: async (_, set) => {
      child.stdin.write(`${set}\n`);
      return Number((await lines.next()).value);
    },
    close: () => child.kill(),
  };
}

async function transformersJs() {
  const name = "transformers.js";
  const folder = values["transformers-js"];
  if (!folder)
    return { name, reason: "name the folder where @huggingface/transformers is installed: --transformers-js" };
  if (!values.onnx || !existsSync(join(values.onnx, "onnx/model.onnx"))) {
    return { name, reason: `no onnx/model.onnx in ${values.onnx ?? "the folder that --onnx should name"}` };
  }
  try {
    // onnxruntime reports to its maker by default; it reads this when it is loaded.
    process.env.ORT_DISABLE_TELEMETRY = "1";
    const path = createRequire(join(resolve(folder), "x.js")).resolve("@huggingface/transformers");
    const { pipeline, env } = await import(pathToFileURL(path).href);
    const model = resolve(values.onnx);
    env.allowRemoteModels = false;
    env.localModelPath = dirname(model);
    const extract = await pipeline("feature-extraction", basename(model), { device: "cpu", dtype: "fp32" });
    return {
      name,
      target: "≥ 1.8",
      embed: (texts) =>
        clock(async () => {
          const sorted = texts.toSorted((first, second) => first.length - second.length);
          for (let start = 0; start < sorted.length; start += batchSize) {
            await extract(sorted.slice(start, start + batchSize), { pooling: "mean", normalize: true });
          }
        }),
    };
  } catch (error) {
    return { name, reason: error.message.split("\n")[0] };
  }
}

async function clock(work) {
  const began = performance.now();
  await work();
  return performance.now() - began;
}
