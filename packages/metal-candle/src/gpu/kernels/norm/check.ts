/** The proof of the norms around a block: ordinary rows, a tiny one, a huge one and a constant one, every output compared. */
import { checkValues, storedInput, toleranceOf, type KernelCheck } from "../../prove/kernel-check.ts";
import { roundUp } from "../../device/kernel-program.ts";
import { normReference } from "./reference.ts";
import { residualNormsGrid, residualNormsProgram, type ResidualNormsShape } from "./residual-norms.ts";
import type { RowNorm } from "./row-norm.ts";

const scales = [1, 1e-3, 100, 1, 1, 1, 1, 1, 1];
const constantRow = 4;

/** A norm's weight and bias as kernels read them: f32 [2, roundUp(width, 4)]. */
export function checkedNorm({ kind }: RowNorm, width: number, seed: number) {
  const weight = checkValues(width, seed);
  const bias = kind === "layer" ? checkValues(width, seed + 1) : new Float32Array(width);
  const room = roundUp(width, 4);
  const both = new Float32Array(2 * room);
  both.set(weight);
  both.set(bias, room);
  return { weight, bias, both };
}

/** Checks the kernel at the model's own width: what it writes to `hidden`, and in f32 what it leaves in the stream. */
export function residualNormsChecks(shape: ResidualNormsShape): KernelCheck[] {
  const { width, stride, storage, projected: adds } = shape;
  const rows = scales.length;
  const values = (seed: number): Float32Array<ArrayBuffer> =>
    checkValues(rows * stride, seed).map((value, index) => {
      const row = Math.floor(index / stride);
      if (index % stride >= width) return 0;
      return row === constantRow ? 3.1 : value * scales[row];
    });
  const stream = values(31);
  const projected = values(32);
  const norms = (["outputNorm", "residualNorm", "inputNorm"] as const).map((name, index) => {
    const norm = shape[name];
    return norm && { norm, ...checkedNorm(norm, width, 33 + 2 * index) };
  });
  const apply = (row: ArrayLike<number>, at: number): ArrayLike<number> => {
    const entry = norms[at];
    return entry ? normReference(row, entry.norm, entry.weight, entry.bias) : row;
  };
  const left = new Map<number, number>();
  const expected = new Map<number, number>();
  for (let row = 0; row < rows; row++) {
    const at = row * stride;
    const added = adds ? apply(projected.subarray(at, at + width), 0) : new Float64Array(width);
    // As the kernel adds: in f32, which a LayerNorm of a constant row tells from doubles.
    const sum = Float32Array.from({ length: width }, (_, i) => Math.fround(stream[at + i] + added[i]));
    const kept = apply(sum, 1);
    const read = apply(kept, 2);
    for (let i = 0; i < stride; i++) {
      if (i < width) left.set(at + i, kept[i]);
      expected.set(at + i, i < width ? read[i] : 0);
    }
  }
  const hidden = storedInput(new Float32Array(rows * stride).fill(7), storage);
  const common = {
    program: residualNormsProgram(shape),
    inputs: [
      stream,
      hidden.upload,
      ...(storage === "f16" ? [new Uint32Array(rows)] : []),
      ...(adds ? [projected] : []),
      ...norms.flatMap((entry) => (entry ? [entry.both] : [])),
    ],
    grid: residualNormsGrid(rows),
  };
  return [
    { ...common, output: 1, outputStorage: storage, expected, tolerance: toleranceOf(storage) },
    { ...common, output: 0, outputStorage: "f32", expected: left, tolerance: toleranceOf("f32") },
  ];
}
