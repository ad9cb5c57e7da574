/** The protobuf and ONNX writers, byte by byte where the format is fixed. */
import { expect, test } from "vitest";
import { createOnnxSession } from "#platform/onnx";
import { floatType, OnnxGraph } from "../../src/cpu/onnx-writer.ts";
import { ProtobufMessage } from "../../src/cpu/protobuf.ts";

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
