/** The goldens that tokenizers are compared with, and the files they were made from. */
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { TokenizerFiles } from "../../../src/models/description.ts";

export const goldensFolder = fileURLToPath(new URL("../../goldens/", import.meta.url));
export const minilmFolder = fileURLToPath(new URL("../../../../all-minilm-l6-v2-q8/", import.meta.url));

/** Every tiny model. */
export const tinyModels: readonly string[] = readdirSync(`${goldensFolder}tiny`).toSorted();

export function readJson(path: string): unknown {
  return JSON.parse(readFileSync(path, "utf8"));
}

export const goldenTexts: readonly string[] = readJson(`${goldensFolder}texts.json`) as string[];

/** As models/ fills it: the bytes of tokenizer.json and a hash of them. */
export function tokenizerFiles(folder: string): TokenizerFiles {
  return filesOf(readFileSync(`${folder}/tokenizer.json`));
}

export function filesOf(json: Uint8Array): TokenizerFiles {
  return { json: Uint8Array.from(json), config: {}, hash: createHash("sha256").update(json).digest("hex") };
}

/** A model's whole tokenizer, as models/ reads it: the class that transformers takes decides. */
export function modelTokenizerFiles(folder: string): TokenizerFiles {
  const optional = (name: string): unknown =>
    existsSync(`${folder}/${name}`) ? readJson(`${folder}/${name}`) : undefined;
  return {
    ...tokenizerFiles(folder),
    config: optional("tokenizer_config.json"),
    modelType: (readJson(`${folder}/config.json`) as { model_type: string }).model_type,
  };
}

/** Whether a safetensors file has a tensor of this name. */
export function hasTensor(path: string, name: string): boolean {
  const bytes = readFileSync(path);
  return name in JSON.parse(bytes.toString("utf8", 8, 8 + Number(bytes.readBigUInt64LE(0))));
}

/** One i32 tensor of a safetensors file: [8-byte header length][JSON header][data]. */
export function readInt32(path: string, name: string): Int32Array {
  const bytes = readFileSync(path);
  const headerLength = Number(bytes.readBigUInt64LE(0));
  const header = JSON.parse(bytes.toString("utf8", 8, 8 + headerLength));
  const { dtype, data_offsets } = header[name];
  if (dtype !== "I32") throw new Error(`${name} of ${path} is ${dtype}, not I32`);
  const [start, end] = data_offsets as [number, number];
  return new Int32Array(Uint8Array.from(bytes.subarray(8 + headerLength + start, 8 + headerLength + end)).buffer);
}

/** The ids of each sequence of a golden.safetensors. */
export function goldenSequences(path: string, name = "input_ids"): number[][] {
  const ids = readInt32(path, name);
  const ends = readInt32(path, "cu_seqlens");
  return Array.from({ length: ends.length - 1 }, (_, b) => Array.from(ids.subarray(ends[b], ends[b + 1])));
}
