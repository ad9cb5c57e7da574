/** The CPU device where onnxruntime does not load: a typed error that says what to do. Its import is made to fail. */
import { expect, test, vi } from "vitest";
import { CpuUnavailableError } from "../../src/errors.ts";

vi.mock("onnxruntime-node", () => {
  throw new Error("libonnxruntime.so.1: cannot open shared object file");
});

test("opening a session names the package and the reason", async () => {
  const { createOnnxSession } = await import("#platform/onnx");
  const attempt = createOnnxSession({ model: new Uint8Array(), weights: [], threads: 1 });
  await expect(attempt).rejects.toThrow(CpuUnavailableError);
  await expect(attempt).rejects.toThrow(/onnxruntime-node, which is installed and does not load/);
});
