/** What a stranger does after installing: the README's examples, each with what must come of it. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const keys = "# Keys\n\n## Rotation\n\nTo rotate the signing key, run rotate.sh and restart the service.\n";

const library = `
import { Ferris } from "ferris";
const ferris = await Ferris.open({ db: "my-index" });
await ferris.index(["docs"], { include: ["**/keys.md"] });
const { results } = await ferris.search("how did we rotate the signing key");
console.log(results[0].path, results[0].startLine, results[0].headingPath);
await ferris.close();
`;

const vectors = `
import { EmbeddingModel } from "metal-candle";
const model = await EmbeddingModel.load("all-minilm-l6-v2-q8", { device: "cpu" });
const embeddings = await model.embed(["a text", "another"], { promptName: "query" });
console.log(embeddings.length, embeddings.dimensions, embeddings.at(0)[0].toFixed(6));
await model.close();
`;

/** The same in a worker thread, where the native runtime may not be loaded. */
const worker = `
import { once } from "node:events";
import { Worker } from "node:worker_threads";
await once(new Worker(new URL("./vectors.mjs", import.meta.url)), "exit");
`;

const theNumbers = /^2 384 -0\.01036/m;

function expectIn(text, wanted, what) {
  if (!wanted.test(text)) throw new Error(`${what}: expected ${wanted}, and got\n${text}`);
}

function script(name, text, wanted, status = 0) {
  return async ({ folder, run, manager }) => {
    writeFileSync(join(folder, name), text);
    const found = await run(manager.script(name));
    expectIn(found.stdout + found.stderr, wanted, name);
    if (found.status !== status) throw new Error(`${name} ended with ${found.status}:\n${found.stderr}`);
  };
}

function program(argv, wanted) {
  return async ({ run, manager }) => {
    const found = await run(manager.program(argv));
    expectIn(found.stdout + found.stderr, wanted, argv.join(" "));
    if (found.status !== 0) throw new Error(`${argv.join(" ")} ended with ${found.status}:\n${found.stderr}`);
  };
}

const useFerris = [
  ({ folder }) => {
    mkdirSync(join(folder, "docs"));
    writeFileSync(join(folder, "docs", "keys.md"), keys);
  },
  program(["ferris", "index", "docs"], /1 document indexed/),
  program(["ferris", "search", "how did we rotate the signing key"], /keys\.md:1-5/),
  program(["ferris", "doctor"], /Embedding works/),
  script("library.mjs", library, /keys\.md 1 \[ 'Keys', 'Rotation' \]/),
];
const useEngine = [script("vectors.mjs", vectors, theNumbers), script("worker.mjs", worker, theNumbers)];

/** Each in an empty folder. */
export const samples = [
  { title: "ferris", packages: ["ferris"], steps: useFerris },
  { title: "metal-candle with its model", packages: ["metal-candle", "all-minilm-l6-v2-q8"], steps: useEngine },
  {
    title: "metal-candle alone",
    packages: ["metal-candle"],
    steps: [
      script("vectors.mjs", vectors, /npm package that is not installed: npm install all-minilm-l6-v2-q8/, 1),
      ({ run, manager }) => run(manager.add(["all-minilm-l6-v2-q8"])),
      script("vectors.mjs", vectors, theNumbers),
    ],
  },
];

/** All of them in one folder. */
export const together = {
  title: "all",
  packages: ["ferris", "metal-candle", "all-minilm-l6-v2-q8"],
  steps: [...useFerris, ...useEngine],
};
