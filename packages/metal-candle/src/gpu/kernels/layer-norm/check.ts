/** The proof of residual + LayerNorm: ordinary rows, a tiny one, a huge one, and a constant one, where a careless mean shows. */
import { checkValues, storedInput, toleranceOf, type KernelCheck } from "../../prove/kernel-check.ts";
import { layerNormReference } from "./reference.ts";
import { residualLayerNormGrid, residualLayerNormProgram, type ResidualLayerNormShape } from "./residual-layer-norm.ts";

const scales = [1, 1e-3, 100, 1, 1, 1, 1, 1, 1];
const constantRow = 4;

/** Checks the kernel at the model's own width. */
export function layerNormCheck(shape: ResidualLayerNormShape): KernelCheck {
  const { width, stride, storage } = shape;
  const rows = scales.length;
  const values = (seed: number): Float32Array<ArrayBuffer> =>
    checkValues(rows * stride, seed).map((value, index) => {
      const row = Math.floor(index / stride);
      if (index % stride >= width) return 0;
      return row === constantRow ? 3.1 : value * scales[row];
    });
  const projected = storedInput(values(6), storage);
  const hidden = storedInput(values(7), storage);
  const weight = checkValues(width, 8);
  const bias = checkValues(width, 9);
  const expected = new Map<number, number>();
  for (let row = 0; row < rows; row++) {
    const sum = Float32Array.from(
      { length: width },
      (_, i) => hidden.rounded[row * stride + i] + projected.rounded[row * stride + i],
    );
    layerNormReference(sum, weight, bias, shape.epsilon).forEach((value, i) => expected.set(row * stride + i, value));
    for (let i = width; i < stride; i++) expected.set(row * stride + i, 0);
  }
  return {
    program: residualLayerNormProgram(shape),
    inputs: [projected.upload, hidden.upload, new Float32Array([...weight, ...bias])],
    output: 1,
    outputStorage: storage,
    grid: residualLayerNormGrid(rows),
    expected,
    tolerance: toleranceOf(storage),
  };
}
