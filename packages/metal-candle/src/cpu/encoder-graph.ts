/**
 * A model description as an ONNX graph: embeddings, layers of attention and feed-forward, pooling and the head's dense layers.
 *
 * Works on padded batches of B sequences of L tokens, with activations as [B·L, H] everywhere but inside attention. Matrices keep
 * PyTorch's [out, in] order and are multiplied transposed, so no weight is rearranged. What depends on a batch (positions, mask,
 * pooling weights) is an input that padded-batch.ts makes; cutting and normalising the rows is the encoder's.
 */
import type { Head } from "../models/description.ts";
import type { EncoderDescription, FeedForward, Norm } from "../models/encoder-description.ts";
import type { WeightTensor } from "../weights/weight-tensor.ts";
import { AttentionGraph } from "./attention-graph.ts";
import { GraphParts } from "./graph-parts.ts";
import { headRows } from "./head-graph.ts";
import { floatType, int32Type, OnnxGraph, type ExternalWeight } from "./onnx-writer.ts";

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
  encoder: EncoderDescription,
  head: Head,
  signal?: AbortSignal,
): Promise<EncoderGraph> {
  const graph = new OnnxGraph();
  const parts = new GraphParts(graph);
  const attention = await AttentionGraph.open(parts, encoder);
  let hidden = await embeddings(parts, encoder);
  for (const layer of encoder.layers) {
    signal?.throwIfAborted();
    const attended = await attention.nodes(layer.attention, await normed(parts, hidden, layer.attentionInputNorm));
    hidden = await residual(parts, hidden, attended, layer.attentionOutputNorm, layer.attentionResidualNorm);
    const fed = await feedForward(parts, layer.feedForward, await normed(parts, hidden, layer.feedForwardInputNorm));
    hidden = await residual(parts, hidden, fed, layer.feedForwardOutputNorm, layer.feedForwardResidualNorm);
  }
  hidden = await normed(parts, hidden, encoder.finalNorm);
  graph.node("Identity", [hidden], {}, { output: hiddenOutput });
  graph.output(hiddenOutput, floatType, ["tokens", encoder.hiddenSize]);

  const rows = await headRows(parts, head, hidden, encoder.hiddenSize);
  graph.node("Identity", [rows], {}, { output: rowsOutput });
  graph.output(rowsOutput, floatType, ["batch", head.dimensions]);
  return { model: graph.finish("encoder"), weights: graph.weights };
}

/** The sum of the tables' rows, normed, and brought to the layers' width. */
async function embeddings(parts: GraphParts, encoder: EncoderDescription): Promise<string> {
  const { graph } = parts;
  const gather = (table: WeightTensor, input: string): Promise<string> =>
    parts.rows(table, graph.input(input, int32Type, ["tokens"]));
  let sum = await gather(encoder.wordEmbeddings, "ids");
  if (encoder.embeddingScale !== 1) sum = graph.node("Mul", [sum, graph.number(encoder.embeddingScale)]);
  if (encoder.positionTable !== null) {
    sum = graph.node("Add", [sum, await gather(encoder.positionTable, "positions")]);
  }
  if (encoder.tokenTypeTable !== null) sum = graph.node("Add", [sum, await gather(encoder.tokenTypeTable, "types")]);
  const hidden = await normed(parts, sum, encoder.embeddingNorm);
  return encoder.embeddingProjection === null ? hidden : parts.linear(hidden, encoder.embeddingProjection);
}

/**
 * residualNorm(x + outputNorm(f)). Written out: onnxruntime's SkipLayerNormalization does it in one operator, one float at a time, and
 * took a tenth of the whole encoder where these two take a fiftieth.
 */
async function residual(
  parts: GraphParts,
  skip: string,
  block: string,
  outputNorm: Norm | null,
  residualNorm: Norm | null,
): Promise<string> {
  const sum = parts.graph.node("Add", [await normed(parts, block, outputNorm), skip]);
  return normed(parts, sum, residualNorm);
}

async function feedForward(
  parts: GraphParts,
  { gate, up, down, activation }: FeedForward,
  input: string,
): Promise<string> {
  if (gate === null) return parts.linear(await parts.activated(input, up, activation), down);
  const gated = await parts.activated(input, gate, activation);
  return parts.linear(parts.graph.node("Mul", [gated, await parts.linear(input, up)]), down);
}

async function normed(parts: GraphParts, input: string, norm: Norm | null): Promise<string> {
  return norm === null ? input : parts.norm(input, norm);
}
