/** Matrices of a model as the kernels read them: several side by side as one, padded to the GEMM tile, in the order that a family wants. */
import { readStoredWeights, readWeights, type StoredWeights } from "../../encoder/checked-weights.ts";
import type { Linear } from "../../models/encoder-description.ts";
import { roundUp } from "../device/kernel-program.ts";
import { alignment } from "../kernels/gemm/gemm.ts";
import type { StorageType } from "../wgsl/storage.ts";

export interface PackedLinear {
  readonly weight: StoredWeights;
  /** f32 [n], zero where there is none. */
  readonly bias: Float32Array<ArrayBuffer>;
  readonly k: number;
  readonly n: number;
}

/**
 * Matrices [out, in] as one [k, n] or [n, k], zero-padded to the tile, and their biases.
 * @param gated the two parts are a gate and what it gates: their columns lie four by four in turn, each part padded to the tile by itself
 */
export async function packLinear(
  parts: readonly Linear[],
  storage: StorageType,
  layout: "kn" | "nk",
  gated = false,
): Promise<PackedLinear> {
  const [, inputs] = parts[0].weight.shape;
  const outputs = parts.reduce((sum, part) => sum + part.weight.shape[0], 0);
  const k = roundUp(inputs, alignment);
  const n = gated ? 2 * roundUp(parts[0].weight.shape[0], alignment) : roundUp(outputs, alignment);
  const weight: StoredWeights = storage === "f16" ? new Uint16Array(k * n) : new Float32Array(k * n);
  const bias = new Float32Array(n);
  let first = 0;
  for (const [index, part] of parts.entries()) {
    const rows = part.weight.shape[0];
    const place = (row: number): number => (gated ? 8 * (row >> 2) + 4 * index + (row & 3) : first + row);
    const columns = Int32Array.from({ length: rows }, (_, row) => place(row));
    const source = await readStoredWeights(part.weight, storage);
    if (layout === "kn") transposeInto(weight, source, inputs, n, columns);
    else if (k === inputs && !gated) weight.set(source, first * k);
    else {
      for (let row = 0; row < rows; row++)
        weight.set(source.subarray(row * inputs, (row + 1) * inputs), columns[row] * k);
    }
    if (part.bias) {
      const values = await readWeights(part.bias, "f32");
      for (let row = 0; row < rows; row++) bias[columns[row]] = values[row];
    }
    first += rows;
  }
  return { weight, bias, k, n };
}

/** target[i · stride + columns[o]] = source[o · inputs + i], in blocks that stay in the cache. */
function transposeInto(
  target: StoredWeights,
  source: StoredWeights,
  inputs: number,
  stride: number,
  columns: Int32Array,
): void {
  const block = 32;
  for (let firstOutput = 0; firstOutput < columns.length; firstOutput += block) {
    const lastOutput = Math.min(firstOutput + block, columns.length);
    for (let firstInput = 0; firstInput < inputs; firstInput += block) {
      const lastInput = Math.min(firstInput + block, inputs);
      for (let i = firstInput; i < lastInput; i++) {
        const row = i * stride;
        for (let o = firstOutput; o < lastOutput; o++) target[row + columns[o]] = source[o * inputs + i];
      }
    }
  }
}
