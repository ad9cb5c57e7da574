/**
 * npm run bench:devices: texts per second on one GPU and on several, a process on each, for docs/performance.md and docs/scaling.md. Proves first that the
 * processes are on different cards: which device files each has open, and what nvidia-smi says of both cards during the run.
 *
 *   node benchmarks/devices.mjs [--devices 0,1] [--model bert-base] [--dtype auto] [--set passages] [--repeat 8] [--runs 5] [--out FILE]
 *   node benchmarks/devices.mjs --devices cpu,cpu --model tiny --repeat 1      the way around the model alone, without a GPU
 */
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, readlinkSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { parseArgs } from "node:util";
import { EmbeddingModel } from "../packages/metal-candle/dist/index.js";
import { chosenDevices } from "../packages/metal-candle/dist/devices/device-list.js";
import { SeveralDevices } from "../packages/metal-candle/dist/devices/several-devices.js";
import { listGpus } from "../packages/metal-candle/dist/platform/gpus.node.js";
import { selectionOf } from "../packages/metal-candle/dist/platform/process-on-gpu.node.js";
import { englishTexts } from "./lib/english-texts.mjs";
import { printTable, short, timed } from "./lib/measure.mjs";
import { modelFolder, tokenizerFolder } from "./lib/places.mjs";
import { randomModel } from "./lib/random-model.mjs";

const { values } = parseArgs({
  options: {
    devices: { type: "string", default: "0,1" },
    model: { type: "string", default: "bert-base" },
    dtype: { type: "string", default: "auto" },
    set: { type: "string", default: "passages" },
    repeat: { type: "string", default: "8" },
    runs: { type: "string", default: "5" },
    warm: { type: "string", default: "4" },
    out: { type: "string" },
  },
});
const named = values.devices.split(",").map((one) => (one === "cpu" ? /** @type {const} */ ("cpu") : Number(one)));
const own = values.model === "minilm-l6" && modelFolder();
const folder = own || randomModel(values.model, tokenizerFolder(), tmpdir());
const set = JSON.parse(readFileSync(englishTexts(), "utf8"))[values.set];
const texts = Array.from({ length: Number(values.repeat) }, () => set).flat();
const options = {
  dtype: /** @type {"auto"} */ (values.dtype),
  allowSoftwareAdapter: true,
  onNotice: (/** @type {string} */ line) => console.log(line),
};

const gpus = await listGpus();
console.log(
  `${gpus.length} GPUs: ${gpus.map(({ index, name, busAddress, deviceFiles }) => `${index} ${name} ${busAddress} ${deviceFiles.join(" ")}`).join("; ")}`,
);
for (const gpu of gpus) {
  const how = await selectionOf(gpu, gpus).catch((/** @type {Error} */ error) => error.message);
  console.log(`GPU ${gpu.index} is picked by: ${JSON.stringify(how)}`);
}

/** The GPUs' files that a process holds open. */
function openCards(pid) {
  const links = readdirSync(`/proc/${pid}/fd`).map((fd) => {
    try {
      return readlinkSync(`/proc/${pid}/fd/${fd}`);
    } catch {
      return "";
    }
  });
  return [...new Set(links.filter((link) => /\/(nvidia|renderD)\d+$/.test(link)))].sort();
}

function smi() {
  try {
    const query = ["--query-gpu=index,utilization.gpu,memory.used,clocks.sm", "--format=csv,noheader"];
    return execFileSync("nvidia-smi", query, { encoding: "utf8" }).trim().split("\n");
  } catch {
    return [];
  }
}

async function measured(label, model) {
  const until = performance.now() + Number(values.warm) * 1000;
  do await model.embed(texts, {});
  while (performance.now() < until);
  const sample = setTimeout(() => (seen = smi()), 300);
  let seen = [];
  const { median, best, worst } = await timed(() => model.embed(texts, {}), { warmups: 0, runs: Number(values.runs) });
  clearTimeout(sample);
  const result = { label, textsPerSecond: (texts.length / median) * 1000, median, best, worst, gpus: seen };
  console.log(
    `${label}: ${short(result.textsPerSecond)} texts/s (median ${short(median)} ms, ${short(best)} to ${short(worst)}) ${seen.join(" | ")}`,
  );
  return result;
}

const results = [];
const first = named[0];
const inProcess = await EmbeddingModel.load(folder, { ...options, device: first === "cpu" ? "cpu" : "gpu" });
results.push(await measured("in this process", inProcess));
const reference = await inProcess.embed(texts.slice(0, 64));
await inProcess.close();

const lists = [...new Set(named.map((one) => JSON.stringify([one])))].map((text) => JSON.parse(text));
for (const list of [...lists, named]) {
  const chosen = chosenDevices(list, gpus, true);
  const given = { gpus, options, onNotice: options.onNotice };
  const several = await SeveralDevices.open(folder, chosen, given);
  const cards = several.processes.map((pid) => openCards(pid));
  console.log(
    `processes ${several.processes.join(", ")} have open: ${cards.map((files) => files.join(" ") || "no GPU file").join("; ")}`,
  );
  const result = await measured(`devices ${list.join(",")}`, several);
  const again = await several.embed(texts.slice(0, 64), {});
  const difference = Math.max(...again.data.map((value, index) => Math.abs(value - reference.data[index])));
  console.log(`largest difference from the vectors of this process: ${difference}`);
  results.push({ ...result, list, cards, difference });
  await several.close();
}

const alone = Math.max(...results.slice(1, -1).map(({ textsPerSecond }) => textsPerSecond));
printTable([
  ["devices", "texts/s", "ms", "against one process on one device", "largest difference"],
  ...results.map(({ label, textsPerSecond, median, difference }) => [
    label,
    short(textsPerSecond),
    short(median),
    `${(textsPerSecond / alone).toFixed(2)} x`,
    difference ?? "–",
  ]),
]);
if (values.out) {
  const about = {
    date: new Date().toISOString(),
    gpus,
    cpu: `${cpus().length} × ${cpus()[0]?.model}`,
    model: values.model,
  };
  writeFileSync(
    values.out,
    `${JSON.stringify({ ...about, texts: texts.length, dtype: values.dtype, results }, null, 1)}\n`,
  );
}
process.exit(0);
