/**
 * transformers.js as a contender, where it is installed in the folder that the command runs in: same texts, same truncation, the batch
 * size that suits it best here.
 *
 * It is never a dependency of ours. Its model is found as it finds models itself: in ./models, in its cache, or downloaded.
 */
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { bundledModel } from "../engine.ts";
import type { Loaded } from "./contender.ts";

/** The part of transformers.js that is used. */
interface Library {
  readonly env: { version: string; localModelPath: string };
  pipeline(
    task: "feature-extraction",
    model: string,
    options: { device: string; dtype: string },
  ): Promise<{
    (texts: string[], options: { pooling: string; normalize: boolean }): Promise<{ tolist(): number[][] }>;
    tokenizer: object;
    dispose(): Promise<void>;
  }>;
}

export interface PeerOptions {
  /** Ours, by id. */
  readonly model: string;
  readonly device: "gpu" | "cpu";
  readonly maxLength: number;
  readonly pooling: readonly string[];
  readonly normalize: boolean;
  /** To find the batch size with. */
  readonly sample: readonly string[];
  /** Where it is looked for. */
  readonly folder: string;
}

const batchSizes = [8, 32, 128];

/**
 * Loads it and finds its batch size.
 * @throws Error of any kind: it is not installed, has no model, no device
 */
export async function transformersJs(options: PeerOptions): Promise<Loaded> {
  const { model, device, maxLength, normalize, folder } = options;
  const library = await findLibrary(folder);
  library.env.localModelPath = join(folder, "models");
  // The bundled model is this one in 8 bits; transformers.js wants its ONNX form.
  const id = model === bundledModel ? "sentence-transformers/all-MiniLM-L6-v2" : model;
  const extract = await library.pipeline("feature-extraction", id, {
    device: device === "gpu" ? "webgpu" : "cpu",
    dtype: "fp32",
  });
  // A plain property in some versions, a getter in others.
  Object.defineProperty(extract.tokenizer, "model_max_length", { value: maxLength });
  const settings = { pooling: options.pooling[0] === "cls" ? "cls" : "mean", normalize };
  const embed = async (texts: readonly string[], batchSize: number): Promise<void> => {
    // It pads to a batch's longest text: sorted, there is least to pad.
    const sorted = texts.toSorted((first, second) => first.length - second.length);
    for (let start = 0; start < sorted.length; start += batchSize) {
      (await extract(sorted.slice(start, start + batchSize), settings)).tolist();
    }
  };
  const best = await bestBatchSize((batchSize) => embed(options.sample, batchSize));
  return {
    engine: "transformers.js",
    model,
    device,
    detail: `${library.env.version}, f32, batch size ${best}`,
    embed: (texts) => embed(texts, best),
    gpuBytes: () => null,
    close: () => extract.dispose(),
  };
}

async function findLibrary(folder: string): Promise<Library> {
  // onnxruntime reports to its maker unless this is set before it loads.
  process.env.ORT_DISABLE_TELEMETRY = "1";
  let path: string;
  try {
    path = createRequire(join(folder, "package.json")).resolve("@huggingface/transformers");
  } catch {
    throw new Error(`@huggingface/transformers is not installed in ${folder} (npm install @huggingface/transformers)`);
  }
  return (await import(pathToFileURL(path).href)) as Library;
}

async function bestBatchSize(run: (batchSize: number) => Promise<void>): Promise<number> {
  let best = { batchSize: batchSizes[0]!, milliseconds: Number.POSITIVE_INFINITY };
  for (const batchSize of batchSizes) {
    await run(batchSize);
    const began = performance.now();
    await run(batchSize);
    const milliseconds = performance.now() - began;
    if (milliseconds < best.milliseconds) best = { batchSize, milliseconds };
  }
  return best.batchSize;
}
