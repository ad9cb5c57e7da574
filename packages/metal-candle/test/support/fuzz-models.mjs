/** A process for fuzz.ts: model folders with one file made hostile, read by what is in dist. Argument after seed and number: which file. */
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { fuzzLoop, mutated, mutatedJson } from "@ferris/testing/fuzz";
import { MetalCandleError } from "../../dist/errors.js";
import { readModel } from "../../dist/models/read-model.js";
import { openTokenizer } from "../../dist/tokenizers/open-tokenizer.js";
import { openWeightFiles } from "../../dist/weights/weight-files.js";

const [, , , , file] = process.argv;
const goldens = fileURLToPath(new URL("../goldens/", import.meta.url));
const models = readdirSync(join(goldens, "tiny"))
  .filter((name) => !/modules|odd|head64|cls\+/.test(name))
  .filter((name) => !file.endsWith(".json") || existsSync(join(goldens, "tiny", name, file)));
const folder = mkdtempSync(join(tmpdir(), "metal-candle-fuzz-"));
process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
const texts = ["", "a text", "Ein Käfer läuft über die Straße 東京 🙂", "word ".repeat(300)];

/** Of which the hostile file is made. */
function sourceOf(random) {
  if (file !== "pytorch_model.bin") return { base: join(goldens, "tiny", random.of(models)), path: null };
  const names = readdirSync(join(goldens, "torch")).filter((name) => name.endsWith(".bin"));
  return { base: join(goldens, "tiny/bert"), path: join(goldens, "torch", random.of(names)) };
}

async function readAll() {
  const files = await openWeightFiles(folder);
  try {
    for (const name of files.names) await files.tensor(name).read();
    return "read whole";
  } finally {
    await files.close();
  }
}

async function readTokens() {
  const description = await readModel(folder);
  try {
    const tokenizer = await openTokenizer(description.tokenizer);
    for (const text of texts) tokenizer.count(text);
    return "read whole";
  } finally {
    await description.close();
  }
}

await fuzzLoop({
  make(random) {
    const { base, path } = sourceOf(random);
    rmSync(folder, { recursive: true, force: true });
    cpSync(base, folder, { recursive: true, dereference: true, filter: (name) => !/golden\.\w+$/.test(name) });
    if (path !== null) rmSync(join(folder, "model.safetensors"));
    const source = readFileSync(path ?? join(folder, file));
    const isJson = file.endsWith(".json");
    // What is no JSON any more ends at once: mostly its values change.
    const bytes =
      isJson && random() < 0.8
        ? Buffer.from(JSON.stringify(mutatedJson(JSON.parse(source.toString()), random)))
        : mutated(headFirst(source, random), random);
    writeFileSync(join(folder, file), bytes);
    const isWeights = !isJson;
    return {
      input: `${file} of ${base.slice(goldens.length)}`,
      work: isWeights && random() < 0.7 ? readAll : readTokens,
    };
  },
  expected: (error) => (error instanceof MetalCandleError ? error.code : null),
});

/** Of weights, the header is what is read with care, and little beside megabytes of numbers: mostly only the start is changed. */
function headFirst(source, random) {
  return file.endsWith(".json") || random() < 0.2 ? source : source.subarray(0, 30_000);
}
