/**
 * Runs one program once on arrays from the host and reads one binding back: for self-checks, `metal-candle/ops` and tests.
 *
 * Not the way of a batch: it makes and destroys its buffers every time.
 */
import { KernelCheckError } from "../../errors.ts";
import { bufferUsage, makeBuffer, releaseBuffers, uploadBuffer } from "../device/buffers.ts";
import { mapForReading } from "../device/map-read.ts";
import { captured } from "../device/scopes.ts";
import type { GpuContext } from "../device/context.ts";
import type { KernelProgram } from "../device/kernel-program.ts";

export type HostArray = Float32Array<ArrayBuffer> | Uint16Array<ArrayBuffer> | Uint32Array<ArrayBuffer>;

/**
 * @param inputs one array a binding, uploaded as it is
 * @param output the binding whose bytes are returned
 * @throws KernelCheckError when the adapter cannot run it; GpuOutOfMemoryError
 */
export async function runProgram(
  context: GpuContext,
  program: KernelProgram,
  inputs: readonly HostArray[],
  output: number,
  grid: readonly [number, number, number],
): Promise<ArrayBuffer> {
  const { device, pipelines } = context;
  const kernel = await pipelines.get(program);
  const buffers: GPUBuffer[] = [];
  const start = (): { readback: GPUBuffer; mapped: Promise<unknown> } => {
    for (const [index, input] of inputs.entries()) {
      const extra = index === output ? bufferUsage.copySource : 0;
      buffers.push(uploadBuffer(context, `${program.label} ${index}`, input, extra));
    }
    const bytes = buffers[output].size;
    const usage = bufferUsage.mapRead | bufferUsage.copyTarget;
    const readback = makeBuffer(context, `${program.label} readback`, bytes, usage);
    buffers.push(readback);
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    pass.setPipeline(kernel.pipeline);
    const bound = buffers.slice(0, inputs.length).map((buffer) => ({ buffer }));
    pass.setBindGroup(0, pipelines.bind(kernel, bound));
    pass.dispatchWorkgroups(...grid);
    pass.end();
    encoder.copyBufferToBuffer(buffers[output], 0, readback, 0, bytes);
    device.queue.submit([encoder.finish()]);
    const mapped = mapForReading(device, readback);
    // Its error matters where the device has no better one.
    mapped.catch(() => undefined);
    return { readback, mapped };
  };
  try {
    const { value, complaint } = await captured(device, `the kernel "${program.label}"`, start);
    if (complaint !== null) {
      throw new KernelCheckError(`The kernel "${program.label}" cannot run on this adapter: ${complaint}`);
    }
    await value.mapped;
    const result = value.readback.getMappedRange().slice(0);
    return result.slice(0, inputs[output].byteLength);
  } finally {
    releaseBuffers(context, buffers);
  }
}
