/** PyTorch's vectors for goldens/texts.json, for comparing with what the command prints. */
import { readFileSync } from "node:fs";

const goldens = new URL("../../../../metal-candle/test/goldens/", import.meta.url);

export const goldenTexts = JSON.parse(readFileSync(new URL("texts.json", goldens), "utf8")) as string[];

/** One row per text, for a model in goldens/real. */
export function goldenEmbeddings(model: string): Float32Array[] {
  const file = readFileSync(new URL(`real/${model}/golden.safetensors`, goldens));
  const headerBytes = Number(file.readBigUInt64LE(0));
  const header = JSON.parse(file.toString("utf8", 8, 8 + headerBytes)) as Record<
    string,
    { dtype: string; shape: number[]; data_offsets: [number, number] }
  >;
  const { dtype, shape, data_offsets: offsets } = header.embedding!;
  if (dtype !== "F32") throw new Error(`the golden is ${dtype}`);
  const [rows, columns] = shape as [number, number];
  const bytes = file.subarray(8 + headerBytes + offsets[0], 8 + headerBytes + offsets[1]);
  const values = new Float32Array(Uint8Array.from(bytes).buffer);
  return Array.from({ length: rows }, (_, row) => values.subarray(row * columns, (row + 1) * columns));
}

export function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Number.POSITIVE_INFINITY;
  let largest = 0;
  for (let i = 0; i < a.length; i++) largest = Math.max(largest, Math.abs(a[i]! - b[i]!));
  return largest;
}
