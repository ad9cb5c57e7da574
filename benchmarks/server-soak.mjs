/**
 * npm run bench:soak: whether `ferris serve` grows: half a million requests, with memory, descriptors and GPU buffers looked at on the way.
 *
 * On Dawn's null backend, so that it is over in minutes: what may grow is the server's and the host's. Ends with 1 where the last tenth has
 * more descriptors or GPU buffers than the second had, or 10 % more memory and 20 MB.
 *
 *   node benchmarks/server-soak.mjs [--json FILE] [--requests N]
 */
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import autocannon from "autocannon";
import { startFerrisServer } from "./lib/ferris-server.mjs";
import { report } from "./lib/report.mjs";

const { values, add, finish } = report("ferris serve, many requests (null backend)", {
  requests: { type: "string", default: "500000" },
});
const args = ["--db", "/nowhere", "--device", "gpu", "--allow-software-adapter"];
const { url, child } = await startFerrisServer(args, { METAL_CANDLE_DAWN_BACKEND: "null" });

const parts = 10;
const each = Math.ceil(Number(values.requests) / parts);
const started = performance.now();
const seen = [];
for (let part = 1; part <= parts; part++) {
  const failures = await shoot(each, part);
  const at = await look();
  seen.push(at);
  const seconds = Math.round((performance.now() - started) / 1000);
  // As it goes: a run that is cut off has told something.
  console.log(
    `${part * each} requests, ${seconds} s: ${at.megabytes.toFixed(0)} MB, ${at.descriptors} descriptors, ${at.gpuBuffers} GPU buffers`,
  );
  add(`after ${part}/${parts}: resident`, at.megabytes, "MB");
  add(`after ${part}/${parts}: descriptors, GPU buffers`, at.descriptors + at.gpuBuffers, "", "", at);
  if (failures > 0) add(`after ${part}/${parts}: wrong answers`, failures, "", "0");
}
const [second, last] = [seen[1], seen.at(-1)];
const grew =
  last.descriptors > second.descriptors ||
  last.gpuBuffers > second.gpuBuffers ||
  last.megabytes > second.megabytes * 1.1 + 20;
finish();
child.kill("SIGTERM");
await once(child, "exit");
console.log(grew ? "It grew." : "It did not grow.");
process.exitCode = grew ? 1 : 0;

/**
 * Each connection sends eight right requests, then one that is not JSON and one for a model that is not there; texts of another length in
 * each part. Returns how many answers had not the status that they should have.
 */
async function shoot(amount, part) {
  const input = `To rotate a key, create the second one first. ${"And so on. ".repeat(part)}`;
  const right = ["base64", "float"].map((encoding_format) => JSON.stringify({ input, encoding_format }));
  const bodies = [...right, ...right, ...right, ...right, "{", JSON.stringify({ model: "none", input })];
  const { statusCodeStats, errors } = await autocannon({
    url: `${url}/v1/embeddings`,
    requests: bodies.map((body) => ({ method: "POST", headers: { "content-type": "application/json" }, body })),
    connections: 64,
    amount,
  });
  const count = (status) => statusCodeStats[status]?.count ?? 0;
  const [well, malformed, unknown] = [count(200), count(400), count(404)];
  const others = amount - well - malformed - unknown;
  // A connection may end within its ten.
  const misjudged = [malformed, unknown].filter((refused) => Math.abs(refused - amount / 10) > 64).length;
  return others + errors + misjudged;
}

async function look() {
  // Connections that have ended are closed a moment later.
  await new Promise((resolve) => setTimeout(resolve, 2000));
  const metrics = await (await fetch(`${url}/metrics`)).text();
  const gpuBuffers = Number(/^ferris_gpu_buffers (\d+)/m.exec(metrics)?.[1] ?? 0);
  const resident = Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${child.pid}/status`, "utf8"))?.[1]);
  return { megabytes: resident / 1024, descriptors: readdirSync(`/proc/${child.pid}/fd`).length, gpuBuffers };
}
