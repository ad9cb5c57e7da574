/** Activation functions as operators of a graph. */
import type { Activation } from "../models/encoder-description.ts";
import { ortDomain, type OnnxGraph } from "./onnx-writer.ts";

export function activate(graph: OnnxGraph, input: string, activation: Activation): string {
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
