/**
 * Packs what a bare Linux x64 machine with a GPU needs to run us without network: Node itself, Dawn's binary and the Vulkan loader
 * (runtime), the built packages and the few modules that they import (code), the default model, the goldens, real English texts
 * to time, onnxruntime for the CPU baseline, ferris with what `serve` imports and a load generator (server), and the Python packages of the
 * server that it is compared with (peers). One .tar.xz a piece, so that a run carries only what it uses.
 *
 *   node benchmarks/gpu-machine/pack.mjs [runtime] [code] [model] [goldens] [texts] [cpu] [server] [peers]      (default: all)
 *
 * METAL_CANDLE_PACK_LEVEL=1 packs in a tenth of the time, a third larger.
 *
 * Output: benchmarks/gpu-machine/.bundle/ (ignored by git). On the machine: sh benchmarks/gpu-machine/run.sh benchmarks/gpu.mjs
 */
import { execFileSync } from "node:child_process";
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { homedir, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { englishTexts } from "../lib/english-texts.mjs";

const root = fileURLToPath(new URL("../../", import.meta.url));
const bundle = join(root, "benchmarks/gpu-machine/.bundle");
const modules = join(root, "node_modules");

/** Copies files into a fresh folder laid out like the repository. */
function stage(fill) {
  const folder = join(tmpdir(), `metal-candle-pack-${process.pid}`);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  fill((from, to) => {
    const target = join(folder, to);
    mkdirSync(dirname(target), { recursive: true });
    cpSync(from, target, { recursive: true, dereference: true });
    return target;
  }, folder);
  return folder;
}

const pieces = {
  runtime: (copy) => {
    const node = copy(process.execPath, "bin/node");
    execFileSync("strip", [node]);
    for (const file of ["package.json", "index.js", "dist/linux-x64"])
      copy(join(modules, "webgpu", file), `node_modules/webgpu/${file}`);
    // The loader finds the machine's own driver; any build of it does.
    const loader = readdirSync(cacheFolder()).find((name) => name.startsWith("swiftshader-"));
    copy(join(cacheFolder(), loader, "libvulkan.so.1"), "lib/libvulkan.so.1");
  },
  code: (copy) => {
    copy(join(root, "packages/metal-candle/dist"), "packages/metal-candle/dist");
    copy(join(root, "packages/metal-candle/package.json"), "packages/metal-candle/package.json");
    copy(join(root, "packages/metal-candle/package.json"), "node_modules/metal-candle/package.json");
    copy(join(root, "packages/metal-candle/dist"), "node_modules/metal-candle/dist");
    // The peer of benchmarks/tokenizer.mjs.
    const peer = "@huggingface/tokenizers";
    if (existsSync(join(modules, peer))) copy(join(modules, peer), `node_modules/${peer}`);
  },
  model: (copy) => copy(join(root, "packages/all-minilm-l6-v2-q8"), "node_modules/all-minilm-l6-v2-q8"),
  goldens: (copy, folder) => {
    for (const name of ["tiny", "ops.safetensors", "texts.json"])
      copy(join(root, "packages/metal-candle/test/goldens", name), `goldens/${name}`);
    for (const name of readdirSync(join(folder, "goldens/tiny"))) forgetUnusedWords(join(folder, "goldens/tiny", name));
  },
  texts: (copy, folder) => {
    copyFileSync(englishTexts(), join(folder, "texts.json"));
    // The tokenizer alone: models of random weights read their texts with it where the weights themselves do not travel.
    for (const name of ["tokenizer.json", "tokenizer_config.json"])
      copy(join(root, "packages/all-minilm-l6-v2-q8", name), `node_modules/all-minilm-l6-v2-q8/${name}`);
    for (const name of ["real/all-MiniLM-L6-v2-q8", "texts.json"])
      copy(join(root, "packages/metal-candle/test/goldens", name), `goldens/${name}`);
  },
  cpu: (copy) => {
    for (const file of ["package.json", "dist", "bin/napi-v6/linux/x64"]) {
      copy(join(modules, "onnxruntime-node", file), `node_modules/onnxruntime-node/${file}`);
    }
    copy(join(modules, "onnxruntime-common"), "node_modules/onnxruntime-common");
  },
  server: (copy) => {
    for (const part of ["bin", "dist", "package.json"]) {
      copy(join(root, "packages/ferris", part), `packages/ferris/${part}`);
    }
    for (const name of withDependencies(servedModules)) copy(join(modules, name), `node_modules/${name}`);
  },
  peers: (_, folder) => {
    const platforms = ["manylinux_2_28_x86_64", "manylinux_2_17_x86_64", "manylinux2014_x86_64"];
    const target = [
      "--python-version",
      "3.12",
      "--implementation",
      "cp",
      ...platforms.flatMap((p) => ["--platform", p]),
    ];
    const how = ["--no-deps", "--only-binary=:all:", ...target, "-d", join(folder, "wheels")];
    execFileSync("python3", ["-m", "pip", "download", "-q", ...how, ...peerWheels], { stdio: "inherit" });
  },
};

/** What `ferris serve` imports when it starts without an index, and the load generator. */
const servedModules = [
  "@hono/node-server",
  "@hono/zod-openapi",
  "@modelcontextprotocol/server",
  "@orama/stemmers",
  "autocannon",
  "commander",
  "cross-spawn",
  "fast-string-width",
  "hono",
  "picocolors",
  "prom-client",
  "sqlite-vec",
  "stemmer",
  "zod",
];

/** FastAPI, uvicorn, and what they need that the machine's image does not have. */
const peerWheels = [
  "fastapi==0.165.0",
  "starlette==1.10.0",
  "uvicorn==0.54.0",
  "httptools==0.9.0",
  "pydantic==2.14.4",
  "pydantic-core==2.50.5",
  "annotated-types==0.8.0",
  "typing-inspection==0.4.5",
  "opentelemetry-api==1.45.2",
];

/** Packages and all that they depend on, by name, where they lie at the root. */
function withDependencies(names) {
  const all = new Set();
  const wanted = [...names];
  for (let name = wanted.pop(); name !== undefined; name = wanted.pop()) {
    const manifest = join(modules, name, "package.json");
    if (all.has(name) || !existsSync(manifest)) continue;
    all.add(name);
    wanted.push(...Object.keys(JSON.parse(readFileSync(manifest, "utf8")).dependencies ?? {}));
  }
  return all;
}

/** Zeroes the rows of a tiny model's word table that no golden token uses, so that the random numbers there need not travel. */
function forgetUnusedWords(folder) {
  const tensors = (path) => {
    const bytes = readFileSync(path);
    const length = Number(bytes.readBigUInt64LE(0));
    return { bytes, header: JSON.parse(bytes.toString("utf8", 8, 8 + length)), at: 8 + length };
  };
  const golden = tensors(join(folder, "golden.safetensors"));
  const [first, last] = golden.header.input_ids.data_offsets;
  const used = new Set();
  for (let offset = first; offset < last; offset += 4) used.add(golden.bytes.readInt32LE(golden.at + offset));
  const path = join(folder, "model.safetensors");
  const model = tensors(path);
  const name = Object.keys(model.header).find((key) =>
    /(word_embeddings|tok_embeddings|embed_tokens)\.weight$/.test(key),
  );
  const { shape, data_offsets: offsets } = model.header[name];
  for (let row = 0; row < shape[0]; row++) {
    const start = model.at + offsets[0] + row * shape[1] * 4;
    // The prompts of the models that have one are not among the golden tokens: low ids stay.
    if (!used.has(row) && row > 2000) model.bytes.fill(0, start, start + shape[1] * 4);
  }
  writeFileSync(path, model.bytes);
}

function cacheFolder() {
  return join(
    process.env.METAL_CANDLE_CACHE ?? join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "metal-candle"),
    "testing",
  );
}

mkdirSync(bundle, { recursive: true });
for (const piece of process.argv.length > 2 ? process.argv.slice(2) : Object.keys(pieces)) {
  const folder = stage(pieces[piece]);
  const target = join(bundle, `${piece}.tar.xz`);
  execFileSync("tar", ["-C", folder, "-cf", `${folder}.tar`, "."]);
  const level = process.env.METAL_CANDLE_PACK_LEVEL ?? (piece === "code" ? "6" : "9");
  execFileSync("xz", ["-T2", `-${level}`, "-f", `${folder}.tar`]);
  copyFileSync(`${folder}.tar.xz`, target);
  rmSync(folder, { recursive: true });
  rmSync(`${folder}.tar.xz`);
  console.log(`${piece.padEnd(8)} ${(statSync(target).size / 2 ** 20).toFixed(1).padStart(6)} MiB`);
}
