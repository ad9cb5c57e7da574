/**
 * A kernel as data: the whole WGSL text and what it binds. Nothing here touches a device; `pipelines.ts` compiles it.
 *
 * Kernels are plain functions that return a KernelProgram, so that the same text can be compiled, translated to MSL and
 * HLSL in a test, run by a self-check, or printed.
 */

/** How a binding of group 0 is used. Order = binding number. */
export type BindingUse = "read" | "read_write";

export interface KernelProgram {
  /** Operation and variant, e.g. "gemm/direct f32 384x1536 gelu". Shown in info() and in GPU errors. */
  readonly label: string;
  /** Whole WGSL module; its entry point is `main`. */
  readonly code: string;
  readonly bindings: readonly BindingUse[];
}

/** WGSL's limit on one dimension of a dispatch (the default maxComputeWorkgroupsPerDimension). */
const gridLimit = 65_535;

/**
 * Lays `count` workgroups out as a 2-D grid, because one dimension holds 65,535. The kernel finds its index as
 * `id.y * numWorkgroups.x + id.x` and must skip indexes ≥ count.
 */
export function linearGrid(count: number): [number, number, number] {
  if (count <= gridLimit) return [Math.max(count, 1), 1, 1];
  const width = Math.ceil(Math.sqrt(count));
  return [width, Math.ceil(count / width), 1];
}

/** `count` rounded up to a multiple of `step`. */
export function roundUp(count: number, step: number): number {
  return Math.ceil(count / step) * step;
}
