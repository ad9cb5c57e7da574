/**
 * How attention heads lie in GPU memory: in whole vec4s. A head whose size is not a multiple of 4 (26 in rubert-tiny2) is filled up with zeros
 * in the weights, once, at upload: zero columns of Q and K add nothing to a score, and zero rows of the output projection take nothing
 * from V's. The kernels know only the filled size; the scale is the model's own.
 */
import { UnsupportedModelError } from "../../errors.ts";
import type { BiasedLinear, EncoderShape, LayerWeights } from "./bert-blocks.ts";
import type { WeightTensor } from "../../weights/weight-tensor.ts";
import { roundUp } from "../device/kernel-program.ts";

/** Heads as the kernels have them. */
export interface AttentionHeads {
  /** Elements of a head in memory, a multiple of 4. */
  readonly size: number;
  /** Elements of all heads side by side. */
  readonly width: number;
  /** 1 / √(the model's head size). */
  readonly scale: number;
}

export function attentionHeads({ numAttentionHeads: heads, headSize }: EncoderShape): AttentionHeads {
  // Eight halves are a word of the matrix units' kernels, too.
  const size = headSize % 4 === 0 ? headSize : roundUp(headSize, 8);
  return { size, width: heads * size, scale: 1 / Math.sqrt(headSize) };
}

/** @throws UnsupportedModelError for a hidden size that rows of vec4s cannot have */
export function checkHiddenSize({ hiddenSize }: EncoderShape): void {
  if (hiddenSize % 4 === 0) return;
  throw new UnsupportedModelError(
    `The model's hidden size is ${hiddenSize}; on the GPU it must be a multiple of 4. Use device "cpu".`,
  );
}

/** A layer with its heads filled up; the layer itself where they are whole. */
export function withWholeHeads(layer: LayerWeights, shape: EncoderShape): LayerWeights {
  const { size } = attentionHeads(shape);
  if (size === shape.headSize) return layer;
  const outputs = ({ weight, bias }: BiasedLinear): BiasedLinear => ({
    weight: spread(weight, shape, size, "rows"),
    bias: spread(bias, shape, size, "rows"),
  });
  return {
    ...layer,
    query: outputs(layer.query),
    key: outputs(layer.key),
    value: outputs(layer.value),
    attentionOutput: {
      weight: spread(layer.attentionOutput.weight, shape, size, "columns"),
      bias: layer.attentionOutput.bias,
    },
  };
}

/** A tensor whose rows (or columns) belong to heads, `headSize` each, with room for `size` each. */
function spread(
  tensor: WeightTensor,
  { numAttentionHeads: heads, headSize }: EncoderShape,
  size: number,
  along: "rows" | "columns",
): WeightTensor {
  const [rows, columns = 1] = tensor.shape;
  const shape = along === "columns" ? [rows, heads * size] : [heads * size, ...tensor.shape.slice(1)];
  // Runs of values that stay together: a head's rows, or a head's columns of one row.
  const run = along === "columns" ? headSize : headSize * columns;
  const room = along === "columns" ? size : size * columns;
  return {
    name: tensor.name,
    shape,
    storage: tensor.storage,
    async read() {
      const values = await tensor.read();
      const spreadOut = new Float32Array((values.length / run) * room);
      for (let from = 0, to = 0; from < values.length; from += run, to += room) {
        spreadOut.set(values.subarray(from, from + run), to);
      }
      return spreadOut;
    },
  };
}
