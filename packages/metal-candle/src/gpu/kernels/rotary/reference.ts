/** Norm and rotary position embedding of one head in plain double precision, for checks. */
import { normReference } from "../norm/reference.ts";
import { rotaryAngle } from "./rotary.ts";
import type { RowNorm } from "../norm/row-norm.ts";

/** PyTorch's rotate_half over the first 2 · inverseFrequencies.length elements of `head`; the rest stays as it is. */
export function rotaryReference(
  head: ArrayLike<number>,
  position: number,
  inverseFrequencies: ArrayLike<number>,
  factor: number,
  norm: { readonly norm: RowNorm; readonly weight: ArrayLike<number>; readonly bias: ArrayLike<number> } | null,
): Float64Array {
  const values = norm ? normReference(head, norm.norm, norm.weight, norm.bias) : Float64Array.from(head);
  const half = inverseFrequencies.length;
  const turned = Float64Array.from(values);
  for (let i = 0; i < half; i++) {
    const cosine = Math.cos(rotaryAngle(position, inverseFrequencies[i])) * factor;
    const sine = Math.sin(rotaryAngle(position, inverseFrequencies[i])) * factor;
    turned[i] = values[i] * cosine - values[i + half] * sine;
    turned[i + half] = values[i + half] * cosine + values[i] * sine;
  }
  return turned;
}
