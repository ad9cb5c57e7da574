/**
 * The CPU device where the native build of onnxruntime does not load: the WebAssembly build takes its place, says so, and computes the
 * same; where that is missing too, a typed error says what to do. Their imports are made to fail.
 */
import { join } from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import { bundledModelFolder, floats, largestDifference, readGolden, goldenTexts } from "../support/goldens.ts";

const tolerance = 1e-5;
const broken = () => {
  throw new Error("libonnxruntime.so.1: cannot open shared object file");
};

afterEach(() => {
  vi.doUnmock("onnxruntime-node");
  vi.doUnmock("onnxruntime-web");
  vi.resetModules();
});

test("WebAssembly takes its place: PyTorch's numbers, and a notice that says why it is slower", async () => {
  vi.resetModules();
  vi.doMock("onnxruntime-node", broken);
  const { EmbeddingModel } = await import("../../src/embedding-model.ts");
  const notices: string[] = [];
  const model = await EmbeddingModel.load(bundledModelFolder, {
    device: "cpu",
    onNotice: (text) => notices.push(text),
  });
  const golden = readGolden(join("real", "all-MiniLM-L6-v2-q8", "golden.safetensors"));
  const embeddings = await model.embed(goldenTexts());
  await model.close();
  expect(largestDifference(embeddings.data, floats(golden, "embedding"))).toBeLessThan(tolerance);
  expect(notices).toEqual([
    expect.stringMatching(/runs as WebAssembly, .* slower than onnxruntime-node: it does not load on/),
  ]);
});

test("where neither build loads, the error names both reasons", async () => {
  vi.resetModules();
  vi.doMock("onnxruntime-node", broken);
  vi.doMock("onnxruntime-web", broken);
  const { createOnnxSession } = await import("#platform/onnx");
  const attempt = createOnnxSession({ model: new Uint8Array(), weights: [], threads: 1 });
  await expect(attempt).rejects.toMatchObject({ name: "CpuUnavailableError", code: "CPU_UNAVAILABLE" });
  await expect(attempt).rejects.toThrow(/it does not load on .*WebAssembly build cannot be loaded either/);
});
