/**
 * What an encoder says of itself, as plain data: for info(), stats(), doctor, and the keys of caches. Types only, and no object of a device
 * in them.
 */

/** Which of two variants multiplies: the one for large batches, or the one for a query or two. */
export type BatchKind = "large" | "small";

export interface SubgroupMatrixConfig {
  readonly component: string;
  readonly result: string;
  readonly m: number;
  readonly n: number;
  readonly k: number;
}

export interface AdapterReport {
  readonly name: string;
  readonly vendor: string;
  readonly architecture: string;
  readonly device: string;
  /** Runs on the CPU (SwiftShader, lavapipe, WARP): never a GPU for `auto`. */
  readonly software: boolean;
  readonly runtime: string;
  readonly features: readonly string[];
  readonly limits: Readonly<Record<string, number>>;
  readonly subgroupSizes: readonly [number, number] | null;
  readonly subgroupMatrixConfigs: readonly SubgroupMatrixConfig[];
}

/** What was chosen for one product, for info(). */
export interface TunedGemm {
  /** Whether for large batches or for small ones, of a query or two. */
  readonly batch: BatchKind;
  readonly n: number;
  readonly k: number;
  /** "gated", or "stored in f32" where operands are f16; absent for plain products. */
  readonly form?: string;
  readonly variant: string;
  /** Of one product, when it was measured. */
  readonly microseconds: number;
  /** How many candidates were measured. */
  readonly measured: number;
}

export interface GemmTuning {
  /** "rule": nothing has been measured yet, every product has the class's usual variant. */
  readonly source: "measured" | "cache" | "rule";
  /** What measuring took, now or when it was done. */
  readonly milliseconds: number;
  readonly gemms: readonly TunedGemm[];
  /** Variants that were faster and did not agree, with the reference or in their bits. */
  readonly dropped: readonly { readonly variant: string; readonly reason: string }[];
  /** Why products are left that keep the usual variant without having been measured: the next load goes on; null when none is. */
  readonly unfinished: string | null;
}

/** How one operation is served, for info() and doctor. */
export interface KernelReport {
  readonly operation: string;
  readonly variant: string;
  /** Variants that failed their check, and why. */
  readonly dropped: readonly { readonly variant: string; readonly reason: string }[];
}

/** What runs, and what decided its numbers. */
export interface EncoderReport {
  readonly dtype: "f32" | "f16";
  /** Null on the CPU. */
  readonly adapter: AdapterReport | null;
  /** The numerics class: results of one class are bit-identical. */
  readonly numerics: string;
  readonly kernels: readonly KernelReport[];
  /** Null on the CPU. */
  readonly tuning: GemmTuning | null;
  /** The numerics class of texts whose values leave f16's range, once there was one; else null. */
  readonly beyondHalf: string | null;
}

/** Counters of a GPU encoder since it was opened: buffers and pipelines stop growing after the first batches. */
export interface GpuStats {
  readonly batches: number;
  readonly tokens: number;
  readonly sequences: number;
  readonly dispatches: number;
  readonly bytesReadBack: number;
  readonly dispatchesPerBatch: number;
  readonly gpuBuffers: number;
  readonly gpuBytes: number;
  readonly pipelinesCompiled: number;
  /** Devices opened after a loss. */
  readonly deviceReopened: number;
  /** Texts whose values left f16's range, and were computed in f32. */
  readonly textsBeyondHalf: number;
}
