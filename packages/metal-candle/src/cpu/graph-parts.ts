/** The pieces that every part of an encoder's graph is made of: weights, products with them, and norms. */
import { readWeights } from "../encoder/checked-weights.ts";
import type { Activation, Linear, Norm } from "../models/encoder-description.ts";
import type { WeightTensor } from "../weights/weight-tensor.ts";
import { activate } from "./activation-graph.ts";
import { ortDomain, type OnnxGraph } from "./onnx-writer.ts";

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
