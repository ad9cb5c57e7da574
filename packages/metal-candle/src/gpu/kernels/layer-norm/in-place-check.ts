/** The proof of LayerNorm in place, of `metal-candle/ops`: awkward rows, a constant one among them, which must be the bias exactly. */
import { checkValues, toleranceOf, type KernelCheck } from "../../prove/kernel-check.ts";
import { awkwardRows, checkedRows, constantRow, expectedOfRows, smallestEpsilon } from "../../prove/row-check.ts";
import { layerNormGrid, layerNormProgram } from "./layer-norm.ts";
import { layerNormReference } from "./reference.ts";

export function inPlaceLayerNormCheck(width: number, epsilon: number): KernelCheck {
  const x = awkwardRows(checkValues(checkedRows * width, 16), width, 3.1);
  const weight = checkValues(width, 17);
  const bias = checkValues(width, 18);
  const reference = layerNormReference(x, weight, bias, epsilon);
  // In doubles, too, the mean of a constant row may be off in its last bit, and a small epsilon would show it.
  const isConstant = (row: number): boolean => row === constantRow || width === 1;
  for (let index = 0; index < reference.length; index++) {
    if (isConstant(Math.floor(index / width))) reference[index] = bias[index % width];
  }
  return {
    program: layerNormProgram(width, epsilon),
    inputs: [x, weight, bias],
    output: 0,
    outputStorage: "f32",
    grid: layerNormGrid(checkedRows),
    // Without an epsilon a constant row is 0 / 0.
    expected: expectedOfRows(reference, width, (row) => epsilon >= smallestEpsilon || !isConstant(row)),
    tolerance: toleranceOf("f32"),
  };
}
