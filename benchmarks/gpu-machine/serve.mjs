/**
 * `ferris serve` beside sentence-transformers behind FastAPI, on one machine: requests a second and latencies at 1, 16 and 64 clients, with one
 * short text a request and with 32 passages. The same random weights of MiniLM-L6's shape, the same texts, f16 on a GPU.
 *
 *   sh benchmarks/gpu-machine/run.sh benchmarks/gpu-machine/serve.mjs [--seconds N] [--clients 1,16,64] [--json FILE] [--device cpu] [--python PATH]
 *
 * FastAPI comes with the bundle (pack.mjs, piece `peers`); torch and sentence-transformers must be on the machine. Needs texts.json, or makes do
 * with sentences of its own. Clients are autocannon in threads of their own.
 */
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import autocannon from "autocannon";
import { embed, startFerrisServer } from "../lib/ferris-server.mjs";
import { tokenizerFolder } from "../lib/places.mjs";
import { randomModel } from "../lib/random-model.mjs";
import { report } from "../lib/report.mjs";

const root = fileURLToPath(new URL("../../", import.meta.url));
const { values, add, notRun, finish } = report("ferris serve and FastAPI, MiniLM-L6's shape", {
  seconds: { type: "string", default: "6" },
  clients: { type: "string", default: "1,16,64" },
  device: { type: "string", default: "gpu" },
  model: { type: "string", default: "minilm-l6" },
  python: { type: "string", default: "python3" },
  servers: { type: "string", default: "ferris,plain,batching" },
});
const seconds = Number(values.seconds);
const onGpu = values.device === "gpu";
const folder = randomModel(values.model, tokenizerFolder(), tmpdir());
const sets = textSets();
/** Where Python finds FastAPI; null until it was looked for. */
let peerPath = null;
const vectors = new Map();

for (const server of values.servers.split(",")) {
  await (server === "ferris"
    ? measured("ferris serve", startFerris)
    : measured(`FastAPI, ${server}`, () => startPeer(server)));
}
finish();

/** One server through all loads. */
async function measured(name, start) {
  let child;
  try {
    const { url, process: started } = await start();
    child = started;
    const [vector] = await embed(url, [sets.short[0]]);
    vectors.set(name, vector);
    const ours = vectors.get("ferris serve");
    if (ours) add(`${name}: cosine with ferris`, cosine(vector, ours), "", "≥ 0.999");
    for (const { set, perRequest } of [
      { set: "short", perRequest: 1 },
      { set: "passages", perRequest: 32 },
    ]) {
      const bodies = bodiesOf(sets[set], perRequest);
      await shoot(url, bodies, 16, 2);
      for (const clients of values.clients.split(",").map(Number)) {
        const { requests, latency, errors, non2xx } = await shoot(url, bodies, clients, seconds);
        const label = `${name}: ${perRequest === 1 ? "a short text" : `${perRequest} passages`}, ${clients} ${clients === 1 ? "client" : "clients"}`;
        add(`${label}: texts`, requests.average * perRequest, "per s");
        add(`${label}: p50`, latency.p50, "ms");
        add(`${label}: p99`, latency.p99, "ms");
        if (errors + non2xx > 0) add(`${label}: failures`, errors + non2xx, "", "0");
      }
    }
  } catch (error) {
    notRun(name, String(error?.message ?? error).slice(-400));
  } finally {
    if (child) {
      child.kill("SIGKILL");
      await once(child, "exit");
    }
  }
}

async function startFerris() {
  const how = onGpu ? ["--device", "gpu", "--dtype", "f16"] : ["--device", values.device];
  const { url, child } = await startFerrisServer(["--db", "/nowhere", "--serve-model", folder, ...how]);
  return { url, process: child };
}

async function startPeer(how) {
  peerPath ??= wheels();
  const port = 20_000 + Math.floor(Math.random() * 20_000);
  const script = fileURLToPath(new URL("serve_peer.py", import.meta.url));
  const env = { ...process.env, ...(peerPath && { PYTHONPATH: peerPath }) };
  const child = spawn(values.python, [script, folder, String(port), how, onGpu ? "cuda" : "cpu"], { env });
  let said = "";
  child.stderr.on("data", (data) => (said += data));
  const url = `http://127.0.0.1:${port}`;
  for (let attempt = 0; attempt < 240; attempt++) {
    if (child.exitCode !== null) throw new Error(said);
    await new Promise((resolve) => setTimeout(resolve, 500));
    try {
      await embed(url, ["are you there"]);
      return { url, process: child };
    } catch {
      // Not yet.
    }
  }
  child.kill("SIGKILL");
  throw new Error(`does not answer: ${said}`);
}

/** FastAPI where the bundle brought it: installed beside, for Python to find. */
function wheels() {
  const from = join(root, "wheels");
  if (!existsSync(from)) return process.env.PYTHONPATH ?? "";
  const into = join(tmpdir(), "serve-peer-site");
  const files = readdirSync(from).map((name) => join(from, name));
  const how = ["-q", "--no-index", "--no-deps", "--no-compile", "--no-cache-dir", "--upgrade", "--target", into];
  execFileSync(values.python, ["-m", "pip", "install", ...how, ...files], { stdio: "inherit" });
  return into;
}

function shoot(url, bodies, connections, duration) {
  return autocannon({
    url: `${url}/v1/embeddings`,
    connections,
    duration,
    workers: Math.min(connections, 4),
    timeout: 60,
    requests: bodies.map((body) => ({
      method: "POST",
      path: "/v1/embeddings",
      headers: { "content-type": "application/json" },
      body,
    })),
  });
}

/** Sixty-four requests, each with texts of its own. */
function bodiesOf(texts, perRequest) {
  return Array.from({ length: 64 }, (_, request) => {
    const own = Array.from({ length: perRequest }, (__, i) => texts[(request * perRequest + i) % texts.length]);
    return JSON.stringify({ input: perRequest === 1 ? own[0] : own, encoding_format: "base64" });
  });
}

function textSets() {
  const file = join(root, "texts.json");
  if (existsSync(file)) return JSON.parse(readFileSync(file, "utf8"));
  const sentence = "To rotate a key without downtime, create the second one first, then move every client over.";
  const short = Array.from({ length: 64 }, (_, i) => `${sentence} Number ${i}.`);
  return { short, passages: short.map((text) => Array.from({ length: 5 }, () => text).join(" ")) };
}

function cosine(a, b) {
  let [dot, left, right] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    dot += a[i] * b[i];
    left += a[i] ** 2;
    right += b[i] ** 2;
  }
  return dot / Math.sqrt(left * right);
}
