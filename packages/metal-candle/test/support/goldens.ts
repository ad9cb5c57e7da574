/**
 * The goldens that PyTorch made (f32, CPU), for tests: folders of tiny models, their golden tensors, and batches of their ids.
 *
 * tiny/NAME is a complete model with random weights. golden.safetensors has input_ids and cu_seqlens (sequences end to end,
 * special tokens included, truncated), last_hidden_state and embedding, or token_type_ids and logits; real/NAME the same for
 * published weights, without hidden states. The texts are texts.json; real/NAME/golden.json names the prompts before them.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { PackedBatch } from "../../src/encoder/packed-batch.ts";
import { readSafetensors, type DataFile } from "./read-safetensors.ts";

/** packages/metal-candle/test/goldens */
export const goldensFolder = fileURLToPath(new URL("../goldens/", import.meta.url));

/** The bundled default model, as it lies in the workspace. */
export const bundledModelFolder = fileURLToPath(new URL("../../../all-minilm-l6-v2-q8/", import.meta.url));

/** Names of the tiny models, each a complete folder. */
export const tinyModels: readonly string[] = readdirSync(join(goldensFolder, "tiny")).toSorted();

/** Folder of one tiny model. */
export function tinyModelFolder(name: string): string {
  return join(goldensFolder, "tiny", name);
}

/** The texts that every golden embedding belongs to, in order. */
export function goldenTexts(): string[] {
  return JSON.parse(readFileSync(join(goldensFolder, "texts.json"), "utf8")) as string[];
}

/** A golden.safetensors of `tiny/NAME` or `real/NAME`, or `ops.safetensors`, as typed arrays. */
export function readGolden(path: string): DataFile {
  const full = join(goldensFolder, path);
  return readSafetensors(readFileSync(full), full);
}

/** A tensor's f32 data. Fails where it is missing or not f32. */
export function floats(file: DataFile, name: string): Float32Array {
  const data = file.tensors.get(name)?.data;
  if (!(data instanceof Float32Array)) throw new Error(`${name} is not an f32 tensor of this golden`);
  return data;
}

/** A tensor's i32 data. Fails where it is missing or not i32. */
export function integers(file: DataFile, name: string): Int32Array {
  const data = file.tensors.get(name)?.data;
  if (!(data instanceof Int32Array)) throw new Error(`${name} is not an i32 tensor of this golden`);
  return data;
}

/** One batch out of sequences `rows` of a golden (all of them by default), in that order. */
export function goldenBatch(
  golden: DataFile,
  options: { rows?: readonly number[]; dimensions: number; normalize: boolean },
): PackedBatch {
  const ids = integers(golden, "input_ids");
  const starts = integers(golden, "cu_seqlens");
  const types = golden.tensors.has("token_type_ids") ? integers(golden, "token_type_ids") : null;
  const rows = options.rows ?? Array.from({ length: starts.length - 1 }, (_, row) => row);
  const cuSeqlens = new Int32Array(rows.length + 1);
  let longest = 0;
  rows.forEach((row, index) => {
    const length = starts[row + 1] - starts[row];
    longest = Math.max(longest, length);
    cuSeqlens[index + 1] = cuSeqlens[index] + length;
  });
  const gather = (source: Int32Array): Int32Array => {
    const target = new Int32Array(cuSeqlens[rows.length]);
    rows.forEach((row, index) => target.set(source.subarray(starts[row], starts[row + 1]), cuSeqlens[index]));
    return target;
  };
  return {
    sequences: rows.length,
    tokens: cuSeqlens[rows.length],
    inputIds: gather(ids),
    tokenTypeIds: types === null ? null : gather(types),
    cuSeqlens,
    longest,
    poolingSkips: null,
    dimensions: options.dimensions,
    normalize: options.normalize,
  };
}

/** Rows of a golden by length, shortest first: the order in which batches are packed. */
export function rowsByLength(golden: DataFile): number[] {
  const starts = integers(golden, "cu_seqlens");
  return Array.from({ length: starts.length - 1 }, (_, row) => row).toSorted(
    (a, b) => starts[a + 1] - starts[a] - (starts[b + 1] - starts[b]),
  );
}

/** The largest absolute difference of two arrays of one length; NaN anywhere gives Infinity. */
export function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) throw new Error(`${a.length} values compared with ${b.length}`);
  let largest = 0;
  for (let index = 0; index < a.length; index++) {
    const difference = Math.abs(a[index] - b[index]);
    if (!(difference <= largest)) largest = Number.isNaN(difference) ? Infinity : difference;
  }
  return largest;
}
