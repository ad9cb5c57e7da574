/**
 * npm run bench:cpu: the CPU device against its peers, same texts, same maximum length: texts of 24
 * tokens each, short texts as they come, and texts of 240 tokens, 32 at a time; and against what this processor can do at all.
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
import { readFileSync } from "node:fs";
import { EmbeddingModel } from "../packages/metal-candle/dist/index.js";
import { encoderFlops, matrixPeak } from "./lib/cpu-peak.mjs";
import { clock, plainGraph, sentenceTransformers, transformersJs } from "./lib/cpu-peers.mjs";
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
const shape = { layers: 6, hiddenSize: 384, intermediateSize: 1536 };

const model = await EmbeddingModel.load(modelFolder(), { device: "cpu", onNotice: () => undefined });
const count = Number(values.texts);
const source = JSON.parse(readFileSync(englishTexts(), "utf8"));
const lengthsOf = async (texts) => [...(await model.embed(texts)).tokenCounts];
const shortLengths = await lengthsOf(source.short);
const sets = {
  even: source.short.filter((_, index) => shortLengths[index] >= 22 && shortLengths[index] <= 26).slice(0, count),
  mixed: source.short.slice(0, count),
  // Cut by words; what they come to in tokens is measured and printed.
  long: source.long.slice(0, Math.ceil(count / 8)).map((long) => long.split(" ").slice(0, 152).join(" ")),
};
const tokenLengths = {};
for (const [set, texts] of Object.entries(sets)) tokenLengths[set] = await lengthsOf(texts);

/** Each contender: name and a function from texts to the milliseconds that it took. */
const contenders = [
  { name: "ours", embed: (texts) => clock(() => model.embed(texts)) },
  await plainGraph({ onnx: values.onnx, tokenLengths }),
  await sentenceTransformers({ python: values.python, model: values.model, sets }),
  await transformersJs({ folder: values["transformers-js"], onnx: values.onnx }),
];
const peaks = [];
const runs = new Map();
for (let round = -1; round < Number(values.rounds); round++) {
  peaks.push(await matrixPeak());
  for (const [set, texts] of Object.entries(sets)) {
    for (const contender of contenders) {
      if (contender.reason) continue;
      const milliseconds = await contender.embed(texts, set);
      const key = `${set} ${contender.name}`;
      if (round >= 0) runs.set(key, [...(runs.get(key) ?? []), milliseconds / texts.length]);
    }
  }
}

const peak = Math.max(...peaks);
add("f32 matrix product of this machine", peak / 1e9, "GFLOP/s");
for (const [set, texts] of Object.entries(sets)) {
  const tokens = tokenLengths[set].reduce((sum, length) => sum + length, 0);
  const range = `${Math.min(...tokenLengths[set])}–${Math.max(...tokenLengths[set])}`;
  const label = `${texts.length} texts of ${range} tokens, ${(tokens / texts.length).toFixed(0)} on average`;
  const limit = (encoderFlops(shape, tokenLengths[set]) / peak / texts.length) * 1e3;
  const own = summary(runs.get(`${set} ours`)).median;
  add(label, own, "ms/doc", "", { texts: texts.length, tokens, limit });
  add("  limit: its FLOPs at that rate", limit, "ms/doc");
  for (const { name, reason, target } of contenders.slice(1)) {
    if (reason) {
      notRun(`  ${name}`, reason);
      continue;
    }
    const { median } = summary(runs.get(`${set} ${name}`));
    add(`  ${name}`, median, "ms/doc", "", { texts: texts.length, tokens });
    add("    ours is faster by", median / own, "×", set === "long" ? "" : target);
  }
}
finish();
for (const { close } of contenders) close?.();
process.exit(0);
