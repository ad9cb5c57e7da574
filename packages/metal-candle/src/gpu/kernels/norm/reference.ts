/** Norms in plain double precision, for checks. */
import { layerNormReference } from "../layer-norm/reference.ts";
import { rmsNormReference } from "../rms-norm/reference.ts";
import type { RowNorm } from "./row-norm.ts";

/** One row [width]; weight and bias [width], the bias null where the norm has none. */
export function normReference(
  row: ArrayLike<number>,
  { kind, epsilon }: RowNorm,
  weight: ArrayLike<number>,
  bias: ArrayLike<number>,
): Float64Array {
  if (kind === "layer") return layerNormReference(row, weight, bias, epsilon);
  return rmsNormReference(row, weight, epsilon).map((value, i) => value + bias[i]);
}
