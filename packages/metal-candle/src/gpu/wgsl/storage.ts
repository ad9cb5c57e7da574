/**
 * Storage types: what activations and weights are kept as in GPU memory. Arithmetic is always f32, whatever the storage.
 *
 * `Stored` and `Stored4` are the aliases that kernels read and write; `stored4(v)` converts for a store. In f16 it clamps to
 * ±65504, because WGSL leaves an overflow to infinity undefined. Where values can grow (attention is bounded by its
 * inputs, a LayerNorm by its weights, which are looked at when they are read) a clamp is flagged for its row: see `overflowFlag`.
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

/**
 * The overflow flags of f16 storage, one per row, as binding `index`: `noteOverflow(row, v)` raises the row's when a value will be clamped. The
 * last kernel of the batch puts those of a text's rows into its trailer; what lies in the rows behind the last text concerns nobody. In f32
 * there is nothing to note, and no binding.
 */
export function overflowFlag(type: StorageType, index: number): string {
  return type === "f16"
    ? /* wgsl */ `@group(0) @binding(${index}) var<storage, read_write> overflow: array<atomic<u32>>;
fn noteOverflow(row: u32, value: vec4f) { if (any(abs(value) > vec4f(65504f))) { atomicOr(&overflow[row], 1u); } }`
    : /* wgsl */ `fn noteOverflow(row: u32, value: vec4f) {}`;
}
