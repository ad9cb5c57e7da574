/**
 * `npm run packages:sizes`: installs the packed packages into empty folders, and writes what that is into README.md: packages, MB of 2²⁰ bytes on
 * disk, and what is left by README's recipe, which is run as it stands there. Needs the real registry. The figures are those of this
 * system: the others' binaries are in the same packages.
 */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root } from "../steps.mjs";
import { packAll } from "./pack.mjs";
import { openRegistry } from "./registry.mjs";
import { makeFolder, runIn, said } from "./stranger.mjs";
import { npmInstall } from "./tools.mjs";

const markers = ["<!-- sizes: begin -->", "<!-- sizes: end -->"];
/** The largest parts, and what each is needed for. */
const parts = [
  [["onnxruntime-node"], "the fast CPU device; optional. Holds the binaries of every platform"],
  [["webgpu"], "the GPU in Node; optional. The same; glibc 2.34 or newer on Linux"],
  [["@photostructure/sqlite", "sqlite-vec", "sqlite-vec-linux-x64"], "the index"],
  [["all-minilm-l6-v2-q8"], "the default model"],
  [["@vscode/tree-sitter-wasm"], "cutting source code at functions and classes"],
  [["jschardet"], "text that does not declare its character set"],
];

const page = join(root, "README.md");
const text = readFileSync(page, "utf8");
const [begin, end] = markers.map((marker) => text.indexOf(marker));
if (begin < 0 || end < begin) throw new Error(`README.md has no ${markers.join(" … ")}`);
const recipe = text.match(/^ {4}find node_modules\/.*$/gm) ?? [];
if (recipe.length !== 2) throw new Error("README.md's recipe for taking other systems' binaries away has changed");

const work = mkdtempSync(join(tmpdir(), "ferris-sizes-"));
try {
  const registry = await openRegistry(packAll(join(work, "packed")), { upstream: "https://registry.npmjs.org/" });
  const engine = await installed("engine", ["metal-candle", "all-minilm-l6-v2-q8"], registry.url);
  const all = await installed("all", ["ferris"], registry.url);
  const rows = parts.map(([names, use]) => [
    names.map((name) => `\`${name}\``).join(", "),
    sizeOf(
      all,
      names.map((name) => join("node_modules", name)),
    ),
    use,
  ]);
  const lines = [["part", "MB on disk", "needed for"], ["---", "---", "---"], ...rows];
  const table = lines.map((cells) => `| ${cells.join(" | ")} |`).join("\n");
  const sums = [
    `Together \`metal-candle\` with its model is ${packagesIn(engine)} packages and ${sizeOf(engine)} MB,`,
    `\`ferris\` ${packagesIn(all)} packages and ${sizeOf(all)} MB, on ${process.platform} ${process.arch};`,
  ];
  for (const line of recipe) await run(all, registry.url, ["sh", "-c", line.trim()]);
  sums.push(`with the recipe below ${sizeOf(all)} MB.`);
  await run(all, registry.url, ["node", "node_modules/ferris/bin/ferris.js", "doctor", "--device", "cpu"]);
  registry.close();
  const whole = `${table}\n\n${sums.join(" ")}`;
  writeFileSync(page, `${text.slice(0, begin + markers[0].length)}\n\n${whole}\n\n${text.slice(end)}`);
  console.log(whole);
} finally {
  rmSync(work, { recursive: true, force: true, maxRetries: 5 });
}

/** The folder in which they are installed. */
async function installed(name, packages, url) {
  const folder = join(work, name);
  makeFolder(folder);
  await run(folder, url, [...npmInstall, "--ignore-scripts", ...packages]);
  return folder;
}

async function run(folder, url, argv) {
  const home = join(work, "home");
  mkdirSync(home, { recursive: true });
  const done = await runIn(folder, home, url, argv);
  if (done.status !== 0) throw new Error(`${argv.join(" ")}: ${said(done)}`);
}

function packagesIn(folder) {
  const { packages } = JSON.parse(readFileSync(join(folder, "node_modules/.package-lock.json"), "utf8"));
  return Object.keys(packages).length;
}

function sizeOf(folder, places = ["node_modules"]) {
  const bytes = places.map((place) => bytesIn(join(folder, place))).reduce((sum, size) => sum + size, 0);
  return Math.round(bytes / 2 ** 20);
}

function bytesIn(folder) {
  const entries = readdirSync(folder, { withFileTypes: true, recursive: true });
  return entries
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
}
