/** The goldens that tokenizers are compared with, and the files they were made from. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { TokenizerFiles } from "../../../src/models/description.ts";

export const goldensFolder = fileURLToPath(new URL("../../goldens/", import.meta.url));
export const minilmFolder = fileURLToPath(new URL("../../../../all-minilm-l6-v2-q8/", import.meta.url));

export const tinyModels = [
  "bert",
  "bert-cls+max+mean",
  "bert-dense",
  "bert-gelu_new-lasttoken",
  "bert-head64-cls",
  "bert-odd",
  "bert-prompt-excluded",
  "bert-relu-max",
  "bert-reranker-1",
  "bert-reranker-3",
  "bert-sqrtlen",
  "bert-weightedmean",
  "mpnet",
  "roberta",
  "xlm-roberta",
  "xlm-roberta-reranker-1",
] as const;

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
