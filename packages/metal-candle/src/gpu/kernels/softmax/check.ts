/** The proof of softmax: awkward rows, a constant one among them, and one in which every third value is masked. */
import { checkValues, toleranceOf, type KernelCheck } from "../../prove/kernel-check.ts";
import { awkwardRows, checkedRows, expectedOfRows } from "../../prove/row-check.ts";
import { softmaxReference } from "./reference.ts";
import { softmaxGrid, softmaxProgram } from "./softmax.ts";

const maskedRow = 5;
/** What masks are made of: far below any score, and finite. */
const masked = -1e30;

export function softmaxCheck(width: number): KernelCheck {
  const x = awkwardRows(checkValues(checkedRows * width, 21), width, 3.1);
  for (let column = 1; column < width; column += 3) x[maskedRow * width + column] = masked;
  return {
    program: softmaxProgram(width),
    inputs: [x],
    output: 0,
    outputStorage: "f32",
    grid: softmaxGrid(checkedRows),
    expected: expectedOfRows(softmaxReference(x, width), width),
    tolerance: toleranceOf("f32"),
  };
}
