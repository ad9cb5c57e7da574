/**
 * Attention as operators of a graph, [B·L, H] in and out.
 *
 * Inside, queries are [B, keyValueHeads, group, L, headSize] and keys [B, keyValueHeads, 1, L, headSize], so that heads that share keys read
 * one copy of them. Where texts may be long or queries see only some keys, the queries run block by block in a Scan (attention-blocks.ts).
 */
import type { Attention, EncoderDescription, Linear, Norm } from "../models/encoder-description.ts";
import { isBlockwise, isLimited, reachesOf, reachName, rotariesOf, type Reach } from "./attention-blocks.ts";
import type { GraphParts } from "./graph-parts.ts";
import { floatType, int32Type, int64Type, ortDomain, type OnnxGraph } from "./onnx-writer.ts";

/** Added to a score to take it out: far below any real one, and finite. */
export const maskedOut = -1e30;

/** What an attention of one encoder shares with the others. */
export class AttentionGraph {
  readonly #parts: GraphParts;
  readonly #encoder: EncoderDescription;
  readonly #blockwise: boolean;
  readonly #shapes = new Map<string, string>();
  #mask = "mask";

  private constructor(parts: GraphParts, encoder: EncoderDescription) {
    this.#parts = parts;
    this.#encoder = encoder;
    this.#blockwise = isBlockwise(encoder);
  }

  /** Declares the inputs that attention takes. */
  static async open(parts: GraphParts, encoder: EncoderDescription): Promise<AttentionGraph> {
    const { graph } = parts;
    graph.input("mask", floatType, ["batch", 1, 1, 1, "length"]);
    graph.input("batch_length", int64Type, [2]);
    rotariesOf(encoder).forEach(({ inverseFrequencies: { length } }, index) => {
      graph.input(`cos_${index}`, floatType, ["length", length]);
      graph.input(`sin_${index}`, floatType, ["length", length]);
    });
    const attention = new AttentionGraph(parts, encoder);
    if (attention.#blockwise) {
      graph.input("batch_blocks", int64Type, [3]);
      const reaches = reachesOf(encoder);
      if (reaches.length > 0) {
        graph.input("query_positions", floatType, ["blocks", "rows", 1]);
        graph.input("key_positions", floatType, ["length"]);
      }
      for (const reach of reaches) {
        graph.input(`starts_${reachName(reach)}`, int64Type, ["blocks", 1]);
        graph.input(`ends_${reachName(reach)}`, int64Type, ["blocks", 1]);
      }
    }
    if (encoder.relativePositionBias !== null) {
      graph.input("buckets", int32Type, ["length", "length"]);
      const pairs = graph.node("Gather", [await parts.weight(encoder.relativePositionBias), "buckets"]);
      const bias = graph.node("Transpose", [pairs], { perm: { ints: [2, 0, 1] } });
      const apart = graph.node("Unsqueeze", [bias, graph.integers([1])]);
      attention.#mask = graph.node("Add", ["mask", apart]);
    }
    return attention;
  }

  /** softmax(Q·Kᵀ · scale + mask) · V through the output projection. */
  async nodes(attention: Attention, input: string): Promise<string> {
    const { graph } = this.#parts;
    const { heads, keyValueHeads, headSize } = attention;
    const query = await this.#projected(attention, input, attention.query, attention.queryNorm, heads);
    const key = this.#keys(
      attention,
      await this.#projected(attention, input, attention.key, attention.keyNorm, keyValueHeads),
    );
    const value = this.#keys(attention, await this.#parts.linear(input, attention.value));
    const mixed = this.#blockwise
      ? this.#inBlocks(attention, query, key, value)
      : this.#whole(attention, query, key, value);
    const rows = graph.node("Reshape", [mixed, graph.integers([-1, heads * headSize])]);
    return this.#parts.linear(rows, attention.output);
  }

  /** A projection with what happens to it head by head: the norm, the rotation. */
  async #projected(
    { headSize, rotary }: Attention,
    input: string,
    linear: Linear,
    norm: Norm | null,
    heads: number,
  ): Promise<string> {
    const { graph } = this.#parts;
    let projected = await this.#parts.linear(input, linear);
    if (norm !== null) {
      projected = await this.#parts.norm(graph.node("Reshape", [projected, graph.integers([-1, headSize])]), norm);
    }
    if (rotary === null) return projected;
    const index = rotariesOf(this.#encoder).indexOf(rotary);
    const sequences = graph.node("Reshape", [projected, this.#shape("batch_length", [heads * headSize])]);
    const rotated = 2 * rotary.inverseFrequencies.length;
    return graph.node(
      "RotaryEmbedding",
      [sequences, graph.integers([0]), `cos_${index}`, `sin_${index}`],
      { num_heads: { int: heads }, rotary_embedding_dim: { int: rotated === headSize ? 0 : rotated } },
      { domain: ortDomain },
    );
  }

  /** Keys or values as [B, keyValueHeads, 1, L, headSize]. */
  #keys({ keyValueHeads, headSize }: Attention, projected: string): string {
    const { graph } = this.#parts;
    const split = graph.node("Reshape", [projected, this.#shape("batch_length", [keyValueHeads, 1, headSize])]);
    return graph.node("Transpose", [split], { perm: { ints: [0, 2, 3, 1, 4] } });
  }

  /** All queries at once; the result is [B, L, keyValueHeads, group, headSize]. */
  #whole(attention: Attention, query: string, key: string, value: string): string {
    const { graph } = this.#parts;
    const { heads, keyValueHeads, headSize } = attention;
    const shape = this.#shape("batch_length", [keyValueHeads, heads / keyValueHeads, headSize]);
    const split = graph.node("Reshape", [query, shape]);
    const queries = graph.node("Transpose", [split], { perm: { ints: [0, 2, 3, 1, 4] } });
    const mixed = attend(graph, attention.scale, queries, key, value, this.#mask);
    return graph.node("Transpose", [mixed], { perm: { ints: [0, 3, 1, 2, 4] } });
  }

  /** The queries in blocks [blocks, B, keyValueHeads, group, rows, headSize]; the result is in their order again. */
  #inBlocks(attention: Attention, query: string, key: string, value: string): string {
    const { graph } = this.#parts;
    const { heads, keyValueHeads, headSize } = attention;
    const shape = this.#shape("batch_blocks", [keyValueHeads, heads / keyValueHeads, headSize]);
    const split = graph.node("Reshape", [query, shape]);
    const queries = graph.node("Transpose", [split], { perm: { ints: [1, 0, 3, 4, 2, 5] } });
    const body = graph.subgraph();
    const block = ["batch", keyValueHeads, heads / keyValueHeads, "rows", headSize];
    const output = body.name();
    const scanned = [queries];
    const inner = body.input(body.name(), floatType, block);
    if (isLimited(attention)) {
      const reach = reachName(attention);
      const [positions, start, end] = [body.name(), body.name(), body.name()];
      body.input(positions, floatType, ["rows", 1]);
      body.input(start, int64Type, [1]);
      body.input(end, int64Type, [1]);
      scanned.push("query_positions", `starts_${reach}`, `ends_${reach}`);
      const part = (name: string, axis: number): string =>
        body.node("Slice", [name, start, end, body.integers([axis])]);
      const mask = body.node("Add", [part(this.#mask, 4), band(body, attention, part("key_positions", 0), positions)]);
      attend(body, attention.scale, inner, part(key, 3), part(value, 3), mask, output);
    } else {
      attend(body, attention.scale, inner, key, value, this.#mask, output);
    }
    body.output(output, floatType, block);
    const mixed = graph.node("Scan", scanned, { body: { graph: body }, num_scan_inputs: { int: scanned.length } });
    return graph.node("Transpose", [mixed], { perm: { ints: [1, 0, 4, 2, 3, 5] } });
  }

  /** The shape that starts with an input's numbers (of the batch) and ends with these. */
  #shape(start: "batch_length" | "batch_blocks", sizes: readonly number[]): string {
    const { graph } = this.#parts;
    const key = `${start} ${sizes.join(" ")}`;
    const known = this.#shapes.get(key) ?? graph.node("Concat", [start, graph.integers(sizes)], { axis: { int: 0 } });
    this.#shapes.set(key, known);
    return known;
  }
}

function attend(
  graph: OnnxGraph,
  scale: number,
  query: string,
  key: string,
  value: string,
  mask: string,
  output?: string,
): string {
  const scores = graph.node(
    "FusedMatMul",
    [query, key],
    { transB: { int: 1 }, alpha: { float: scale } },
    { domain: ortDomain },
  );
  const weights = graph.node("Softmax", [graph.node("Add", [scores, mask])], { axis: { int: -1 } });
  return graph.node("MatMul", [weights, value], {}, output === undefined ? {} : { output });
}

/** What takes out the keys [K] that the queries [rows, 1] do not see, by their positions: 0 or maskedOut, [rows, K]. */
function band(graph: OnnxGraph, { causal, window }: Reach, keys: string, queries: string): string {
  const distance = graph.node("Sub", [keys, queries]);
  const seen: string[] = [];
  if (causal) seen.push(graph.node("LessOrEqual", [distance, graph.number(0)]));
  if (window !== null) seen.push(graph.node("LessOrEqual", [graph.node("Abs", [distance]), graph.number(window)]));
  const allowed = seen.length === 1 ? seen[0] : graph.node("And", seen);
  return graph.node("Where", [allowed, graph.number(0), graph.number(maskedOut)]);
}
