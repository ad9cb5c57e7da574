/** metal-candle/diagnostics: what this machine offers, what would be used of it, and whether it works. */
export { diagnose, type Diagnosis, type DiagnoseOptions } from "./diagnostics/diagnose.ts";
