/** What is decided before anything of a model is made on a device, and what everything that is made there needs. Types only. */
import type { Head } from "../../models/description.ts";
import type { EncoderDescription } from "../../models/encoder-description.ts";
import type { KernelChoice } from "../choose/variants.ts";
import type { GpuContext } from "../device/context.ts";
import type { StorageType } from "../wgsl/storage.ts";

export interface EncoderSetup {
  readonly context: GpuContext;
  readonly encoder: EncoderDescription;
  readonly head: Head;
  /** How weights and activations are stored. */
  readonly storage: StorageType;
  readonly choice: KernelChoice;
  /** Tokens of the longest text. */
  readonly longest: number;
}
