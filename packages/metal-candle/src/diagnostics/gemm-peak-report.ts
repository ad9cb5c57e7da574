/** What measureGemmPeak gives. A file of its own: callers see these types, and nothing of the GPU behind them. */
import type { KernelReport } from "../encoder/report.ts";

export interface GemmRate {
  readonly n: number;
  readonly k: number;
  readonly rows: number;
  readonly variant: string;
  readonly teraflops: number;
}

export interface GemmPeak {
  readonly adapter: string;
  readonly numerics: string;
  /** The best of `rates`, in TFLOP/s. */
  readonly teraflops: number;
  /** The best variant of each shape. */
  readonly rates: readonly GemmRate[];
  /** Variants that were not timed, and why: a model would not use them here either. */
  readonly dropped: KernelReport["dropped"];
}
