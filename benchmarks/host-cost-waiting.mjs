/**
 * The part of host-cost.mjs that needs a device that computes: CPU time of the main thread while a batch of about 200 ms is away.
 *
 * Linux only: the kernel's own account of this thread (/proc/…/schedstat), since a software adapter computes in the same process.
 * Prints one line of JSON.
 */
import { existsSync, readFileSync } from "node:fs";
import { EmbeddingModel } from "../packages/metal-candle/dist/index.js";
import { englishTexts } from "./lib/english-texts.mjs";
import { modelFolder } from "./lib/places.mjs";

const account = `/proc/self/task/${process.pid}/schedstat`;

if (!existsSync(account)) end({ notRun: "needs Linux's schedstat" });
const texts = JSON.parse(readFileSync(englishTexts(), "utf8")).short;
/** @type {import("../packages/metal-candle/dist/index.js").LoadOptions} */
const options = { device: "gpu", dtype: "f32", allowSoftwareAdapter: true, onNotice: () => undefined };
let model;
try {
  model = await EmbeddingModel.load(modelFolder(), options);
} catch (error) {
  end({ notRun: error.message });
}
/** One batch takes a quarter of the budget: more texts would become two. */
const most = Math.floor(model.info().tokenBudget / 4 / 40);
let count = 1;
while (count < most && (await once(count)).batchMilliseconds < 150) count += 1;
for (let i = 0; i < 4; i++) await once(count);
const runs = [];
for (let i = 0; i < 9; i++) runs.push(await once(count));
const middle = (key) => runs.map((run) => run[key]).toSorted((first, second) => first - second)[runs.length >> 1];
const { adapter } = model.info();
await model.close();
end({
  adapter: adapter.name,
  texts: count,
  batchMilliseconds: middle("batchMilliseconds"),
  cpuMilliseconds: middle("cpuMilliseconds"),
});

async function once(size) {
  const cpu = mainThread();
  const began = performance.now();
  await model.embed(texts.slice(0, size));
  return { batchMilliseconds: performance.now() - began, cpuMilliseconds: mainThread() - cpu };
}

/** Milliseconds this thread has run. */
function mainThread() {
  return Number(readFileSync(account, "utf8").split(" ")[0]) / 1e6;
}

function end(result) {
  console.log(JSON.stringify(result));
  process.exit(0);
}
