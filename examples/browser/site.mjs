/**
 * Builds the site into a folder that any static host serves: `npm run build:site [-- FOLDER]`.
 *
 * Vite bundles the page and its worker. Added to that are what they fetch (weights, pdf.js's tables, onnxruntime for the CPU, samples), the
 * licences of all of it, and the service worker, which knows every file by its hash.
 */
import { createHash } from "node:crypto";
import { cpSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, relative, resolve, sep } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "vite";
import { licencesOf } from "./licences.mjs";

const here = import.meta.dirname;
const require = createRequire(import.meta.url);
const target = ["chrome123", "firefox128", "safari17.5"];

const serviceWorkerFile = "service-worker.js";
const model = dirname(require.resolve("all-minilm-l6-v2-q8/package.json"));
const pdfjs = dirname(require.resolve("pdfjs-dist/package.json"));
const onnxruntime = dirname(require.resolve("onnxruntime-web"));

/**
 * @param {string} folder made anew
 * @param {{ minify?: boolean }} options `minify`: false takes half the time, for tests
 * @returns {Promise<void>}
 */
export async function buildSite(folder, { minify = true } = {}) {
  const packages = new Set([model, pdfjs, join(onnxruntime, "..")]);
  await build({
    configFile: join(here, "vite.config.ts"),
    build: { outDir: folder, emptyOutDir: true, minify },
    plugins: [noting(packages)],
    worker: { format: "es", plugins: () => [noting(packages)] },
  });
  const isRead = (file) => !/(?:README\.md|package\.json)$/.test(file);
  cpSync(model, join(folder, "model/all-minilm-l6-v2-q8"), { recursive: true, filter: isRead });
  for (const part of ["cmaps", "wasm"]) cpSync(join(pdfjs, part), join(folder, "pdfjs", part), { recursive: true });
  mkdirSync(join(folder, "cpu"));
  for (const file of ["ort.wasm.min.mjs", "ort-wasm-simd-threaded.mjs", "ort-wasm-simd-threaded.wasm"]) {
    cpSync(join(onnxruntime, file), join(folder, "cpu", file));
  }
  cpSync(join(here, "samples"), join(folder, "samples"), { recursive: true });
  writeFileSync(join(folder, "samples/names.json"), JSON.stringify(readdirSync(join(here, "samples")).toSorted()));
  writeFileSync(join(folder, "licences.txt"), licencesOf([...packages]));
  await buildServiceWorker(folder);
}

/** Remembers the folders of packages whose modules are in the bundle. */
function noting(folders) {
  return {
    name: "packages",
    generateBundle(_, files) {
      for (const file of Object.values(files)) {
        for (const id of file.moduleIds ?? []) {
          const found = /^\0?(.*\/node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(id.replaceAll(sep, "/"))?.[1];
          if (found !== undefined) folders.add(found);
        }
      }
    },
  };
}

/**
 * The last, because it names every file by its hash. Files that few need are not fetched ahead.
 *
 * @param {string} folder of a site that is otherwise finished
 * @returns {Promise<void>}
 */
export async function buildServiceWorker(folder) {
  const paths = readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => statSync(join(folder, name)).isFile())
    .map((name) => relative(folder, join(folder, name)).split(sep).join("/"))
    .filter((path) => path !== serviceWorkerFile)
    .toSorted();
  const siteFiles = paths.map((path) => {
    const bytes = readFileSync(join(folder, path));
    const integrity = `sha256-${createHash("sha256").update(bytes).digest("base64")}`;
    return { path, integrity, bytes: bytes.length, isKeptWhenAsked: path.startsWith("cpu/") };
  });
  const siteVersion = createHash("sha256").update(JSON.stringify(siteFiles)).digest("hex").slice(0, 16);
  await build({
    configFile: false,
    root: here,
    publicDir: false,
    logLevel: "warn",
    define: { siteFiles: JSON.stringify(siteFiles), siteVersion: JSON.stringify(siteVersion) },
    build: {
      outDir: folder,
      emptyOutDir: false,
      target,
      modulePreload: false,
      rolldownOptions: {
        input: join(here, "src/service-worker.ts"),
        output: { format: "iife", entryFileNames: serviceWorkerFile },
      },
    },
  });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const folder = resolve(process.argv[2] ?? join(here, "dist"));
  await buildSite(folder);
  console.log(`The site is in ${relative(process.cwd(), folder)}: put it on any static host.`);
}
