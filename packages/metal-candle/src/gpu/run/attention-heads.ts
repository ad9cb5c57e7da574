/**
 * How attention heads lie in GPU memory: in whole vec4s. A head whose size is not a multiple of 4 (26 in rubert-tiny2) is filled up with zeros
 * in the weights, once, at upload: zero columns of Q and K add nothing to a score, and zero rows of the output projection take nothing
 * from V's. The two halves of a head that turn together (rotary positions) are filled up each by itself, so that a pair is the same element of
 * two vec4s. The kernels know only the filled size; the scale is the model's own.
 */
import type { Attention, Linear } from "../../models/encoder-description.ts";
import type { WeightTensor } from "../../weights/weight-tensor.ts";
import { roundUp } from "../device/kernel-program.ts";

/** A head as the kernels have it. */
export interface HeadLayout {
  /** Elements in memory, a multiple of 4. */
  readonly size: number;
  /** Elements of the half that turns, in memory: a multiple of 4; 0 without rotary positions. */
  readonly half: number;
  /** The model's elements in order: runs of `count` that lie at `to`. */
  readonly runs: readonly { readonly count: number; readonly to: number }[];
}

export function headLayout({ headSize, rotary }: Pick<Attention, "headSize" | "rotary">): HeadLayout {
  const turning = rotary?.inverseFrequencies.length ?? 0;
  if (headSize % 4 === 0 && turning % 4 === 0) {
    return { size: headSize, half: turning, runs: [{ count: headSize, to: 0 }] };
  }
  const half = roundUp(turning, 4);
  const rest = headSize - 2 * turning;
  const runs = [
    { count: turning, to: 0 },
    { count: turning, to: half },
    { count: rest, to: 2 * half },
  ].filter(({ count }) => count > 0);
  // Eight halves are a word of the matrix units' kernels, too.
  return { size: roundUp(2 * half + rest, 8), half, runs };
}

/** Q, K, V and the output projection with heads as they lie in memory; the attention's own where they are whole. */
export function withWholeHeads(attention: Attention): Pick<Attention, "query" | "key" | "value" | "output"> {
  const { query, key, value, output, headSize } = attention;
  const layout = headLayout(attention);
  if (layout.size === headSize) return attention;
  const outputs = ({ weight, bias }: Linear): Linear => ({
    weight: spread(weight, headSize, layout, "rows"),
    bias: bias && spread(bias, headSize, layout, "rows"),
  });
  return {
    query: outputs(query),
    key: outputs(key),
    value: outputs(value),
    output: { weight: spread(output.weight, headSize, layout, "columns"), bias: output.bias },
  };
}

/** Values of one head as they lie in memory. */
export function wholeHead(values: Float32Array, { size, runs }: HeadLayout): Float32Array {
  const whole = new Float32Array(size);
  let from = 0;
  for (const { count, to } of runs) {
    whole.set(values.subarray(from, from + count), to);
    from += count;
  }
  return whole;
}

/** A tensor whose rows (or columns) belong to heads, `headSize` each, with room for `layout.size` each. */
function spread(
  tensor: WeightTensor,
  headSize: number,
  { size, runs }: HeadLayout,
  along: "rows" | "columns",
): WeightTensor {
  const [rows, columns = 1] = tensor.shape;
  const shape =
    along === "columns" ? [rows, (columns / headSize) * size] : [(rows / headSize) * size, ...tensor.shape.slice(1)];
  // Values that stay together: a head's rows, or a head's columns of one row.
  const unit = along === "columns" ? 1 : columns;
  return {
    name: tensor.name,
    shape,
    storage: tensor.storage,
    async read() {
      const values = await tensor.read();
      const spreadOut = new Float32Array((values.length / headSize) * size);
      for (let head = 0; head * headSize * unit < values.length; head++) {
        let from = head * headSize * unit;
        for (const { count, to } of runs) {
          spreadOut.set(values.subarray(from, from + count * unit), (head * size + to) * unit);
          from += count * unit;
        }
      }
      return spreadOut;
    },
  };
}
