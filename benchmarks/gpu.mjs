/**
 * npm run bench:gpu: everything that docs/performance.md says of a GPU, in one run: correctness, GEMM, attention, LayerNorm,
 * text to vectors, one query, where the time goes, the nearest among many vectors, the CPU device and peers on the same host. Prints as it goes and writes a JSON file.
 *
 *   node benchmarks/gpu.mjs [--sections correctness,gemm,attention,layer-norm,speed,profile,nearest,cpu,peers] [--dtypes f32,f16] [--models minilm-l6,bert-base]
 *                           [--token-budget N] [--tokenizer-threads N] [--vectors 100000,1000000] [--out FILE]
 *   node benchmarks/gpu.mjs --sections gemm-parts      where a product's time goes on f16 matrix units
 *   node benchmarks/gpu.mjs --sections families [--families granite-small-r2,…] [--tiny] [--no-peers]      models of today's families
 */
import { writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { parseArgs } from "node:util";
import { openGpu } from "../packages/metal-candle/dist/gpu/device/context.js";
import { correctness } from "./gpu/correctness.mjs";
import { attention } from "./gpu/attention.mjs";
import { families } from "./gpu/families.mjs";
import { gemm } from "./gpu/gemm.mjs";
import { gemmParts } from "./gpu/gemm-parts.mjs";
import { layerNorm } from "./gpu/layer-norm.mjs";
import { nearest } from "./gpu/nearest.mjs";
import { profile, textToVectors } from "./gpu/text-to-vectors.mjs";
import { englishTexts } from "./lib/english-texts.mjs";
import { runPeers } from "./lib/peers.mjs";

const { values } = parseArgs({
  options: {
    sections: { type: "string", default: "correctness,gemm,attention,layer-norm,speed,profile,nearest,cpu,peers" },
    dtypes: { type: "string" },
    models: { type: "string", default: "minilm-l6,bert-base" },
    "token-budget": { type: "string" },
    "tokenizer-threads": { type: "string", default: "0" },
    rows: { type: "string", default: "65536" },
    vectors: { type: "string", default: "100000,1000000" },
    lengths: { type: "string", default: "24,91,256" },
    families: { type: "string" },
    tiny: { type: "boolean", default: false },
    "no-peers": { type: "boolean", default: false },
    out: { type: "string", default: "gpu-benchmark.json" },
  },
});
const { report } = await openGpu(true);
const dtypes = values.dtypes?.split(",") ?? (report.features.includes("shader-f16") ? ["f32", "f16"] : ["f32"]);
const models = values.models.split(",");
const tokenBudget = values["token-budget"] ? Number(values["token-budget"]) : undefined;
const tokenizerThreads = Number(values["tokenizer-threads"]);
const textsFile = englishTexts();
console.log(
  `${report.name} (${report.runtime}); matrix units: ${report.subgroupMatrixConfigs.map((c) => `${c.component}->${c.result} ${c.m}x${c.n}x${c.k}`).join(", ") || "none"}; ${cpus().length} × ${cpus()[0]?.model}`,
);

const runners = {
  correctness: () => correctness({ dtypes }),
  gemm: () => gemm({ dtypes, rows: Number(values.rows) }),
  "gemm-parts": () => gemmParts(),
  attention: () => attention({ dtypes }),
  "layer-norm": () => layerNorm({ dtypes }),
  speed: () => textToVectors({ models, dtypes, tokenBudget, tokenizerThreads, textsFile }),
  profile: () => profile({ models, dtypes, textsFile, lengths: values.lengths.split(",").map(Number) }),
  families: () =>
    families({
      models: values.families?.split(","),
      dtypes: values.dtypes ? dtypes : [dtypes.at(-1)],
      tokenBudget,
      textsFile,
      tiny: values.tiny,
      peers: !values["no-peers"] && !values.tiny,
    }),
  nearest: () => nearest({ counts: values.vectors.split(",").map(Number) }),
  cpu: () => textToVectors({ models: ["minilm-l6"], dtypes: ["f32"], device: "cpu", textsFile, runs: 3 }),
  peers: () => runPeers([textsFile, tmpdir()]),
};
const results = {
  date: new Date().toISOString(),
  adapter: report,
  cpu: `${cpus().length} × ${cpus()[0]?.model}`,
  node: process.version,
};
for (const section of values.sections.split(",")) {
  console.log(`\n== ${section}`);
  const began = performance.now();
  try {
    results[section] = await runners[section]();
  } catch (error) {
    results[section] = { failed: String(error?.message ?? error) };
    console.log(`NOT RUN: ${section}: ${error?.stack ?? error}`);
  }
  console.log(`(${((performance.now() - began) / 1000).toFixed(1)} s)`);
}
writeFileSync(values.out, `${JSON.stringify(results, null, 1)}\n`);
console.log(`\nwritten: ${values.out}`);
process.exit(0);
