/**
 * GPU calls whose errors are the caller's to know: WebGPU reports them on the side, through error scopes, and gives back objects that do
 * nothing.
 */
import { GpuOutOfMemoryError } from "../errors.ts";

/**
 * Makes synchronous calls on a device and waits for what it says against them.
 *
 * @param work makes its calls at once: scopes are the whole device's, and others' calls must not come between
 * @returns what the work gave, and the device's complaint in one line, or null
 * @throws GpuOutOfMemoryError when memory was short
 */
export async function captured<T>(
  device: GPUDevice,
  what: string,
  work: () => T,
): Promise<{ value: T; complaint: string | null }> {
  device.pushErrorScope("validation");
  device.pushErrorScope("out-of-memory");
  let said: Promise<[GPUError | null, GPUError | null]>;
  let value: T;
  try {
    value = work();
  } finally {
    // A device that is lost says nothing; whoever asks has to look at `lost`.
    const pop = (): Promise<GPUError | null> => device.popErrorScope().catch(() => null);
    said = Promise.all([pop(), pop()]);
  }
  const [memory, validation] = await said;
  if (memory !== null) {
    throw new GpuOutOfMemoryError(`The GPU's memory does not hold what ${what} needs: ${firstLine(memory)}`);
  }
  return { value, complaint: validation === null ? null : firstLine(validation) };
}

function firstLine({ message }: GPUError): string {
  return message.split("\n")[0];
}
