/** The adapter that the global setup promises is really there, in a test process, and computes. */
import { expect, inject, test } from "vitest";
import { create, globals } from "webgpu";
import { describeGpu } from "../src/index.ts";
import { squaresOn } from "./support/squares.ts";

/** Held for the life of the process: it aborts if the object that create() returns is collected. */
const gpu = create([]);

describeGpu("the adapter in a test process", () => {
  test("is the one that the global setup announced", async () => {
    const adapter = await gpu.requestAdapter();
    const machine = inject("machine").gpu;
    expect(adapter?.info.isFallbackAdapter).toBe(machine.found && machine.isSoftware);
  });

  test("runs a compute shader", async () => {
    const adapter = await gpu.requestAdapter();
    const device = await adapter!.requestDevice();
    const squares = await squaresOn(device, globals as unknown as typeof globalThis);
    expect(squares).toEqual(Array.from({ length: 64 }, (_, i) => i * i));
  });
});

test("a test process cannot reach the network", async () => {
  await expect(fetch("http://192.0.2.1/")).rejects.toMatchObject({
    cause: { message: expect.stringContaining("A test tried to reach the network: 192.0.2.1") },
  });
});
