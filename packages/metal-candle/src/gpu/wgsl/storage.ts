/**
 * Storage types: what activations and weights are kept as in GPU memory. Arithmetic is always f32, whatever the storage.
 *
 * `Stored` and `Stored4` are the aliases that kernels read and write; `stored4(v)` converts for a store. In f16 it clamps to
 * ±65504, because WGSL leaves an overflow to infinity undefined; a clamped value is flagged by the kernel that owns the row.
 */

/** Element type of weights and activations in GPU memory. */
export type StorageType = "f32" | "f16";

/** Bytes of one element. */
export function storageBytes(type: StorageType): number {
  return type === "f16" ? 2 : 4;
}

/** Goes before everything else of a module: `enable` directives must come first. */
export function storageHeader(type: StorageType): string {
  return type === "f16"
    ? /* wgsl */ `enable f16;
alias Stored = f16;
alias Stored4 = vec4<f16>;
fn stored4(value: vec4f) -> Stored4 { return Stored4(clamp(value, vec4f(-65504f), vec4f(65504f))); }
fn stored(value: f32) -> Stored { return Stored(clamp(value, -65504f, 65504f)); }`
    : /* wgsl */ `
alias Stored = f32;
alias Stored4 = vec4f;
fn stored4(value: vec4f) -> Stored4 { return value; }
fn stored(value: f32) -> Stored { return value; }`;
}
