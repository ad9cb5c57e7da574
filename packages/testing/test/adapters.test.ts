/** The adapter that the global setup promises is really there, in a test process, and computes. */
import { expect, inject, test } from "vitest";
import { create, globals } from "webgpu";
import { describeGpu } from "../src/index.ts";

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
    const { GPUBufferUsage, GPUMapMode } = globals as unknown as typeof globalThis;
    const shader = /* wgsl */ `
      @group(0) @binding(0) var<storage, read_write> values: array<u32>;
      @compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3u) { values[id.x] = id.x * id.x; }`;
    const pipeline = device.createComputePipeline({
      layout: "auto",
      compute: { module: device.createShaderModule({ code: shader }) },
    });
    const values = device.createBuffer({ size: 256, usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC });
    const readback = device.createBuffer({ size: 256, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST });
    const bindGroup = device.createBindGroup({
      layout: pipeline.getBindGroupLayout(0),
      entries: [{ binding: 0, resource: { buffer: values } }],
    });
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    pass.setPipeline(pipeline);
    pass.setBindGroup(0, bindGroup);
    pass.dispatchWorkgroups(1);
    pass.end();
    encoder.copyBufferToBuffer(values, 0, readback, 0, 256);
    device.queue.submit([encoder.finish()]);
    await readback.mapAsync(GPUMapMode.READ);
    expect([...new Uint32Array(readback.getMappedRange())]).toEqual(Array.from({ length: 64 }, (_, i) => i * i));
    device.destroy();
  });
});

test("a test process cannot reach the network", async () => {
  await expect(fetch("http://192.0.2.1/")).rejects.toMatchObject({
    cause: { message: expect.stringContaining("A test tried to reach the network: 192.0.2.1") },
  });
});
