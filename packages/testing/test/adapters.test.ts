/** The adapter that the global setup promises is really there, in a test process, and computes. */
import { performance } from "node:perf_hooks";
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

  const { gpu: found } = inject("machine");
  test.runIf(found.found && found.isSoftware)("leaves the cores to a software adapter while it computes", async () => {
    const adapter = await gpu.requestAdapter();
    const device = await adapter!.requestDevice();
    const code = `
      @group(0) @binding(0) var<storage, read_write> sums: array<f32>;
      @compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3u) {
        var sum = f32(id.x);
        for (var i = 0; i < 100000; i++) { sum = sum * 0.999 + 1.0; }
        sums[id.x] = sum;
      }`;
    const compute = { module: device.createShaderModule({ code }) };
    const pipeline = await device.createComputePipelineAsync({ layout: "auto", compute });
    const { GPUBufferUsage } = globals as unknown as typeof globalThis;
    const buffer = device.createBuffer({ size: 64 * 64 * 4, usage: GPUBufferUsage.STORAGE });
    const entries = [{ binding: 0, resource: { buffer } }];
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    pass.setPipeline(pipeline);
    pass.setBindGroup(0, device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries }));
    pass.dispatchWorkgroups(64);
    pass.end();
    const before = performance.eventLoopUtilization();
    device.queue.submit([encoder.finish()]);
    await device.queue.onSubmittedWorkDone();
    // Long enough that a core which another test took for a moment does not decide: this process's own thread sleeps most of it.
    const { active, idle } = performance.eventLoopUtilization(before);
    expect(idle).toBeGreaterThan(active);
    device.destroy();
  });
});

test("a test process cannot reach the network", async () => {
  await expect(fetch("http://192.0.2.1/")).rejects.toMatchObject({
    cause: { message: expect.stringContaining("A test tried to reach the network: 192.0.2.1") },
  });
});
