/** Runs in the page: an adapter, and a shader that computes on it. The smallest thing that shows WebGPU works in this browser. */

/** Facts about the page that WebGPU and shared memory depend on. */
export async function facts(): Promise<{ isolated: boolean; vendor: string | undefined }> {
  const adapter = await navigator.gpu.requestAdapter();
  return { isolated: crossOriginIsolated, vendor: adapter?.info.vendor };
}

/** The squares of 0 … 63, by the GPU. */
export async function squares(): Promise<number[]> {
  const adapter = await navigator.gpu.requestAdapter();
  const device = await adapter!.requestDevice();
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
  const result = [...new Uint32Array(readback.getMappedRange())];
  device.destroy();
  return result;
}

/** An error with a code, as the engine throws them. */
export function fail(): never {
  throw Object.assign(new RangeError("asked for too much"), { code: "TOO_MUCH" });
}

/** The status of a request to the server that the page came from. */
export async function status(path: string): Promise<number> {
  return (await fetch(path)).status;
}
