/** The proof of pooling: the model's own modes over short and long sequences, with and without normalisation, trailer included. */
import type { PoolingMode } from "../../../models/description.ts";
import { headerWords, tokensAt } from "../../batch-layout.ts";
import { checkValues, storedInput, toleranceOf, type KernelCheck } from "../../kernel-check.ts";
import type { StorageType } from "../../wgsl/storage.ts";
import { outputStride } from "./finished-row.ts";
import { poolingGrid, poolingProgram } from "./pooling.ts";
import { normalizeReference, poolingReference } from "./reference.ts";

const lengths = [2, 31, 5];
const skips = [0, 3, 1];

/** Checks the finishing form of the kernel at the model's own width. */
export function poolingCheck(
  storage: StorageType,
  width: number,
  stride: number,
  modes: readonly PoolingMode[],
): KernelCheck {
  const cuSeqlens = [0, 2, 33, 38];
  const hidden = storedInput(checkValues(cuSeqlens[3] * stride, 14), storage);
  const dimensions = modes.length * width;
  const batch = new Uint32Array(tokensAt + 8);
  batch[headerWords.sequences] = lengths.length;
  batch[headerWords.dimensions] = dimensions;
  batch[headerWords.normalize] = 1;
  batch[headerWords.cuSeqlensAt] = tokensAt;
  batch[headerWords.poolingSkipsAt] = tokensAt + 4;
  batch.set(cuSeqlens, tokensAt);
  batch.set(skips, tokensAt + 4);
  const rowWords = outputStride(dimensions);
  const expected = new Map<number, number>();
  lengths.forEach((length, sequence) => {
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
    inputs: [batch, hidden.upload, new Uint32Array(lengths.length * rowWords), new Uint32Array(1)],
    output: 2,
    outputStorage: "f32",
    grid: poolingGrid(lengths.length),
    expected,
    tolerance: toleranceOf(storage),
  };
}
