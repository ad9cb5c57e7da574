/**
 * `npm run packages:sizes`: installs the packed packages into empty folders, and writes what they take on disk into README.md's table, in MB of 2²⁰
 * bytes. Needs the real registry. The figures are those of this system: the others' binaries are in the same packages.
 */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root } from "../steps.mjs";
import { packAll } from "./pack.mjs";
import { openRegistry } from "./registry.mjs";
import { runIn, said } from "./stranger.mjs";

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

const work = mkdtempSync(join(tmpdir(), "ferris-sizes-"));
try {
  const registry = await openRegistry(packAll(join(work, "packed")), { upstream: "https://registry.npmjs.org/" });
  const [engine, all] = [
    await installed("engine", ["metal-candle", "all-minilm-l6-v2-q8"], registry.url),
    await installed("all", ["ferris"], registry.url),
  ];
  registry.close();
  const rows = parts.map(([names, use]) => [names.map((name) => `\`${name}\``).join(", "), sizeOf(all, names), use]);
  const lines = [["part", "MB on disk", "needed for"], ["---", "---", "---"], ...rows];
  const table = lines.map((cells) => `| ${cells.join(" | ")} |`).join("\n");
  const sum = `Together \`metal-candle\` with its model takes ${sizeOf(engine)} MB and \`ferris\` ${sizeOf(all)}, on ${process.platform} ${process.arch}.`;
  const page = join(root, "README.md");
  const text = readFileSync(page, "utf8");
  const [begin, end] = markers.map((marker) => text.indexOf(marker));
  if (begin < 0 || end < begin) throw new Error(`README.md has no ${markers.join(" … ")}`);
  writeFileSync(page, `${text.slice(0, begin + markers[0].length)}\n\n${table}\n\n${sum}\n\n${text.slice(end)}`);
  console.log(`${table}\n${sum}`);
} finally {
  rmSync(work, { recursive: true, force: true, maxRetries: 5 });
}

/** The node_modules that come of it. */
async function installed(name, packages, url) {
  const folder = join(work, name);
  const home = join(work, "home");
  for (const each of [folder, home]) mkdirSync(each, { recursive: true });
  writeFileSync(join(folder, "package.json"), `{ "name": "stranger", "private": true, "type": "module" }\n`);
  const done = await runIn(folder, home, url, [
    "npm",
    "install",
    "--no-audit",
    "--no-fund",
    "--ignore-scripts",
    ...packages,
  ]);
  if (done.status !== 0) throw new Error(said(done));
  return join(folder, "node_modules");
}

function sizeOf(folder, names = ["."]) {
  const bytes = names.map((name) => bytesIn(join(folder, name))).reduce((sum, size) => sum + size, 0);
  return Math.round(bytes / 2 ** 20);
}

function bytesIn(folder) {
  const entries = readdirSync(folder, { withFileTypes: true, recursive: true });
  return entries
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
}
