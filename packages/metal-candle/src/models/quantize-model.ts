/**
 * Writes a model's q8_block32 form: a folder that loads like the original, at about a quarter of its size.
 *
 * Which tensors become 8-bit is part of the format (every matrix of a linear layer and the word table; what is small or
 * sensitive stays f32), so the same source gives the same tensors bit for bit wherever it is made. The format itself is
 * weights/q8-block32.ts.
 */
import {
  dropFolder,
  joinPath,
  listFiles,
  placeFolder,
  readFileBytes,
  startFolder,
  writeWholeFile,
} from "#platform/files";
import { InvalidArgumentError, UnsupportedModelError } from "../errors.ts";
import type { LocateOptions } from "../hub/cache.ts";
import { blockSize, quantizationMethod, quantize } from "../weights/q8-block32.ts";
import { writeSafetensors, type TensorSource } from "../weights/safetensors-writer.ts";
import { openWeightFiles } from "../weights/weight-files.ts";
import { readConfig } from "./config-object.ts";
import { readModel } from "./read-model.ts";

export interface QuantizeOptions extends LocateOptions {
  /** Called as tensors are written. */
  readonly onProgress?: ((progress: { readonly tensors: number; readonly total: number }) => void) | undefined;
}

export interface QuantizeResult {
  /** Tensors that are 8-bit now, and all that were written. */
  readonly quantized: number;
  readonly tensors: number;
  /** Size of the weights in bytes, before and after. */
  readonly bytesBefore: number;
  readonly bytesAfter: number;
}

/** Matrices that stay f32: small, and added to every token. */
const kept = ["position_embeddings", "token_type_embeddings", "LayerNorm", "relative_attention_bias"];

/** Bytes that one file beside the weights may have; a tokenizer.json is the largest. */
const largestCopy = 1 << 30;

/**
 * Quantises a model into a new folder.
 * @param idOrFolder a model that readModel accepts, not quantised yet
 * @param outFolder must be empty or not exist; it appears whole, so a run that is broken off leaves nothing there
 * @throws InvalidArgumentError, UnsupportedModelError, and what readModel throws
 */
export async function quantizeModel(
  idOrFolder: string,
  outFolder: string,
  options: QuantizeOptions = {},
): Promise<QuantizeResult> {
  if ((await listFiles(outFolder)).length > 0) {
    throw new InvalidArgumentError(`${outFolder} is not empty; a quantised model needs a folder of its own.`);
  }
  const description = await readModel(idOrFolder, options);
  await description.close();
  const { folder } = description;
  const config = await readConfig(folder, "config.json");
  if (config === null) {
    throw new UnsupportedModelError(
      `${folder} keeps its encoder in a folder of its own, which quantising does not support.`,
    );
  }
  if (config.has("quantization_config")) {
    throw new InvalidArgumentError(`${folder} is quantised already (${config.path}, "quantization_config").`);
  }
  const part = await startFolder(outFolder);
  try {
    const result = await quantizeWeights(folder, joinPath(part, "model.safetensors"), options);
    for (const name of await listFiles(folder)) {
      if (!isCopied(name)) continue;
      const bytes = await readFileBytes(joinPath(folder, name), largestCopy);
      if (bytes !== null) await writeWholeFile(joinPath(part, ...name.split("/")), [bytes]);
    }
    const quantized = {
      ...config.raw,
      quantization_config: { quant_method: quantizationMethod, block_size: blockSize },
    };
    const json = new TextEncoder().encode(`${JSON.stringify(quantized, null, 2)}\n`);
    await writeWholeFile(joinPath(part, "config.json"), [json]);
    await placeFolder(part, outFolder);
    return result;
  } catch (error) {
    await dropFolder(part);
    throw error;
  }
}

async function quantizeWeights(folder: string, path: string, options: QuantizeOptions): Promise<QuantizeResult> {
  const files = await openWeightFiles(folder);
  try {
    const tensors: TensorSource[] = [];
    let quantized = 0;
    let done = 0;
    const count = <T>(value: T): T => {
      done += 1;
      options.onProgress?.({ tensors: done, total: tensors.length });
      return value;
    };
    for (const name of files.names) {
      // No sentence embedding reads them.
      if (name.startsWith("pooler.") || name.endsWith("position_ids")) continue;
      const tensor = files.tensor(name)!;
      if (!isQuantized(name, tensor.shape)) {
        tensors.push({
          name,
          dtype: "F32",
          shape: tensor.shape,
          bytes: async () => count(bytesOf(await tensor.read())),
        });
        continue;
      }
      quantized += 1;
      const [rows, columns] = tensor.shape;
      // Scales are written before the integers, and both are needed at once only here: quantised twice, never kept.
      tensors.push(
        {
          name: `${name}.scale`,
          dtype: "F16",
          shape: [rows, columns / blockSize],
          bytes: async () => count(bytesOf(quantize(await tensor.read()).scales)),
        },
        {
          name,
          dtype: "I8",
          shape: tensor.shape,
          bytes: async () => count(bytesOf(quantize(await tensor.read()).quantized)),
        },
      );
    }
    const bytesAfter = await writeSafetensors(path, tensors, { format: "pt" });
    const bytesBefore = files.files.reduce((total, file) => total + file.size, 0);
    return { quantized, tensors: tensors.length, bytesBefore, bytesAfter };
  } finally {
    await files.close();
  }
}

function isQuantized(name: string, shape: readonly number[]): boolean {
  return shape.length === 2 && shape[1] % blockSize === 0 && !kept.some((part) => name.includes(part));
}

/** Configuration, tokenizer, and the weights of modules in folders of their own; not the encoder's weights or its config. */
function isCopied(name: string): boolean {
  if (name.includes("/")) return /\.(json|safetensors|bin)$/.test(name);
  if (name === "vocab.txt" || name === "merges.txt") return true;
  return name.endsWith(".json") && name !== "config.json" && !/\.(safetensors|bin)\.index\.json$/.test(name);
}

function bytesOf(array: Float32Array | Uint16Array | Int8Array): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}
