/**
 * metal-candle, packed and installed as a stranger would, through the bundlers that pages are made with, each with its default settings; then
 * the page runs in a headless browser, under a strict Content-Security-Policy, and must give Node's vector out of a worker.
 *
 *   npm run packages:bundlers                       all of them, from the real registry: minutes
 *   npm run packages:bundlers -- vite@7,webpack@5   these
 *
 * `npm run packages` runs those that lie in this repository's node_modules. What each needs is in metal-candle's README, "In a page".
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, extname, join } from "node:path";
import { text } from "node:stream/consumers";
import { gzipSync } from "node:zlib";
import { openPages, tinyModel } from "./page.mjs";
import { NotRun } from "./report.mjs";

const sentence = "how to bake bread";

const run = `async function run() {
  const model = await EmbeddingModel.load("/model", { device: "gpu", dtype: "f32", allowSoftwareAdapter: true });
  const vector = await model.embed(${JSON.stringify(sentence)});
  const { thread } = model.info();
  await model.close();
  return { thread, vector: [...vector] };
}
`;
const main = `import { EmbeddingModel } from "metal-candle";\n\n${run}\nglobalThis.outcome = run();\n`;
const page = (script) => `<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,">${script}\n`;
const moduleScript = (path) => `<script type="module" src="${path}"></script>`;

const vite = {
  files: { "main.js": main, "index.html": page(moduleScript("/main.js")) },
  build: ["node_modules/vite/bin/vite.js", "build"],
  output: "dist",
};

/** What a bundler is given and what it makes. By name: NAME@VERSION is installed, with `packages`. */
const recipes = {
  "vite@8": vite,
  "vite@7": vite,
  "vite@6": vite,
  "vite@5": vite,
  "webpack@5": {
    files: {
      "main.js": main,
      // webpack's own command line is a package of its own.
      "build.mjs": `import webpack from "webpack";
webpack({ mode: "production", entry: "./main.js", performance: false }, (error, stats) => {
  if (error) throw error;
  const { errors, warnings } = stats.toJson({ all: false, errors: true, warnings: true });
  for (const { message } of [...errors, ...warnings]) console.log(message);
  process.exitCode = stats.hasErrors() || stats.hasWarnings() ? 1 : 0;
});
`,
      "dist/index.html": page(`<script src="/main.js"></script>`),
    },
    build: ["build.mjs"],
    output: "dist",
  },
  "esbuild@0.28": {
    files: { "main.js": main, "dist/index.html": page(moduleScript("/app.js")) },
    build: [
      "node_modules/esbuild/bin/esbuild",
      "app=main.js",
      "metal-candle-worker=metal-candle/metal-candle-worker",
      ..."--bundle --splitting --format=esm --minify --outdir=dist".split(" "),
    ],
    output: "dist",
  },
  "rollup@4": {
    packages: ["@rollup/plugin-node-resolve"],
    files: { "main.js": main, "dist/index.html": page(moduleScript("/app.js")) },
    build: [
      "node_modules/rollup/dist/bin/rollup",
      ..."--input app=main.js --input metal-candle-worker=metal-candle/metal-candle-worker".split(" "),
      ..."--plugin @rollup/plugin-node-resolve={browser:true} --format es --dir dist".split(" "),
    ],
    output: "dist",
  },
  "next@16": {
    packages: ["react", "react-dom"],
    files: {
      "app/page.js": `"use client";
import { useEffect } from "react";
import { EmbeddingModel } from "metal-candle";

${run}
export default function Page() {
  useEffect(() => {
    globalThis.outcome = run();
  }, []);
  return <p>a page</p>;
}
`,
      "app/layout.js": `export default function Layout({ children }) {
  return <html lang="en"><body>{children}</body></html>;
}
`,
    },
    build: ["node_modules/next/dist/bin/next", "build"],
    serve: (port) => ["node_modules/next/dist/bin/next", "start", "--hostname", "127.0.0.1", "--port", String(port)],
  },
};

/** Bundlers that are in this repository's node_modules, so that no network is needed. */
export const localBundlers = ["vite@8", "esbuild@0.28"];

/** next has styles and scripts of its own in the page. */
const strict = "default-src 'self'; img-src 'self' data:";
const longestBuild = 600_000;

export const bundlerNames = Object.keys(recipes);

/** Each bundler: it builds, and the page runs. */
export async function checkBundlers({ report, work, url }, names = bundlerNames) {
  const expected = await vectorOfNode();
  const pages = await openPages();
  try {
    for (const name of names) {
      await report.row("bundler", name, async () => {
        const folder = join(work, "bundlers", name.replaceAll(/\W/g, "-"));
        const built = await buildPage(name, folder, url);
        if (pages.missing) throw new NotRun(`builds (${built}); its page: ${pages.missing}`);
        return `${built}; ${await runPage(pages, name, folder, expected)}`;
      });
    }
  } finally {
    await pages.close?.();
  }
}

/** Installs and builds; returns what the scripts weigh. */
async function buildPage(name, folder, url) {
  const recipe = recipes[name];
  if (recipe === undefined) throw new Error(`unknown bundler; known are ${Object.keys(recipes).join(", ")}`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), `{ "name": "stranger", "private": true, "type": "module" }\n`);
  const install = ["install", "--no-audit", "--no-fund", "--ignore-scripts", "--omit=peer", "metal-candle", name];
  await command("npm", [...install, ...(recipe.packages ?? [])], folder, url);
  for (const [path, content] of Object.entries(recipe.files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  const said = await command(process.execPath, recipe.build, folder, url);
  if (/request of a dependency is an expression/.test(said)) throw new Error(said);
  if (recipe.output === undefined) return "its own server";
  const scripts = readdirSync(join(folder, recipe.output), { recursive: true, withFileTypes: true }).filter(
    (entry) => entry.isFile() && extname(entry.name) === ".js",
  );
  const paths = scripts.map((entry) => join(entry.parentPath, entry.name));
  const zipped = paths.map((path) => gzipSync(readFileSync(path)).length);
  const bytes = paths.reduce((sum, path) => sum + statSync(path).size, 0);
  const kilobytes = (number) => `${Math.round(number / 1000)} kB`;
  return `${paths.length} scripts, ${kilobytes(bytes)}, ${kilobytes(zipped.reduce((a, b) => a + b, 0))} gzip`;
}

async function runPage(pages, name, folder, expected) {
  const { output, serve } = recipes[name];
  if (serve === undefined) {
    return judge(await pages.open(join(folder, output), { contentPolicy: strict }), expected);
  }
  cpSync(tinyModel, join(folder, "public/model"), { recursive: true });
  const port = 20_000 + Math.floor(Math.random() * 20_000);
  const child = spawn(process.execPath, serve(port), { cwd: folder, stdio: "ignore" });
  try {
    const url = `http://127.0.0.1:${port}/`;
    for (let tries = 0; tries < 100; tries++) {
      if (
        await fetch(url).then(
          ({ ok }) => ok,
          () => false,
        )
      )
        break;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    return judge(await pages.open(folder, { url }), expected);
  } finally {
    child.kill();
  }
}

function judge({ outcome, said }, expected) {
  const { thread, vector } = outcome;
  const off = Math.max(...vector.map((value, at) => Math.abs(value - expected[at])));
  if (vector.length !== expected.length || !(off < 1e-5)) throw new Error(`the vector is off by ${off}`);
  if (thread !== "worker") throw new Error(`the engine ran on the page's own thread: ${said.join("; ")}`);
  return `in a worker, off by ${off.toExponential(1)} from Node's`;
}

async function vectorOfNode() {
  const { EmbeddingModel } = await import("../../packages/metal-candle/dist/index.js");
  const model = await EmbeddingModel.load(tinyModel, { device: "cpu" });
  const vector = await model.embed(sentence);
  await model.close();
  return vector;
}

async function command(program, argv, cwd, url) {
  const env = {
    ...process.env,
    npm_config_registry: url,
    npm_config_cache: join(cwd, ".npm"),
    NEXT_TELEMETRY_DISABLED: "1",
  };
  const child = spawn(program, argv, { cwd, env, stdio: ["ignore", "pipe", "pipe"], timeout: longestBuild });
  const ended = once(child, "close");
  const said = (await Promise.all([text(child.stdout), text(child.stderr)])).join("");
  const [status, signal] = await ended;
  if (status !== 0)
    throw new Error(`${argv.slice(0, 3).join(" ")} … ended with ${status ?? signal}:\n${said.slice(-4000)}`);
  return said;
}
