/**
 * The GPU encoder, in Node: its 80 modules are loaded when a GPU is asked for, so that a model on the CPU starts a tenth sooner.
 *
 * In a page it is there from the beginning (open-encoder.browser.ts).
 */
import type { GpuEncoder } from "./run/encoder.ts";

/** As `GpuEncoder.open`. */
export async function openGpuEncoder(...given: Parameters<typeof GpuEncoder.open>): Promise<GpuEncoder> {
  const { GpuEncoder: loaded } = await import("./run/encoder.ts");
  return loaded.open(...given);
}
