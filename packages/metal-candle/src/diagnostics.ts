/** metal-candle/diagnostics: what this machine offers, what would be used of it, whether it works, and how fast it could be. */
export { diagnose, type Diagnosis, type DiagnoseOptions } from "./diagnostics/diagnose.ts";
export { measureGemmPeak, type GemmPeakOptions } from "./diagnostics/gemm-peak.ts";
export type { GemmPeak, GemmRate } from "./diagnostics/gemm-peak-report.ts";
export type { AdapterReport, GemmTuning, KernelReport, SubgroupMatrixConfig, TunedGemm } from "./encoder/report.ts";
