/**
 * What the single operations take and return: a typed array with a shape, or a GPU buffer with a shape, and how one in-place
 * kernel is run over either.
 */
import { softwareAdapterAllowed } from "../devices/policy.ts";
import { InvalidArgumentError } from "../errors.ts";
import { releaseBuffers, uploadBuffer } from "../gpu/buffers.ts";
import { adoptDevice, openGpu, type GpuContext } from "../gpu/device.ts";
import type { KernelProgram } from "../gpu/kernel-program.ts";
import { runProgram } from "../gpu/run-program.ts";

/** Rows in memory: the last dimension is the row's width, all others are counted together. */
export interface HostTensor {
  readonly data: Float32Array;
  readonly shape: readonly number[];
}

/** Rows in a storage buffer of the caller's device (usage STORAGE). Operations work in place. */
export interface GpuTensor {
  readonly buffer: GPUBuffer;
  readonly shape: readonly number[];
  readonly device: GPUDevice;
}

export interface OpOptions {
  /** Admit adapters that run on the CPU. Default: METAL_CANDLE_ALLOW_SOFTWARE_ADAPTER. */
  readonly allowSoftwareAdapter?: boolean;
}

/** One context a device, so that its compiled kernels are kept. */
const contexts = new WeakMap<GPUDevice, GpuContext>();

/** Width of a row and number of rows. @throws InvalidArgumentError when shape and data disagree */
export function rowsOf(tensor: HostTensor | GpuTensor, name: string): { width: number; rows: number } {
  const { shape } = tensor;
  if (shape.length === 0 || shape.some((size) => !Number.isInteger(size) || size < 1)) {
    throw new InvalidArgumentError(
      `${name} has shape [${shape.join(", ")}]; every dimension must be a whole number of at least 1.`,
    );
  }
  const count = shape.reduce((product, size) => product * size, 1);
  const available = "data" in tensor ? tensor.data.length : tensor.buffer.size / 4;
  if ("data" in tensor ? available !== count : available < count) {
    throw new InvalidArgumentError(
      `${name} has shape [${shape.join(", ")}], which is ${count} elements, but holds ${available}.`,
    );
  }
  const width = shape[shape.length - 1];
  return { width, rows: count / width };
}

/** @throws InvalidArgumentError when a parameter has not one value a column */
export function checkWidth(parameter: Float32Array, width: number, name: string): void {
  if (parameter.length !== width) {
    throw new InvalidArgumentError(`${name} has ${parameter.length} elements; x has rows of ${width}.`);
  }
}

/** Runs a kernel whose binding 0 is x, in place. A host tensor comes back as a new array; a GPU tensor is itself changed. */
export async function runInPlace<T extends HostTensor | GpuTensor>(
  x: T,
  program: KernelProgram,
  parameters: readonly Float32Array[],
  grid: readonly [number, number, number],
  options: OpOptions,
): Promise<T> {
  const own = parameters.map((parameter) => Float32Array.from(parameter));
  if ("data" in x) {
    const context = await openGpu(softwareAdapterAllowed(options.allowSoftwareAdapter));
    const bytes = await runProgram(context, program, [Float32Array.from(x.data), ...own], 0, grid);
    return { ...x, data: new Float32Array(bytes) };
  }
  const context = contexts.get(x.device) ?? (await adoptDevice(x.device, "x.device"));
  contexts.set(x.device, context);
  const kernel = await context.pipelines.get(program);
  const buffers = own.map((parameter, index) => uploadBuffer(context, `${program.label} ${index}`, parameter));
  const size = x.shape.reduce((product, count) => product * count, 4);
  const encoder = x.device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  pass.setPipeline(kernel.pipeline);
  pass.setBindGroup(
    0,
    context.pipelines.bind(kernel, [{ buffer: x.buffer, size }, ...buffers.map((buffer) => ({ buffer }))]),
  );
  pass.dispatchWorkgroups(...grid);
  pass.end();
  x.device.queue.submit([encoder.finish()]);
  // Destroying a buffer after submission is allowed: the GPU keeps it until it is done.
  releaseBuffers(context, buffers);
  return x;
}
