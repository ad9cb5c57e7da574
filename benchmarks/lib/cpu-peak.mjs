/**
 * The arithmetic limit of this machine's processor, measured: one large f32 matrix product in onnxruntime, which runs at nearly
 * all that the vector units give. Nothing can embed faster than its FLOPs at this rate.
 */
import { createRequire } from "node:module";
import { availableParallelism } from "node:os";
import { floatType, OnnxGraph } from "../../packages/metal-candle/dist/cpu/onnx-writer.js";
import { timed } from "./measure.mjs";

const side = 1536;

/** FLOP per second. */
export async function matrixPeak() {
  const ort = createRequire(import.meta.url)("onnxruntime-node");
  const graph = new OnnxGraph();
  graph.input("x", floatType, [side, side]);
  const data = new Float32Array(side * side).fill(0.5);
  graph.node("MatMul", ["x", graph.weight(data, [side, side])], {}, { output: "y" });
  graph.output("y", floatType, [side, side]);
  const session = await ort.InferenceSession.create(graph.finish("peak"), {
    intraOpNumThreads: availableParallelism(),
    externalData: graph.weights.map(({ name }) => ({ path: name, data: new Uint8Array(data.buffer) })),
  });
  const x = new ort.Tensor("float32", data, [side, side]);
  const { best } = await timed(() => session.run({ x }), { runs: 15 });
  await session.release();
  return (2 * side ** 3) / (best / 1e3);
}

/** FLOPs of an encoder over texts of these lengths: dense layers, and scores and their mix in attention. */
export function encoderFlops({ layers, hiddenSize, intermediateSize }, lengths) {
  const dense = 2 * (4 * hiddenSize ** 2 + 2 * hiddenSize * intermediateSize);
  return lengths.reduce((sum, length) => sum + layers * length * (dense + 4 * length * hiddenSize), 0);
}
