/** The door to WebGPU in Node: opened once, however many knock at the same time. */
import { openWebGpu } from "#platform/webgpu";
import { expect, test } from "vitest";

// Two instances of Dawn, one of them collected, end the process: in one of thirty starts that embedded on two devices at once.
test("callers at the same time share one instance", async () => {
  const [first, second] = await Promise.all([openWebGpu(), openWebGpu()]);
  expect(first.gpu).not.toBeNull();
  expect(second.gpu).toBe(first.gpu);
  expect((await openWebGpu()).gpu).toBe(first.gpu);
});
