/** The GPUs of a machine, a page's side: a page has the one that the browser gives it, and starts no processes. */
import type { DeviceProcess, DeviceProcessOptions, GpuInMachine } from "./gpu-types.ts";

export async function listGpus(): Promise<readonly GpuInMachine[]> {
  return [];
}

/** Whether processes can be started here. */
export const hasProcesses: boolean = false;

export async function startDeviceProcess(_options: DeviceProcessOptions): Promise<DeviceProcess> {
  throw new Error("a page starts no processes");
}
