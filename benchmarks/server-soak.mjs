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
const seen = [];
for (let part = 1; part <= parts; part++) {
  const { non2xx, errors } = await shoot(Math.ceil(Number(values.requests) / parts), part);
  const at = await look();
  seen.push(at);
  add(`after ${part}/${parts}: resident`, at.megabytes, "MB");
  add(`after ${part}/${parts}: descriptors, GPU buffers`, at.descriptors + at.gpuBuffers, "", "", at);
  if (non2xx + errors > 0) add(`after ${part}/${parts}: failures`, non2xx + errors, "", "0");
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

/** Every other part has wrong requests among the right ones, and texts of another length. */
function shoot(amount, part) {
  const input = `To rotate a key, create the second one first. ${"And so on. ".repeat(part)}`;
  return autocannon({
    url: `${url}/v1/embeddings`,
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ input, encoding_format: part % 2 ? "base64" : "float" }),
    connections: 64,
    amount,
  });
}

async function look() {
  // Connections that have ended are closed a moment later.
  await new Promise((resolve) => setTimeout(resolve, 6000));
  const metrics = await (await fetch(`${url}/metrics`)).text();
  const gpuBuffers = Number(/^ferris_gpu_buffers (\d+)/m.exec(metrics)?.[1] ?? 0);
  const resident = Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${child.pid}/status`, "utf8"))?.[1]);
  return { megabytes: resident / 1024, descriptors: readdirSync(`/proc/${child.pid}/fd`).length, gpuBuffers };
}
