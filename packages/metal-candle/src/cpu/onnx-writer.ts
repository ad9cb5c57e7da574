/**
 * Writes an ONNX model: nodes, inputs, outputs, and weights that lie beside it as external data.
 *
 * Knows ONNX's messages (onnx.proto3, IR version 10) and no model. Weights are named tensors whose bytes the runtime gets
 * separately, so the file itself stays a few kilobytes and no weight is copied into it.
 */
import { ProtobufMessage } from "./protobuf.ts";

/** ONNX element types. */
export const floatType = 1;
export const int8Type = 3;
export const int32Type = 6;
export const int64Type = 7;
export const halfType = 10;

const irVersion = 10;
/** Opset of the standard operators: the first with LayerNormalization and shapes as inputs of Reduce operators. */
const opset = 18;
/** Where onnxruntime's own operators live. */
export const ortDomain = "com.microsoft";

/** A weight that travels beside the model. */
export interface ExternalWeight {
  /** Its name in the graph, and the name under which the runtime looks its bytes up. */
  readonly name: string;
  readonly data: WeightData;
}

/** f32, 8-bit whole numbers, or the bits of f16. */
export type WeightData = Float32Array | Int8Array | Uint16Array;

export type Attribute =
  | { readonly int: number }
  | { readonly float: number }
  | { readonly ints: readonly number[] }
  | { readonly graph: OnnxGraph };

/** A graph under construction: each `node` call returns the name of its output. */
export class OnnxGraph {
  readonly weights: ExternalWeight[];
  readonly #graph = new ProtobufMessage();
  /** Names made so far, here and in the graphs around and within. */
  readonly #names: { count: number };

  constructor(outer?: OnnxGraph) {
    this.weights = outer?.weights ?? [];
    this.#names = outer === undefined ? { count: 0 } : outer.#names;
  }

  /** A graph that becomes an attribute of a node of this one, and reads this one's values by their names. */
  subgraph(): OnnxGraph {
    return new OnnxGraph(this);
  }

  /** A name that nothing else has. */
  name(): string {
    return `n${this.#names.count++}`;
  }

  /** Declares an input. Dimensions that vary are names. */
  input(name: string, elementType: number, shape: readonly (number | string)[]): string {
    this.#graph.message(11, valueInfo(name, elementType, shape));
    return name;
  }

  output(name: string, elementType: number, shape: readonly (number | string)[]): void {
    this.#graph.message(12, valueInfo(name, elementType, shape));
  }

  /** Declares a weight whose values are `data`, laid out as `shape`. */
  weight(data: WeightData, shape: readonly number[]): string {
    const name = `w${this.weights.length}`;
    const type = data instanceof Float32Array ? floatType : data instanceof Int8Array ? int8Type : halfType;
    const tensor = tensorHeader(name, type, shape);
    for (const [key, value] of [
      ["location", name],
      ["offset", "0"],
      ["length", String(data.byteLength)],
    ]) {
      tensor.message(13, new ProtobufMessage().string(1, key).string(2, value));
    }
    tensor.integer(14, 1);
    this.#graph.message(5, tensor);
    this.weights.push({ name, data });
    return name;
  }

  /** A small constant of whole numbers, written into the graph. */
  integers(values: readonly number[], shape: readonly number[] = [values.length]): string {
    const name = `c${this.#names.count++}`;
    const raw = new Uint8Array(BigInt64Array.from(values, BigInt).buffer);
    this.#graph.message(5, tensorHeader(name, int64Type, shape).bytes(9, raw));
    return name;
  }

  /** A constant, one f32. */
  number(value: number): string {
    const name = `c${this.#names.count++}`;
    this.#graph.message(5, tensorHeader(name, floatType, []).bytes(9, new Uint8Array(Float32Array.of(value).buffer)));
    return name;
  }

  /** Adds an operator and returns its (first) output. Empty input names stand for inputs left out. */
  node(
    operator: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, Attribute>> = {},
    options: { domain?: string; output?: string } = {},
  ): string {
    const output = options.output ?? this.name();
    const node = new ProtobufMessage();
    for (const input of inputs) node.string(1, input);
    node.string(2, output).string(3, output).string(4, operator);
    for (const [name, value] of Object.entries(attributes)) node.message(5, OnnxGraph.#attribute(name, value));
    if (options.domain !== undefined) node.string(7, options.domain);
    this.#graph.message(1, node);
    return output;
  }

  static #attribute(name: string, value: Attribute): ProtobufMessage {
    const message = new ProtobufMessage().string(1, name);
    if ("int" in value) return message.integer(3, value.int).integer(20, 2);
    if ("float" in value) return message.float(2, value.float).integer(20, 1);
    if ("graph" in value) return message.message(6, value.graph.#graph.string(2, name)).integer(20, 5);
    for (const item of value.ints) message.integer(8, item);
    return message.integer(20, 7);
  }

  /** The model's bytes. */
  finish(name: string): Uint8Array {
    this.#graph.string(2, name);
    return new ProtobufMessage()
      .integer(1, irVersion)
      .string(2, "metal-candle")
      .message(8, new ProtobufMessage().string(1, "").integer(2, opset))
      .message(8, new ProtobufMessage().string(1, ortDomain).integer(2, 1))
      .message(7, this.#graph)
      .finish();
  }
}

function tensorHeader(name: string, elementType: number, shape: readonly number[]): ProtobufMessage {
  const tensor = new ProtobufMessage();
  for (const dimension of shape) tensor.integer(1, dimension);
  return tensor.integer(2, elementType).string(8, name);
}

function valueInfo(name: string, elementType: number, shape: readonly (number | string)[]): ProtobufMessage {
  const dimensions = new ProtobufMessage();
  for (const dimension of shape) {
    const message = new ProtobufMessage();
    if (typeof dimension === "number") message.integer(1, dimension);
    else message.string(2, dimension);
    dimensions.message(1, message);
  }
  const tensor = new ProtobufMessage().integer(1, elementType).message(2, dimensions);
  return new ProtobufMessage().string(1, name).message(2, new ProtobufMessage().message(1, tensor));
}
