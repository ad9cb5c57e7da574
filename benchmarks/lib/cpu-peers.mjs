/**
 * The peers of the CPU device, each as a contender: `{ name, embed(texts, set) → milliseconds, target?, close? }`, or
 * `{ name, reason }` where it cannot run here. Nothing of ours is in this file.
 */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { availableParallelism } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

/** Rows of a batch, for every peer. */
const batchSize = 32;

/** A Python process that answers each line, a set's name, with the milliseconds that encoding it took. */
export async function sentenceTransformers({ python, model, sets }) {
  const name = "sentence-transformers";
  const script = `
import json, sys, time, torch
from sentence_transformers import SentenceTransformer
torch.set_num_threads(${availableParallelism()})
sets = json.loads(sys.stdin.readline())
model = SentenceTransformer(${JSON.stringify(model)}, device="cpu", local_files_only=True)
print("ready", flush=True)
for line in sys.stdin:
    began = time.perf_counter()
    model.encode(sets[line.strip()], batch_size=${batchSize}, show_progress_bar=False)
    print((time.perf_counter() - began) * 1e3, flush=True)
`;
  const child = spawn(python, ["-c", script], { stdio: ["pipe", "pipe", "pipe"] });
  let said = "";
  child.stderr.on("data", (data) => (said += data));
  child.stdin.on("error", () => undefined);
  const gone = new Promise((settle) => {
    child.on("error", (error) => settle({ problem: error.message }));
    child.on("close", () => settle({ problem: said.trim().split("\n").at(-1) }));
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  child.stdin.write(`${JSON.stringify(sets)}\n`);
  const first = await Promise.race([lines.next(), gone]);
  if (first.value !== "ready") return { name, reason: (await gone).problem };
  return {
    name,
    target: "≥ 1.4",
    embed: async (_, set) => {
      child.stdin.write(`${set}\n`);
      return Number((await lines.next()).value);
    },
    close: () => child.kill(),
  };
}

/** transformers.js, sorted by length as our device sorts by itself. */
export async function transformersJs({ folder, onnx }) {
  const name = "transformers.js";
  if (!folder)
    return { name, reason: "name the folder where @huggingface/transformers is installed: --transformers-js" };
  if (!onnx || !existsSync(join(onnx, "onnx/model.onnx"))) {
    return { name, reason: `no onnx/model.onnx in ${onnx ?? "the folder that --onnx should name"}` };
  }
  try {
    // onnxruntime reports to its maker by default; it reads this when it is loaded.
    process.env.ORT_DISABLE_TELEMETRY = "1";
    const path = createRequire(join(resolve(folder), "x.js")).resolve("@huggingface/transformers");
    const { pipeline, env } = await import(pathToFileURL(path).href);
    const model = resolve(onnx);
    env.allowRemoteModels = false;
    env.localModelPath = dirname(model);
    const extract = await pipeline("feature-extraction", basename(model), { device: "cpu", dtype: "fp32" });
    return {
      name,
      target: "≥ 1.8",
      embed: (texts) =>
        clock(async () => {
          const sorted = texts.toSorted((first, second) => first.length - second.length);
          for (let start = 0; start < sorted.length; start += batchSize) {
            await extract(sorted.slice(start, start + batchSize), { pooling: "mean", normalize: true });
          }
        }),
    };
  } catch (error) {
    return { name, reason: error.message.split("\n")[0] };
  }
}

/**
 * The model's own export in onnxruntime, without tokenizer or pooling: what the arithmetic costs before anything of ours.
 * `tokenLengths` has each set's lengths; ids do not matter to the time.
 */
export async function plainGraph({ onnx, tokenLengths }) {
  const name = "onnxruntime, plain graph, no tokenizer";
  if (!onnx || !existsSync(join(onnx, "onnx/model.onnx"))) {
    return { name, reason: `no onnx/model.onnx in ${onnx ?? "the folder that --onnx should name"}` };
  }
  const ort = createRequire(import.meta.url)("onnxruntime-node");
  const session = await ort.InferenceSession.create(join(onnx, "onnx/model.onnx"), {
    intraOpNumThreads: availableParallelism(),
    logSeverityLevel: 3,
  });
  return {
    name,
    embed: (_, set) =>
      clock(async () => {
        const lengths = tokenLengths[set].toSorted((first, second) => first - second);
        for (let start = 0; start < lengths.length; start += batchSize) {
          const batch = lengths.slice(start, start + batchSize);
          const dims = [batch.length, batch.at(-1)];
          const filled = (value) => new ort.Tensor("int64", new BigInt64Array(dims[0] * dims[1]).fill(value), dims);
          await session.run({ input_ids: filled(2003n), attention_mask: filled(1n), token_type_ids: filled(0n) });
        }
      }),
  };
}

/** Milliseconds that `work` takes. */
export async function clock(work) {
  const began = performance.now();
  await work();
  return performance.now() - began;
}
