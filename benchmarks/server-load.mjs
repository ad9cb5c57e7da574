/**
 * npm run bench:server: what `ferris serve` bears: throughput and latency of single texts over HTTP at 1, 16, 64 and 256 clients, and of a
 * search's question while a bulk job runs.
 *
 * Twice: on Dawn's null backend, where a batch is over as soon as it is submitted, so that what is left is the server's own cost; and on the
 * CPU device, where the model decides. Clients (autocannon) and server share this machine's cores.
 *
 *   node benchmarks/server-load.mjs [--json FILE] [--seconds N] [--devices null,cpu]
 */
import { once } from "node:events";
import autocannon from "autocannon";
import { embed, startFerrisServer } from "./lib/ferris-server.mjs";
import { report } from "./lib/report.mjs";

const { values, add, finish } = report("ferris serve under load, MiniLM-L6, one text a request", {
  seconds: { type: "string", default: "10" },
  devices: { type: "string", default: "null,cpu" },
});
const duration = Number(values.seconds);
const text = "To rotate a key without downtime, create the second one first, then move every client over.";

for (const device of values.devices.split(",")) {
  const { url, child } = await start(device);
  await shoot(url, { connections: 16, duration: 3, format: "base64" });
  for (const format of ["base64", "float"]) {
    for (const connections of [1, 16, 64, 256]) {
      const { requests, latency, errors, non2xx } = await shoot(url, { connections, duration, format });
      const name = `${device}, ${format}, ${connections} ${connections === 1 ? "client" : "clients"}`;
      const bound = device === "null" && format === "base64" && connections === 64;
      add(`${name}: requests`, requests.average, "per s", bound ? "≥ 3000" : "");
      add(`${name}: p50`, latency.p50, "ms");
      add(`${name}: p95`, latency.p97_5, "ms (p97.5)");
      add(`${name}: p99`, latency.p99, "ms", bound ? "≤ 50" : "");
      if (errors + non2xx > 0) add(`${name}: failures`, errors + non2xx, "", "0");
    }
  }
  const alone = await queryTimes(url, 50);
  const bulk = embed(
    url,
    Array.from({ length: device === "null" ? 2048 : 500 }, (_, i) => `${text} Number ${i}.`),
  );
  let running = true;
  void bulk.finally(() => (running = false));
  const beside = [];
  while (running && beside.length < 200) beside.push(...(await queryTimes(url, 1)));
  await bulk;
  add(`${device}: a query alone, median`, median(alone), "ms");
  if (beside.length > 2) add(`${device}: a query beside a bulk job, median`, median(beside), "ms");
  if (beside.length > 2) add(`${device}: a query beside a bulk job, worst`, Math.max(...beside), "ms");
  child.kill("SIGTERM");
  await once(child, "exit");
}
finish();

async function start(device) {
  const how = device === "null" ? ["--device", "gpu", "--allow-software-adapter"] : ["--device", device];
  const server = await startFerrisServer(["--db", "/nowhere", ...how], {
    METAL_CANDLE_DAWN_BACKEND: device === "null" ? "null" : "",
  });
  await embed(server.url, [text]);
  return server;
}

function shoot(url, { connections, duration: seconds, format }) {
  return autocannon({
    url: `${url}/v1/embeddings`,
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ model: "all-minilm-l6-v2-q8", input: text, encoding_format: format }),
    connections,
    duration: seconds,
  });
}

async function queryTimes(url, count) {
  const times = [];
  for (let i = 0; i < count; i++) {
    const started = performance.now();
    await embed(url, ["how do I rotate a key"]);
    times.push(performance.now() - started);
  }
  return times;
}

function median(numbers) {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];
}
