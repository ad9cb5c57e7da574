/** What every GEMM family shares: the product's shape, the program it becomes, and its bindings. No WGSL here. */
import type { BindingUse, KernelProgram } from "../../device/kernel-program.ts";
import type { KernelActivation } from "../../wgsl/activations.ts";
import type { StorageType } from "../../wgsl/storage.ts";

export interface GemmShape {
  readonly storage: StorageType;
  readonly n: number;
  readonly k: number;
  readonly activation: KernelActivation;
  /**
   * C [rows, n / 2] = activation(gate) ⊙ up, the gate's columns and up's lying in W four by four in turn (run/weights.ts): a gated feed-forward
   * layer's inside without a round trip through memory. Absent: no.
   */
  readonly gated?: boolean;
  /** How C is stored; absent: like A and W. */
  readonly output?: StorageType;
}

/** How C is stored. */
export function outputStorage({ storage, output }: GemmShape): StorageType {
  return output ?? storage;
}

/** Columns of C. */
export function outputColumns({ n, gated }: GemmShape): number {
  return gated ? n / 2 : n;
}

/** What a product is called in labels. */
export function productName({ storage, n, k, activation, gated, output }: GemmShape): string {
  return `${storage}${output ? `->${output}` : ""} ${k}x${n} ${gated ? "gated " : ""}${activation}`;
}

/** A compiled-to-be GEMM and the rows and columns one workgroup covers. */
export interface GemmProgram extends KernelProgram {
  readonly tileRows: number;
  readonly tileColumns: number;
}

/** The bindings of every family, in order. */
export function gemmBindings(shape: GemmShape): BindingUse[] {
  return ["read", "read", "read", "read_write", ...(outputStorage(shape) === "f16" ? ["read_write" as const] : [])];
}

/** WGSL for plain code's C: its binding, and `stored4C(value)`, which converts for it. */
export function outputBinding(shape: GemmShape): string {
  const own = shape.output === undefined || shape.output === shape.storage;
  return own
    ? /* wgsl */ `@group(0) @binding(3) var<storage, read_write> c: array<Stored4>;
fn stored4C(value: vec4f) -> Stored4 { return stored4(value); }`
    : /* wgsl */ `@group(0) @binding(3) var<storage, read_write> c: array<vec4f>;
fn stored4C(value: vec4f) -> vec4f { return value; }`;
}
