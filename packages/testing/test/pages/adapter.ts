/** Runs in the page: an adapter, and a shader that computes on it. The smallest thing that shows WebGPU works in this browser. */
import { squaresOn } from "../support/squares.ts";

/** Facts about the page that WebGPU and shared memory depend on. */
export async function facts(): Promise<{ isolated: boolean; vendor: string | undefined }> {
  const adapter = await navigator.gpu.requestAdapter();
  return { isolated: crossOriginIsolated, vendor: adapter?.info.vendor };
}

/** The squares of 0 … 63, by the GPU. */
export async function squares(): Promise<number[]> {
  const adapter = await navigator.gpu.requestAdapter();
  return squaresOn(await adapter!.requestDevice(), { GPUBufferUsage, GPUMapMode });
}

/** An error with a code, as the engine throws them. */
export function fail(): never {
  throw Object.assign(new RangeError("asked for too much"), { code: "TOO_MUCH" });
}

/** The status of a request to the server that the page came from. */
export async function status(path: string): Promise<number> {
  return (await fetch(path)).status;
}
