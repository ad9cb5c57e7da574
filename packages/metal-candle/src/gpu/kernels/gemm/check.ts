/** The proof of a GEMM variant: one row of tiles, two columns of them at least, its first and last rows compared. */
import { checkValues, lazyCheck, storedInput, toleranceOf, type KernelCheck } from "../../prove/kernel-check.ts";
import { gemmGrid, gemmProgram, weightLayout, type GemmShape, type GemmVariant } from "./gemm.ts";
import { gatedReference, gemmReference } from "./reference.ts";
import { outputColumns, outputStorage, type GemmProgram } from "./shape.ts";

const comparedRows = 6;

/** Checks a variant with the activation and storage that a model will use it with. */
export function gemmCheck(variant: GemmVariant, shape: Omit<GemmShape, "n" | "k">): KernelCheck {
  const full: GemmShape = { ...shape, n: 256, k: 256 };
  const program = gemmProgram(variant, full);
  return lazyCheck(program, () => checkNumbers(variant, program, full));
}

function checkNumbers(variant: GemmVariant, program: GemmProgram, full: GemmShape): Omit<KernelCheck, "program"> {
  const { n, k, storage, gated, activation } = full;
  const rowCount = program.tileRows;
  const a = storedInput(checkValues(rowCount * k, 1), storage);
  const w = storedInput(checkValues(k * n, 2, 0.2), storage);
  const bias = checkValues(n, 3);
  const columns = outputColumns(full);
  const output = outputStorage(full);
  const reference = gated ? gatedReference : gemmReference;
  const expected = new Map<number, number>();
  for (const first of [0, rowCount - comparedRows]) {
    const rows = a.rounded.subarray(first * k, (first + comparedRows) * k);
    reference(rows, w.rounded, bias, k, activation).forEach((value, i) => expected.set(first * columns + i, value));
  }
  const weight = weightLayout(variant) === "kn" ? w.upload : storedInput(transposed(w.rounded, k, n), storage).upload;
  const c = storedInput(new Float32Array(rowCount * columns), output);
  return {
    inputs: [a.upload, weight, bias, c.upload, ...(output === "f16" ? [new Uint32Array(rowCount)] : [])],
    output: 3,
    outputStorage: output,
    grid: gemmGrid(program, full, rowCount),
    expected,
    // What is stored in f32 is as exact as f32 sums of f16 products are, but for the cheap GELU of the f16 classes.
    tolerance: toleranceOf(output),
  };
}

/** [rows, columns] as [columns, rows]. */
function transposed(matrix: Float32Array, rows: number, columns: number): Float32Array<ArrayBuffer> {
  const result = new Float32Array(matrix.length);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) result[column * rows + row] = matrix[row * columns + column];
  }
  return result;
}
