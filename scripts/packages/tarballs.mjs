/**
 * What each tarball must hold, file by file, before anything is installed: what its sources give, what it carries of others, and nothing else; that
 * source maps and package.json name files that are there; and that every link of its README leads to something in it, since a README is read
 * where the repository is not.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, posix, relative, sep } from "node:path";
import { root } from "../steps.mjs";

const inEach = ["package.json", "README.md", "LICENSE", "NOTICE"];
const wasmRuntime = ["ort.node.min.mjs", "ort-wasm-simd-threaded.mjs", "ort-wasm-simd-threaded.wasm"];

/** Names, and patterns of which each must be met. */
const contents = {
  "all-minilm-l6-v2-q8": () => [
    "index.js",
    "index.d.ts",
    "config.json",
    "config_sentence_transformers.json",
    "modules.json",
    "sentence_bert_config.json",
    "tokenizer.json",
    "tokenizer_config.json",
    "1_Pooling/config.json",
    "model.safetensors",
  ],
  "metal-candle": () => [
    ...compiled("metal-candle"),
    ...["LICENSE", "package.json", ...wasmRuntime].map((file) => `onnxruntime-web/${file}`),
  ],
  ferris: () => [
    ...compiled("ferris"),
    "bin/ferris.js",
    "man/ferris.1",
    // pdf.js, its tables of characters, and its decoders of pictures.
    ...["LICENSE", "package.json", "pdf.mjs", "pdf.worker.mjs", "cmaps/LICENSE"].map((file) => `pdfjs/${file}`),
    /^pdfjs\/cmaps\/[\w-]+\.bcmap$/,
    /^pdfjs\/wasm\/[\w.-]+\.wasm$/,
    /^pdfjs\/wasm\/LICENSE_\w+$/,
    // The page of `ferris serve`.
    "web/index.html",
    "web/licences.md",
    /^web\/assets\/[\w-]+\.js$/,
    /^web\/assets\/[\w-]+\.css$/,
    /^web\/assets\/icon-[\w-]+\.svg$/,
  ],
};
const keys = ["description", "keywords", "license", "files", "version"];

/** Each source, and the four files that the compiler makes of it. */
function compiled(name) {
  const { stdout } = spawnSync("git", ["ls-files", "src"], { cwd: join(root, "packages", name), encoding: "utf8" });
  const sources = stdout.split("\n").filter((path) => path !== "");
  const programs = sources.filter((path) => path.endsWith(".ts") && !path.endsWith(".d.ts"));
  return [
    ...sources,
    ...programs.flatMap((path) =>
      [".js", ".js.map", ".d.ts", ".d.ts.map"].map((end) => path.replace(/^src\/(.*)\.ts$/, `dist/$1${end}`)),
    ),
  ];
}

/** Throws with every fault of one tarball; returns how many files it holds. */
export function checkTarball({ tarball, manifest }) {
  const work = mkdtempSync(join(tmpdir(), "ferris-tarball-"));
  try {
    const { status, stderr } = spawnSync("tar", ["-xzf", tarball, "-C", work], { encoding: "utf8" });
    if (status !== 0) throw new Error(`${tarball} cannot be read: ${stderr}`);
    const folder = join(work, "package");
    const files = filesIn(folder);
    const faults = [...faultsOf(manifest, folder, files)];
    if (faults.length > 0) throw new Error(`${manifest.name}:\n${faults.join("\n")}`);
    return `${files.size} files`;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function filesIn(folder) {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return new Set(
    entries.map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join(posix.sep)),
  );
}

function* faultsOf(manifest, folder, files) {
  for (const key of keys) if (manifest[key] === undefined) yield `package.json has no ${key}`;
  yield* differences(files, [...inEach, ...contents[manifest.name]()]);
  for (const target of [manifest.exports, manifest.imports, manifest.bin, manifest.man].flatMap((part) => [
    ...targets(part),
  ])) {
    const [before, after] = target.replace("./", "").split("*");
    const found = [...files].some((file) =>
      after === undefined ? file === before : file.startsWith(before) && file.endsWith(after),
    );
    if (!found) yield `${target}, named in package.json, is missing`;
  }
  for (const file of files) {
    if (file.startsWith("dist/") && file.endsWith(".map")) yield* missingSources(file, folder, files);
  }
  yield* deadLinks(readFileSync(join(folder, "README.md"), "utf8"), files);
}

function* differences(files, expected) {
  const names = new Set(expected.filter((each) => typeof each === "string"));
  const patterns = expected.filter((each) => typeof each !== "string");
  const isExpected = (file) => names.has(file) || patterns.some((pattern) => pattern.test(file));
  for (const name of names) if (!files.has(name)) yield `${name} is missing`;
  for (const pattern of patterns) {
    if (![...files].some((file) => pattern.test(file))) yield `nothing is there like ${pattern.source}`;
  }
  for (const file of files) if (!isExpected(file)) yield `${file} does not belong there`;
}

/** A source map that names files that are not there helps nobody. */
function* missingSources(map, folder, files) {
  const { sources, sourcesContent } = JSON.parse(readFileSync(join(folder, map), "utf8"));
  if (sourcesContent !== undefined) return;
  for (const source of sources) {
    const path = posix.join(posix.dirname(map), source);
    if (!files.has(path)) yield `${map} names ${path}, which is missing`;
  }
}

function* deadLinks(text, files) {
  for (const [, target] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
    const [path] = target.split("#");
    if (path !== "" && !path.startsWith("https:") && !files.has(path)) {
      yield `README.md links to ${target}, which is not in the package`;
    }
  }
}

/** The paths that a part of package.json names. */
function* targets(value) {
  if (typeof value === "string") yield value;
  else if (typeof value === "object" && value !== null) for (const below of Object.values(value)) yield* targets(below);
}
