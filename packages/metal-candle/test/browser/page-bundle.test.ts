/** What a bundler puts into a page's first script and into our workers: no browser is needed to know. */
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { build, type Metafile } from "esbuild";
import { expect, test } from "vitest";

/** What computes. Checking what callers hand over is the page's. */
const engine = /^(?:gpu|cpu|encoder|batching(?!\/check-texts\.ts)|tokenizers|weights|models|hub)\//;

const sources = join(import.meta.dirname, "../../src");

/** Bundles entries as a page's bundler would, out of the sources. */
async function bundle(...entries: string[]) {
  const { metafile, outputFiles } = await build({
    entryPoints: entries.map((entry) => join(sources, entry)),
    absWorkingDir: sources,
    outdir: "out",
    bundle: true,
    splitting: true,
    minify: true,
    write: false,
    metafile: true,
    format: "esm",
    platform: "browser",
    target: "es2022",
    conditions: ["@ferris/source", "browser", "module", "import"],
    logLevel: "silent",
  });
  const sizes = new Map(outputFiles.map(({ path, contents }) => [path, gzipSync(contents).length]));
  return { metafile, gzip: (output: string) => sizes.get(join(sources, output))! };
}

/** What is loaded before anything runs: an entry, and what it imports at its top. */
function firstLoaded({ outputs }: Metafile, entry: string): string[] {
  const first = Object.keys(outputs).find((name) => outputs[name]!.entryPoint === entry)!;
  const loaded = [first];
  for (const name of loaded) {
    for (const { path, kind } of outputs[name]!.imports) {
      if (kind === "import-statement" && !loaded.includes(path)) loaded.push(path);
    }
  }
  return loaded;
}

test("a page's first script has no engine in it: that is the worker's", async () => {
  const { metafile, gzip } = await bundle("index.ts");
  const loaded = firstLoaded(metafile, "index.ts");
  const modules = loaded.flatMap((name) => Object.keys(metafile.outputs[name]!.inputs));
  expect(modules).toContain("embedding-model.ts");
  expect(modules.filter((name) => engine.test(name))).toEqual([]);
  expect(loaded.reduce((sum, name) => sum + gzip(name), 0)).toBeLessThan(16_000);
});

test("our workers are one script each: the workers of Vite 5 to 7 cannot load a part later", async () => {
  for (const entry of ["platform/metal-candle-worker.ts", "tokenizers/pool/tokenizer-worker.ts"]) {
    const { metafile } = await bundle(entry);
    const kinds = Object.values(metafile.outputs).flatMap(({ imports }) => imports.map(({ kind }) => kind));
    expect([entry, kinds.filter((kind) => kind !== "import-statement")]).toEqual([entry, []]);
  }
});
