/**
 * What `npm pack` and `npm publish` run first, in the package's own folder ("prepack"): builds it, and copies in what it carries and
 * git does not: NOTICE, for metal-candle the three files of onnxruntime-web that make up its CPU device in WebAssembly, and for ferris
 * the part of pdf.js that reads text, and the page of `ferris serve`.
 *
 * With --undo ("postpack") it takes NOTICE and the WebAssembly away again: the repository finds them where they come from. By its copy of
 * pdf.js it reads too (copy-pdfjs.mjs).
 *
 * This repository turns install scripts off (.npmrc), and with them this one: `npm run pack`, or `npm publish --ignore-scripts=false`.
 */
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, relative } from "node:path";
import { copyPdfjs } from "./copy-pdfjs.mjs";
import { build, buildPage, root } from "./steps.mjs";

const wasmFiles = ["ort.node.min.mjs", "ort-wasm-simd-threaded.mjs", "ort-wasm-simd-threaded.wasm"];

const folder = process.cwd();
const { name } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
const notice = join(folder, "NOTICE");
const wasm = join(folder, "onnxruntime-web");
const pdfjs = join(folder, "pdfjs");

if (process.argv.includes("--undo")) {
  for (const copy of [notice, wasm]) rmSync(copy, { recursive: true, force: true });
} else {
  removeStale();
  build(relative(root, folder));
  copyFileSync(join(root, "NOTICE"), notice);
  if (name === "metal-candle") copyWasmRuntime(wasm);
  if (name === "ferris") {
    copyPdfjs(folder, pdfjs);
    buildPage();
  }
}

/** The compiler leaves what it made of sources that are gone, or that have moved; packed, that would be published. */
function removeStale() {
  const made = join(folder, "dist");
  if (!existsSync(made)) return;
  for (const entry of readdirSync(made, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = join(entry.parentPath, entry.name);
    const source = relative(made, file).replace(/(?:\.d\.ts|\.js)(?:\.map)?$/, ".ts");
    if (!existsSync(join(folder, "src", source))) rmSync(file);
  }
}

/** The files that Node needs, with the licence and a manifest that says what they are. */
function copyWasmRuntime(target) {
  const source = dirname(createRequire(join(folder, "package.json")).resolve("onnxruntime-web"));
  const manifest = JSON.parse(readFileSync(join(source, "..", "package.json"), "utf8"));
  rmSync(target, { recursive: true, force: true });
  mkdirSync(target);
  for (const file of wasmFiles) copyFileSync(join(source, file), join(target, file));
  const { version, license, author, repository } = manifest;
  const copied = { name: "onnxruntime-web", version, license, author, repository, private: true };
  writeFileSync(join(target, "package.json"), `${JSON.stringify(copied, null, 2)}\n`);
  copyFileSync(join(root, "scripts", "licences", "onnxruntime.txt"), join(target, "LICENSE"));
}
