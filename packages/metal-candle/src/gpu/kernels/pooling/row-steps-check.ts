/** The proof of a head's steps on rows: an ordinary row, a tiny one, a huge one and a constant one. */
import { layerNormReference } from "../layer-norm/reference.ts";
import { normalizeReference } from "./reference.ts";
import { rowStepsGrid, rowStepsProgram, type RowStepShape } from "./row-steps.ts";
import { softmaxReference } from "../softmax/reference.ts";
import { headerWords, tokensAt } from "../../wgsl/batch-layout.ts";
import { checkValues, toleranceOf, type KernelCheck } from "../../prove/kernel-check.ts";

const scales = [1, 1e-2, 30, 0];

export function rowStepsCheck(steps: readonly RowStepShape[], width: number, stride: number): KernelCheck {
  const rows = checkValues(scales.length * stride, 61).map((value, i) => {
    const scale = scales[Math.floor(i / stride)];
    return scale === 0 ? 3.1 : value * scale;
  });
  const batch = new Uint32Array(tokensAt);
  batch[headerWords.sequences] = scales.length;
  const weights: number[] = [];
  const values = scales.map((_, row) => Float64Array.from(rows.subarray(row * stride, row * stride + width)));
  for (const [index, step] of steps.entries()) {
    const weight = checkValues(width, 62 + 2 * index);
    const bias = checkValues(width, 63 + 2 * index);
    if (step.kind === "layer-norm") weights.push(...weight, ...bias);
    for (const [row, value] of values.entries()) {
      if (step.kind === "layer-norm") value.set(layerNormReference(value, weight, bias, step.epsilon));
      else if (step.kind === "normalize") value.set(normalizeReference(value));
      else value.set(softmaxReference(value, width));
      values[row] = value;
    }
  }
  const expected = new Map<number, number>();
  for (const [row, value] of values.entries()) value.forEach((x, i) => expected.set(row * stride + i, x));
  return {
    program: rowStepsProgram(steps, width, stride),
    inputs: [batch, rows, ...(weights.length > 0 ? [new Float32Array(weights)] : [])],
    output: 1,
    outputStorage: "f32",
    grid: rowStepsGrid(scales.length),
    expected,
    tolerance: toleranceOf("f32"),
  };
}
