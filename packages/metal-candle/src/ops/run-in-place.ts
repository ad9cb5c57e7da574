/**
 * Runs one in-place kernel over a tensor, once it has proved itself on the adapter at hand, and tells what went wrong: WebGPU itself
 * would resolve all the same, and leave the rows as they were.
 */
import { softwareAdapterAllowed } from "../device-policy.ts";
import { InvalidArgumentError } from "../errors.ts";
import { releaseBuffers, uploadBuffer } from "../gpu/device/buffers.ts";
import { captured } from "../gpu/device/scopes.ts";
import { adoptDevice, lossOf, lostDevice, openGpu, type GpuContext } from "../gpu/device/context.ts";
import type { KernelCheck } from "../gpu/prove/kernel-check.ts";
import { KernelProofs } from "../gpu/prove/kernel-proofs.ts";
import type { KernelProgram } from "../gpu/device/kernel-program.ts";
import { runProgram } from "../gpu/prove/run-program.ts";
import { bytesOf, type GpuTensor, type HostTensor, type OpOptions } from "./tensor.ts";

/** One operation on rows of one width. */
export interface Operation {
  readonly name: string;
  /** Binding 0 is x, the parameters follow. */
  readonly program: KernelProgram;
  readonly check: () => KernelCheck;
  readonly parameters: readonly Float32Array[];
  readonly grid: readonly [number, number, number];
}

/** What was proved on a context, by the kernel's text. */
const proved = new WeakMap<GpuContext, { proofs: Promise<KernelProofs>; kernels: Map<string, Promise<void>> }>();

/** A host tensor comes back as a new array; a GPU tensor is itself changed. The errors are those of the operations. */
export async function runInPlace<T extends HostTensor | GpuTensor>(
  x: T,
  operation: Operation,
  options: OpOptions,
): Promise<T> {
  const context =
    "data" in x
      ? await openGpu(softwareAdapterAllowed(options.allowSoftwareAdapter))
      : await adoptDevice(x.device as GPUDevice, "x.device");
  const { device } = context;
  const limit = device.limits.maxStorageBufferBindingSize;
  if (bytesOf(x) > limit) {
    throw new InvalidArgumentError(
      `x has ${bytesOf(x)} bytes; ${context.report.name} binds at most ${limit} at once. Pass fewer rows at a time.`,
    );
  }
  const run = async (): Promise<HostTensor | GpuTensor> => {
    await prove(context, operation);
    return "data" in x ? runOnHost(context, x, operation) : runOnBuffer(context, x, operation);
  };
  const [outcome] = await Promise.allSettled([run()]);
  // First: on a device that is lost the rest is only what followed from it.
  const lost = await lossOf(device);
  if (lost !== null) throw lostDevice(context, `${operation.name} ran`, lost);
  if (outcome.status === "rejected") throw outcome.reason;
  return outcome.value as T;
}

/** @throws KernelCheckError when the kernel does not agree with its reference on this adapter */
async function prove(context: GpuContext, { name, program, check }: Operation): Promise<void> {
  const known = proved.get(context) ?? { proofs: KernelProofs.open(context), kernels: new Map() };
  proved.set(context, known);
  const proveNow = async (): Promise<void> => {
    const proofs = await known.proofs;
    await proofs.prove(name, [[null, program.label, () => [check()]]]);
    await proofs.save();
  };
  const proving = known.kernels.get(program.code) ?? proveNow();
  known.kernels.set(program.code, proving);
  try {
    await proving;
  } catch (error) {
    // As in the verdict cache, only passes are kept.
    known.kernels.delete(program.code);
    throw error;
  }
}

async function runOnHost(
  context: GpuContext,
  x: HostTensor,
  { program, parameters, grid }: Operation,
): Promise<HostTensor> {
  const inputs = [x.data, ...parameters].map((values) => Float32Array.from(values));
  return { ...x, data: new Float32Array(await runProgram(context, program, inputs, 0, grid)) };
}

async function runOnBuffer(
  context: GpuContext,
  x: GpuTensor,
  { name, program, parameters, grid }: Operation,
): Promise<GpuTensor> {
  const { device, pipelines } = context;
  const kernel = await pipelines.get(program);
  const buffers: GPUBuffer[] = [];
  const { complaint } = await captured(device, name, () => {
    for (const [index, values] of parameters.entries()) {
      buffers.push(uploadBuffer(context, `${program.label} ${index + 1}`, Float32Array.from(values)));
    }
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    pass.setPipeline(kernel.pipeline);
    const own = buffers.map((buffer) => ({ buffer }));
    pass.setBindGroup(0, pipelines.bind(kernel, [{ buffer: x.buffer as GPUBuffer, size: bytesOf(x) }, ...own]));
    pass.dispatchWorkgroups(...grid);
    pass.end();
    device.queue.submit([encoder.finish()]);
  }).finally(() => releaseBuffers(context, buffers));
  if (complaint === null) return x;
  throw new InvalidArgumentError(
    `${name} cannot run on x.buffer, which must be a storage buffer of x.device, neither mapped nor destroyed: ${complaint}`,
  );
}
