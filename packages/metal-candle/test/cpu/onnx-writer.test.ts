/** The protobuf and ONNX writers, byte by byte where the format is fixed. */
import { expect, test } from "vitest";
import { createOnnxSession } from "#platform/onnx";
import { GraphParts } from "../../src/cpu/graph-parts.ts";
import { floatType, int32Type, OnnxGraph } from "../../src/cpu/onnx-writer.ts";
import { ProtobufMessage } from "../../src/cpu/protobuf.ts";
import { ModelFileError } from "../../src/errors.ts";
import { dequantize, quantize } from "../../src/weights/q8-block32.ts";
import type { QuantizedBlocks } from "../../src/weights/weight-tensor.ts";

test("wire format", () => {
  const inner = new ProtobufMessage().integer(1, 150);
  expect([...inner.finish()]).toEqual([0x08, 0x96, 0x01]);
  const outer = new ProtobufMessage().message(3, inner).string(2, "testing").float(4, 1);
  expect([...outer.finish()]).toEqual([
    0x1a,
    3,
    0x08,
    0x96,
    0x01,
    0x12,
    7,
    ...new TextEncoder().encode("testing"),
    0x25,
    0,
    0,
    0x80,
    0x3f,
  ]);
});

test("negative numbers are ten bytes of two's complement", () => {
  expect([...new ProtobufMessage().integer(1, -1).finish()]).toEqual([0x08, ...Array<number>(9).fill(0xff), 0x01]);
});

test("a message grows past its first buffer", () => {
  const bytes = new Uint8Array(70_000).fill(7);
  const message = new ProtobufMessage().integer(1, 1).bytes(2, bytes).integer(3, 1).finish();
  expect(message.length).toBe(2 + 1 + 3 + 70_000 + 2);
  expect(message.at(-1)).toBe(1);
});

test("a graph with an external weight runs in onnxruntime", async () => {
  const graph = new OnnxGraph();
  graph.input("x", floatType, ["rows", 2]);
  const weight = graph.weight(Float32Array.of(1, 2, 3, 4, 5, 6), [3, 2]);
  const product = graph.node("Gemm", ["x", weight], { transB: { int: 1 }, alpha: { float: 0.5 } });
  const turned = graph.node("Transpose", [product], { perm: { ints: [1, 0] } });
  graph.node("Reshape", [turned, graph.integers([-1, 3])], {}, { output: "y" });
  graph.output("y", floatType, ["rows", 3]);
  const session = await createOnnxSession({ model: graph.finish("test"), weights: graph.weights, threads: 1 });
  const y = await session.run({ x: { data: Float32Array.of(1, 1, 2, 0), shape: [2, 2] } }, "y");
  expect([...y]).toEqual([1.5, 1, 3.5, 3, 5.5, 5]);
  await session.release();
});

test("rows of a table in 8-bit blocks are those of the table in f32, bit for bit", async () => {
  const [count, columns] = [50, 64];
  const values = Float32Array.from({ length: count * columns }, (_, index) => Math.sin(index) * 2 ** ((index % 9) - 4));
  const blocks = quantize(values);
  const table = new Float32Array(values.length);
  dequantize(blocks.quantized, blocks.scales, table);
  const graph = new OnnxGraph();
  const tensor = {
    name: "table",
    shape: [count, columns],
    storage: "q8_block32",
    read: () => Promise.resolve(table.slice()),
    readBlocks: () => Promise.resolve(blocks as QuantizedBlocks),
  };
  const rows = await new GraphParts(graph).rows(tensor, graph.input("ids", int32Type, ["tokens"]));
  graph.node("Identity", [rows], {}, { output: "y" });
  graph.output("y", floatType, ["tokens", columns]);
  // A quarter of f32, and the scales.
  expect(graph.weights.reduce((sum, { data }) => sum + data.byteLength, 0)).toBe(count * columns * (1 + 2 / 32));
  const session = await createOnnxSession({ model: graph.finish("test"), weights: graph.weights, threads: 1 });
  const ids = [3, 49, 0, 3];
  const y = await session.run({ ids: { data: Int32Array.from(ids), shape: [ids.length] } }, "y");
  ids.forEach((id, index) => {
    const row = table.subarray(id * columns, (id + 1) * columns);
    expect(y.subarray(index * columns, (index + 1) * columns)).toEqual(row);
  });
  await session.release();
});

test("a scale that is no number is a damaged file", async () => {
  const blocks = { quantized: new Int8Array(32), scales: Uint16Array.of(0x7c00) };
  const tensor = {
    name: "embeddings.word_embeddings.weight",
    shape: [1, 32],
    storage: "q8_block32",
    read: () => Promise.resolve(new Float32Array(32)),
    readBlocks: () => Promise.resolve(blocks),
  };
  await expect(new GraphParts(new OnnxGraph()).rows(tensor, "ids")).rejects.toThrow(ModelFileError);
});
