/** The proof of RMSNorm: awkward rows, one of zeros among them. */
import { checkValues, toleranceOf, type KernelCheck } from "../../prove/kernel-check.ts";
import { awkwardRows, checkedRows, constantRow, expectedOfRows, smallestEpsilon } from "../../prove/row-check.ts";
import { rmsNormReference } from "./reference.ts";
import { rmsNormGrid, rmsNormProgram } from "./rms-norm.ts";

export function rmsNormCheck(width: number, epsilon: number): KernelCheck {
  const x = awkwardRows(checkValues(checkedRows * width, 19), width, 0);
  const weight = checkValues(width, 20);
  return {
    program: rmsNormProgram(width, epsilon),
    inputs: [x, weight],
    output: 0,
    outputStorage: "f32",
    grid: rmsNormGrid(checkedRows),
    // Without an epsilon a row of zeros is 0 / 0.
    expected: expectedOfRows(
      rmsNormReference(x, weight, epsilon),
      width,
      (row) => epsilon >= smallestEpsilon || row !== constantRow,
    ),
    tolerance: toleranceOf("f32"),
  };
}
