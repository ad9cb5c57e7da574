/** The GPU encoder, in a page: part of its bundle, since workers of some bundlers cannot load a part later. */
import { GpuEncoder } from "./run/encoder.ts";

/** As `GpuEncoder.open`. */
export function openGpuEncoder(...given: Parameters<typeof GpuEncoder.open>): Promise<GpuEncoder> {
  return GpuEncoder.open(...given);
}
