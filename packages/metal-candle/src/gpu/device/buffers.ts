/**
 * GPU buffers with their bytes counted, and the usage flags by name (Node has no global GPUBufferUsage).
 *
 * Garbage collection never frees a buffer; who makes one destroys it through `releaseBuffers`.
 */
import { type GpuContext, lostDevice } from "./context.ts";
import { scoped } from "./scopes.ts";

/** GPUBufferUsage, from the specification. */
export const bufferUsage = { mapRead: 1, copySource: 4, copyTarget: 8, storage: 128, queryResolve: 512 } as const;

/** GPUMapMode.READ */
export const mapModeRead = 1;

/** Makes one buffer of at least `bytes` bytes (a multiple of 16 is allocated). */
export function makeBuffer(context: GpuContext, label: string, bytes: number, usage: number): GPUBuffer {
  const size = Math.max(16, Math.ceil(bytes / 16) * 16);
  context.allocations.buffers += 1;
  context.allocations.bytes += size;
  return context.device.createBuffer({ label, size, usage });
}

/** A storage buffer filled with `data`. */
export function uploadBuffer(
  context: GpuContext,
  label: string,
  data: Float32Array<ArrayBuffer> | Uint16Array<ArrayBuffer> | Uint32Array<ArrayBuffer>,
  extraUsage = 0,
): GPUBuffer {
  const usage = bufferUsage.storage | bufferUsage.copyTarget | extraUsage;
  const buffer = makeBuffer(context, label, data.byteLength, usage);
  // writeBuffer wants multiples of four bytes; an odd number of f16 values is padded by one.
  const bytes = data.byteLength % 4 === 0 ? data : padded(data);
  context.device.queue.writeBuffer(buffer, 0, bytes as GPUAllowSharedBufferSource);
  return buffer;
}

function padded(data: ArrayBufferView): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(Math.ceil(data.byteLength / 4) * 4);
  whole.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  return whole;
}

/** Destroys buffers, once each. */
export function releaseBuffers(context: GpuContext, buffers: Iterable<GPUBuffer>): void {
  for (const buffer of new Set(buffers)) {
    context.allocations.buffers -= 1;
    context.allocations.bytes -= buffer.size;
    buffer.destroy();
  }
}

/**
 * Makes buffers and tells whether the GPU's memory held them: where it did not, writing to them is an error, too, and no other than that.
 * An error of another kind is the device's loss.
 */
export function allocateScoped<T>(context: GpuContext, allocate: () => T): { value: T; exhausted: Promise<boolean> } {
  const { value, complaint } = scoped(context.device, allocate);
  const exhausted = complaint.then((said) => {
    if (said?.kind === "validation") throw lostDevice(context, "buffers were made", said.message);
    return said !== null;
  });
  return { value, exhausted };
}

/** The same for callers that wait for the answer at once. */
export async function allocates<T>(context: GpuContext, allocate: () => T): Promise<{ value: T; exhausted: boolean }> {
  const { value, exhausted } = allocateScoped(context, allocate);
  return { value, exhausted: await exhausted };
}
