/** The pieces that every part of an encoder's graph is made of: weights, products with them, and norms. */
import { readQuantizedWeights, readWeights } from "../encoder/checked-weights.ts";
import type { Activation, Linear, Norm } from "../models/encoder-description.ts";
import { blockSize } from "../weights/q8-block32.ts";
import type { WeightTensor } from "../weights/weight-tensor.ts";
import { activate } from "./activation-graph.ts";
import { floatType, ortDomain, type OnnxGraph } from "./onnx-writer.ts";

export class GraphParts {
  readonly graph: OnnxGraph;

  constructor(graph: OnnxGraph) {
    this.graph = graph;
  }

  /**
   * Reads a weight and puts it into the graph.
   * @throws ModelFileError for a weight that is not finite
   */
  async weight(tensor: WeightTensor): Promise<string> {
    return this.graph.weight(await readWeights(tensor, "f32"), tensor.shape);
  }

  /**
   * The rows of a table that `indices` name. A table in 8-bit blocks stays as it is stored, a quarter of its size (of MiniLM's weights in f32 its
   * table is the half), and the rows alone become f32: the same values.
   */
  async rows(table: WeightTensor, indices: string): Promise<string> {
    const { graph } = this;
    const blocks = await readQuantizedWeights(table);
    if (blocks === null) return graph.node("Gather", [await this.weight(table), indices]);
    const [rows, columns] = table.shape;
    const shape = [rows, columns / blockSize];
    const float = { to: { int: floatType } };
    const values = graph.node("Gather", [graph.weight(blocks.quantized, [...shape, blockSize]), indices]);
    const scales = graph.node("Gather", [graph.weight(blocks.scales, [...shape, 1]), indices]);
    const product = graph.node("Mul", [graph.node("Cast", [values], float), graph.node("Cast", [scales], float)]);
    return graph.node("Reshape", [product, graph.integers([-1, columns])]);
  }

  /** x · Wᵀ + b. */
  async linear(input: string, { weight, bias }: Linear): Promise<string> {
    const inputs = [input, await this.weight(weight), ...(bias === null ? [] : [await this.weight(bias)])];
    return this.graph.node("Gemm", inputs, { transB: { int: 1 } });
  }

  /** activation(x · Wᵀ + b), with the bias inside the activation's pass where onnxruntime has such an operator. */
  async activated(input: string, { weight, bias }: Linear, activation: Activation): Promise<string> {
    const fused = activation === "gelu" ? "BiasGelu" : activation === "gelu_tanh" ? "FastGelu" : null;
    if (fused === null || bias === null) {
      return activate(this.graph, await this.linear(input, { weight, bias }), activation);
    }
    const product = await this.linear(input, { weight, bias: null });
    return this.graph.node(fused, [product, await this.weight(bias)], {}, { domain: ortDomain });
  }

  /** Over the last dimension. */
  async norm(input: string, { kind, weight, bias, epsilon }: Norm): Promise<string> {
    const operator = kind === "layer" ? "LayerNormalization" : "SimplifiedLayerNormalization";
    const inputs = [input, await this.weight(weight), ...(bias === null ? [] : [await this.weight(bias)])];
    return this.graph.node(operator, inputs, { axis: { int: -1 }, epsilon: { float: epsilon } });
  }
}
