/** The proof of pooling: the model's own modes over short and long sequences, with and without normalisation, trailer included. */
import type { PoolingMode } from "../../../models/description.ts";
import { headerWords, tokensAt } from "../../wgsl/batch-layout.ts";
import { checkValues, storedInput, toleranceOf, type KernelCheck } from "../../prove/kernel-check.ts";
import type { StorageType } from "../../wgsl/storage.ts";
import { outputStride } from "./finished-row.ts";
import { poolingGrid, poolingProgram } from "./pooling.ts";
import { normalizeReference, poolingReference } from "./reference.ts";

const lengths = [2, 31, 5, 3, 2];
/** Nothing left out, a prompt, a prompt that leaves one token, one that covers the sequence, and one that is longer than it. */
const skips = [0, 3, 4, 3, 7];

/** Checks the finishing form of the kernel at the model's own width. */
export function poolingCheck(
  storage: StorageType,
  width: number,
  stride: number,
  modes: readonly PoolingMode[],
): KernelCheck {
  // Max pooling of no token is refused before it gets here (check-batch.ts).
  const count = modes.includes("max") ? 3 : lengths.length;
  const cuSeqlens = lengths.slice(0, count).reduce((ends, length) => [...ends, ends.at(-1)! + length], [0]);
  const hidden = storedInput(checkValues(cuSeqlens[count] * stride, 14), storage);
  const dimensions = modes.length * width;
  const batch = new Uint32Array(tokensAt + 2 * count + 1);
  batch[headerWords.sequences] = count;
  batch[headerWords.dimensions] = dimensions;
  batch[headerWords.normalize] = 1;
  batch[headerWords.cuSeqlensAt] = tokensAt;
  batch[headerWords.poolingSkipsAt] = tokensAt + count + 1;
  batch.set(cuSeqlens, tokensAt);
  batch.set(skips.slice(0, count), tokensAt + count + 1);
  const rowWords = outputStride(dimensions);
  const expected = new Map<number, number>();
  lengths.slice(0, count).forEach((length, sequence) => {
    const rows = new Float32Array(length * width);
    for (let token = 0; token < length; token++) {
      const at = (cuSeqlens[sequence] + token) * stride;
      rows.set(hidden.rounded.subarray(at, at + width), token * width);
    }
    const pooled = poolingReference(rows, width, modes, skips[sequence]);
    normalizeReference(pooled).forEach((value, i) => expected.set(sequence * rowWords + i, value));
    expected.set(
      sequence * rowWords + dimensions,
      pooled.reduce((sum, value) => sum + value * value, 0),
    );
  });
  return {
    program: poolingProgram({ storage, width, stride, modes, output: "finished" }),
    inputs: [batch, hidden.upload, new Uint32Array(count * rowWords), new Uint32Array(cuSeqlens[count])],
    output: 2,
    outputStorage: "f32",
    grid: poolingGrid(count),
    expected,
    tolerance: toleranceOf(storage),
  };
}
