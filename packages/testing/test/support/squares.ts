/** A shader that computes: the smallest program that shows a WebGPU device works, in Node and in a page. */

/** The squares of 0 … 63, by the GPU. Destroys the device. */
export async function squaresOn(
  device: GPUDevice,
  { GPUBufferUsage, GPUMapMode }: Pick<typeof globalThis, "GPUBufferUsage" | "GPUMapMode">,
): Promise<number[]> {
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
