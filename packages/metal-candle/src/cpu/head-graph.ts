/** What follows the encoder in a graph: pooling, then the head's dense layers and the steps between them. */
import type { Head, RowStep } from "../models/description.ts";
import { activate } from "./activation-graph.ts";
import type { GraphParts } from "./graph-parts.ts";
import { floatType, int64Type, type OnnxGraph } from "./onnx-writer.ts";

/** Last hidden states [B·L, H] to rows [B, D]; declares the inputs that pooling takes. */
export async function headRows(parts: GraphParts, head: Head, hidden: string, hiddenSize: number): Promise<string> {
  let row = await rowSteps(parts, pooled(parts.graph, head, hidden, hiddenSize), head.rowSteps[0]);
  for (const [index, { weight, bias, activation }] of head.dense.entries()) {
    const product = activate(parts.graph, await parts.linear(row, { weight, bias }), activation);
    row = await rowSteps(parts, product, head.rowSteps[index + 1]);
  }
  return row;
}

/** What the head does to rows [B, D] beside its dense layers. */
async function rowSteps(parts: GraphParts, input: string, steps: readonly RowStep[]): Promise<string> {
  const { graph } = parts;
  let row = input;
  for (const step of steps) {
    if (step.kind === "layer-norm") {
      row = await parts.norm(row, step.norm);
    } else if (step.kind === "softmax") {
      row = graph.node("Softmax", [row], { axis: { int: -1 } });
    } else {
      const norm = graph.node("ReduceL2", [row, graph.integers([-1])], { keepdims: { int: 1 } });
      row = graph.node("Div", [row, graph.node("Max", [norm, graph.number(1e-12)])]);
    }
  }
  return row;
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
