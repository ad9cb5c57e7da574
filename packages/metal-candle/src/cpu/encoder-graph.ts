/**
 * A model description as an ONNX graph: embeddings, post-norm transformer layers, pooling and the head's dense layers.
 *
 * Works on padded batches of B sequences of L tokens, with activations as [B·L, H] everywhere but inside attention. Matrices keep
 * PyTorch's [out, in] order and are multiplied transposed, so no weight is rearranged. What depends on a batch (positions, mask,
 * pooling weights) is an input that padded-batch.ts makes; cutting and normalising the rows is the encoder's.
 */
import type { Activation, EncoderShape, EncoderWeights, Head, Linear, Norm, RowStep } from "../models/description.ts";
import { readWeights } from "../encoder/checked-weights.ts";
import type { WeightTensor } from "../weights/weight-tensor.ts";
import { floatType, int32Type, int64Type, OnnxGraph, ortDomain, type ExternalWeight } from "./onnx-writer.ts";

/** The graph's outputs: the head's rows [B, D] before cutting and normalising, and last hidden states [B·L, H]. */
export const rowsOutput = "rows";
export const hiddenOutput = "hidden";

export interface EncoderGraph {
  readonly model: Uint8Array;
  readonly weights: readonly ExternalWeight[];
}

/**
 * Reads all weights and writes the graph.
 * @throws ModelFileError for a weight that is not finite
 */
export async function encoderGraph(
  shape: EncoderShape,
  weights: EncoderWeights,
  head: Head,
  signal?: AbortSignal,
): Promise<EncoderGraph> {
  const graph = new OnnxGraph();
  graph.input("ids", int32Type, ["tokens"]);
  graph.input("positions", int32Type, ["tokens"]);
  if (shape.typeVocabSize > 0) graph.input("types", int32Type, ["tokens"]);
  graph.input("split", int64Type, [4]);
  graph.input("mask", floatType, ["batch", 1, 1, "length"]);
  if (shape.relativePositionBuckets !== null) graph.input("buckets", int32Type, ["length", "length"]);
  const encoder = new GraphWriter(graph, shape);

  let hidden = await encoder.embeddings(weights);
  const mask = await encoder.attentionMask(weights);
  for (const layer of weights.layers) {
    signal?.throwIfAborted();
    const attention = await encoder.attention(layer, hidden, mask);
    const middle = await encoder.residual(attention, layer.attentionOutput, hidden, layer.attentionNorm);
    const wide = await encoder.activated(middle, layer.intermediate, shape.activation);
    hidden = await encoder.residual(wide, layer.output, middle, layer.outputNorm);
  }
  graph.node("Identity", [hidden], {}, { output: hiddenOutput });
  graph.output(hiddenOutput, floatType, ["tokens", shape.hiddenSize]);

  let row = await encoder.rowSteps(pooled(graph, head, hidden, shape.hiddenSize), head.rowSteps[0]);
  for (const [index, { weight, bias, activation }] of head.dense.entries()) {
    row = bias === null ? await encoder.product(row, weight) : await encoder.linear(row, { weight, bias });
    row = await encoder.rowSteps(activate(graph, row, activation), head.rowSteps[index + 1]);
  }
  graph.node("Identity", [row], {}, { output: rowsOutput });
  graph.output(rowsOutput, floatType, ["batch", head.dimensions]);
  return { model: graph.finish("encoder"), weights: graph.weights };
}

/** The encoder's parts, each a few nodes on [B·L, H]. */
class GraphWriter {
  readonly #graph: OnnxGraph;
  readonly #shape: EncoderShape;

  constructor(graph: OnnxGraph, shape: EncoderShape) {
    this.#graph = graph;
    this.#shape = shape;
  }

  async embeddings(weights: EncoderWeights): Promise<string> {
    const gather = async (table: WeightTensor, input: string): Promise<string> =>
      this.#graph.node("Gather", [await this.#weight(table), input]);
    let sum = this.#graph.node("Add", [
      await gather(weights.wordEmbeddings, "ids"),
      await gather(weights.positionEmbeddings, "positions"),
    ]);
    if (weights.tokenTypeEmbeddings !== null) {
      sum = this.#graph.node("Add", [sum, await gather(weights.tokenTypeEmbeddings, "types")]);
    }
    const { weight, bias } = weights.embeddingNorm;
    return this.#graph.node("LayerNormalization", [sum, await this.#weight(weight), await this.#weight(bias)], {
      axis: { int: -1 },
      epsilon: { float: this.#shape.layerNormEpsilon },
    });
  }

  /** What is added to the scores [B, heads, L, L]: the mask, and MPNet's bias for each pair of positions. */
  async attentionMask(weights: EncoderWeights): Promise<string> {
    if (weights.relativePositionBias === null) return "mask";
    const table = await this.#weight(weights.relativePositionBias);
    const pairs = this.#graph.node("Gather", [table, "buckets"]);
    const bias = this.#graph.node("Transpose", [pairs], { perm: { ints: [2, 0, 1] } });
    return this.#graph.node("Add", ["mask", bias]);
  }

  /** softmax(Q·Kᵀ / √headSize + mask) · V, heads side by side in the result. */
  async attention(layer: EncoderWeights["layers"][number], hidden: string, mask: string): Promise<string> {
    const graph = this.#graph;
    const heads = async (linear: Linear): Promise<string> => {
      const split = graph.node("Reshape", [await this.linear(hidden, linear), "split"]);
      return graph.node("Transpose", [split], { perm: { ints: [0, 2, 1, 3] } });
    };
    const scores = graph.node(
      "FusedMatMul",
      [await heads(layer.query), await heads(layer.key)],
      { transB: { int: 1 }, alpha: { float: 1 / Math.sqrt(this.#shape.headSize) } },
      { domain: ortDomain },
    );
    const weights = graph.node("Softmax", [graph.node("Add", [scores, mask])], { axis: { int: -1 } });
    const mixed = graph.node("MatMul", [weights, await heads(layer.value)]);
    const merged = graph.node("Transpose", [mixed], { perm: { ints: [0, 2, 1, 3] } });
    return graph.node("Reshape", [merged, graph.integers([-1, this.#shape.hiddenSize])]);
  }

  /**
   * LayerNorm(x · Wᵀ + b + skip). Written out: onnxruntime's SkipLayerNormalization does it in one operator, one float at a
   * time, and took a tenth of the whole encoder where these two take a fiftieth.
   */
  async residual(input: string, linear: Linear, skip: string, norm: Norm): Promise<string> {
    const sum = this.#graph.node("Add", [await this.linear(input, linear), skip]);
    return this.#graph.node(
      "LayerNormalization",
      [sum, await this.#weight(norm.weight), await this.#weight(norm.bias)],
      {
        axis: { int: -1 },
        epsilon: { float: this.#shape.layerNormEpsilon },
      },
    );
  }

  /** activation(x · Wᵀ + b), with the bias inside the activation's pass where onnxruntime has such an operator. */
  async activated(input: string, linear: Linear, activation: Activation): Promise<string> {
    const fused = activation === "gelu" ? "BiasGelu" : activation === "gelu_tanh" ? "FastGelu" : null;
    if (fused === null) return activate(this.#graph, await this.linear(input, linear), activation);
    const product = await this.product(input, linear.weight);
    return this.#graph.node(fused, [product, await this.#weight(linear.bias)], {}, { domain: ortDomain });
  }

  /** x · Wᵀ + b. */
  async linear(input: string, { weight, bias }: Linear): Promise<string> {
    const inputs = [input, await this.#weight(weight), await this.#weight(bias)];
    return this.#graph.node("Gemm", inputs, { transB: { int: 1 } });
  }

  /** x · Wᵀ. */
  async product(input: string, weight: WeightTensor): Promise<string> {
    return this.#graph.node("Gemm", [input, await this.#weight(weight)], { transB: { int: 1 } });
  }

  /** What the head does to rows [B, D] beside its dense layers. */
  async rowSteps(input: string, steps: readonly RowStep[]): Promise<string> {
    const graph = this.#graph;
    let row = input;
    for (const step of steps) {
      if (step.kind === "layer-norm") {
        const { weight, bias } = step.norm;
        row = graph.node("LayerNormalization", [row, await this.#weight(weight), await this.#weight(bias)], {
          axis: { int: -1 },
          epsilon: { float: step.epsilon },
        });
      } else if (step.kind === "softmax") {
        row = graph.node("Softmax", [row], { axis: { int: -1 } });
      } else {
        const norm = graph.node("ReduceL2", [row, graph.integers([-1])], { keepdims: { int: 1 } });
        row = graph.node("Div", [row, graph.node("Max", [norm, graph.number(1e-12)])]);
      }
    }
    return row;
  }

  async #weight(tensor: WeightTensor): Promise<string> {
    return this.#graph.weight(await readWeights(tensor, "f32"), tensor.shape);
  }
}

/** [B·L, H] to [B, modes · H]. All modes but max are sums over tokens with weights that the host gives as [B, sums, L]. */
function pooled(graph: OnnxGraph, head: Head, hidden: string, hiddenSize: number): string {
  const sums = head.poolings.filter((mode) => mode !== "max").length;
  graph.input("pooling", floatType, ["batch", sums, "length"]);
  graph.input("sequences", int64Type, [3]);
  const padded = graph.node("Reshape", [hidden, "sequences"]);
  const sum = sums === 0 ? "" : graph.node("MatMul", ["pooling", padded]);
  if (sums === head.poolings.length) return graph.node("Reshape", [sum, graph.integers([-1, sums * hiddenSize])]);

  graph.input("left_out", floatType, ["batch", "length", 1]);
  const kept = graph.node("Add", [padded, "left_out"]);
  const maximum = graph.node("ReduceMax", [kept, graph.integers([1])], { keepdims: { int: 0 } });
  let index = 0;
  const parts = head.poolings.map((mode) =>
    mode === "max" ? maximum : graph.node("Gather", [sum, graph.integers([index++], [])], { axis: { int: 1 } }),
  );
  return parts.length === 1 ? parts[0] : graph.node("Concat", parts, { axis: { int: -1 } });
}

function activate(graph: OnnxGraph, input: string, activation: Activation): string {
  switch (activation) {
    case "identity":
      return input;
    case "gelu":
      return graph.node("Gelu", [input], {}, { domain: ortDomain });
    case "gelu_tanh":
      return graph.node("FastGelu", [input], {}, { domain: ortDomain });
    case "gelu_10":
      return graph.node("Clip", [activate(graph, input, "gelu"), graph.number(-10), graph.number(10)]);
    case "quick_gelu":
      return graph.node("QuickGelu", [input], { alpha: { float: 1.702 } }, { domain: ortDomain });
    case "relu":
      return graph.node("Relu", [input]);
    case "relu2": {
      const kept = graph.node("Relu", [input]);
      return graph.node("Mul", [kept, kept]);
    }
    case "relu6":
      return graph.node("Clip", [input, graph.number(0), graph.number(6)]);
    case "leaky_relu":
      return graph.node("LeakyRelu", [input], { alpha: { float: 0.01 } });
    case "mish":
      return graph.node("Mish", [input]);
    case "silu":
      return graph.node("QuickGelu", [input], { alpha: { float: 1 } }, { domain: ortDomain });
    case "tanh":
      return graph.node("Tanh", [input]);
    case "sigmoid":
      return graph.node("Sigmoid", [input]);
  }
}
