/** Attention as operators of a graph, on [B·L, H] in and out. */
import type { Attention, EncoderDescription, Linear } from "../models/encoder-description.ts";
import type { GraphParts } from "./graph-parts.ts";
import { int32Type, int64Type, ortDomain, type OnnxGraph } from "./onnx-writer.ts";

/** What is added to the scores [B, heads, L, L]: the mask, and MPNet's bias for each pair of positions. */
export async function scoreMask(parts: GraphParts, encoder: EncoderDescription): Promise<string> {
  if (encoder.relativePositionBias === null) return "mask";
  const { graph } = parts;
  graph.input("buckets", int32Type, ["length", "length"]);
  const pairs = graph.node("Gather", [await parts.weight(encoder.relativePositionBias), "buckets"]);
  const bias = graph.node("Transpose", [pairs], { perm: { ints: [2, 0, 1] } });
  return graph.node("Add", ["mask", bias]);
}

/** softmax(Q·Kᵀ · scale + mask) · V through the output projection. */
export async function attentionNodes(
  parts: GraphParts,
  attention: Attention,
  input: string,
  mask: string,
): Promise<string> {
  const { graph } = parts;
  const heads = async (linear: Linear): Promise<string> => {
    const split = graph.node("Reshape", [await parts.linear(input, linear), "split"]);
    return graph.node("Transpose", [split], { perm: { ints: [0, 2, 1, 3] } });
  };
  const scores = graph.node(
    "FusedMatMul",
    [await heads(attention.query), await heads(attention.key)],
    { transB: { int: 1 }, alpha: { float: attention.scale } },
    { domain: ortDomain },
  );
  const weights = graph.node("Softmax", [graph.node("Add", [scores, mask])], { axis: { int: -1 } });
  const mixed = graph.node("MatMul", [weights, await heads(attention.value)]);
  const merged = graph.node("Transpose", [mixed], { perm: { ints: [0, 2, 1, 3] } });
  const rows = graph.node("Reshape", [merged, graph.integers([-1, attention.heads * attention.headSize])]);
  return parts.linear(rows, attention.output);
}

/** Declares the inputs that attention takes. */
export function attentionInputs(graph: OnnxGraph): void {
  graph.input("split", int64Type, [4]);
}
