/**
 * The one way to learn what a device says against calls: WebGPU reports errors on the side, through error scopes, and gives back objects
 * that do nothing.
 *
 * Scopes are a stack that everybody on the device shares, so calls are made at once, and nothing is awaited between push and pop.
 */
import { GpuOutOfMemoryError } from "../../errors.ts";

/** What a device said: its first line. Exhausted memory is the cause of whatever else failed with it. */
export interface Complaint {
  readonly kind: "out-of-memory" | "validation";
  readonly message: string;
}

/** Calls that were made, and what the device says against them. A lost device says nothing; look at `lost`. */
export interface Scoped<T> {
  readonly value: T;
  readonly complaint: Promise<Complaint | null>;
}

/** Makes synchronous calls in error scopes of their own. */
export function scoped<T>(device: GPUDevice, work: () => T): Scoped<T> {
  device.pushErrorScope("out-of-memory");
  device.pushErrorScope("validation");
  let said: Promise<(GPUError | null)[]>;
  let value: T;
  try {
    value = work();
  } finally {
    const pop = (): Promise<GPUError | null> => device.popErrorScope().catch(() => null);
    said = Promise.all([pop(), pop()]);
  }
  const complaint = said.then(([validation, memory]): Complaint | null => {
    const error = memory ?? validation;
    if (error === null) return null;
    return { kind: memory === null ? "validation" : "out-of-memory", message: error.message.split("\n")[0] };
  });
  return { value, complaint };
}

/**
 * Makes calls whose errors are the caller's to know, and waits for them.
 *
 * @returns what the work gave, and what speaks against its calls, or null
 * @throws GpuOutOfMemoryError when memory was short
 */
export async function captured<T>(
  device: GPUDevice,
  what: string,
  work: () => T,
): Promise<{ value: T; complaint: string | null }> {
  const { value, complaint } = scoped(device, work);
  const said = await complaint;
  if (said?.kind === "out-of-memory") {
    throw new GpuOutOfMemoryError(`The GPU's memory does not hold what ${what} needs: ${said.message}`);
  }
  return { value, complaint: said?.message ?? null };
}
