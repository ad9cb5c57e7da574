/** What every GEMM family shares: the product's shape, the program it becomes, and its bindings. No WGSL here. */
import type { BindingUse, KernelProgram } from "../../device/kernel-program.ts";
import type { KernelActivation } from "../../wgsl/activations.ts";
import type { StorageType } from "../../wgsl/storage.ts";

export interface GemmShape {
  readonly storage: StorageType;
  readonly n: number;
  readonly k: number;
  readonly activation: KernelActivation;
}

/** A compiled-to-be GEMM and the rows and columns one workgroup covers. */
export interface GemmProgram extends KernelProgram {
  readonly tileRows: number;
  readonly tileColumns: number;
}

/** The bindings of every family, in order. */
export function gemmBindings(storage: StorageType): BindingUse[] {
  return ["read", "read", "read", "read_write", ...(storage === "f16" ? ["read_write" as const] : [])];
}
