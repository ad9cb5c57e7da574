/** WebAssembly is compiled with something in the event loop: Node may block for ever where there is nothing. */
import { expect, test } from "vitest";
import { whileAwake } from "../../src/platform/onnx-wasm.node.ts";

const timers = (): number => process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;

test("there is a timer as long as the work goes on, and none after it", async () => {
  const before = timers();
  expect(await whileAwake(async () => timers())).toBe(before + 1);
  expect(timers()).toBe(before);
  await expect(whileAwake(() => Promise.reject(new Error("it failed")))).rejects.toThrow("it failed");
  expect(timers()).toBe(before);
});
