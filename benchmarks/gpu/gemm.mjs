/** GEMM with its epilogue: every variant of the adapter's numerics class on the encoder's shapes, TFLOP/s by timestamps. */
import { openGpu } from "../../packages/metal-candle/dist/gpu/device/context.js";
import { gemmGrid, gemmProgram, variantName } from "../../packages/metal-candle/dist/gpu/kernels/gemm/gemm.js";
import { numericsClass } from "../../packages/metal-candle/dist/gpu/choose/numerics-class.js";
import { gemmCandidates } from "../../packages/metal-candle/dist/gpu/choose/variants.js";
import { short } from "../lib/measure.mjs";
import { fill, timestamps } from "./timestamps.mjs";

/** [N, K, activation] of the table in docs/performance.md. */
/** @type {[number, number, import("../../packages/metal-candle/dist/gpu/wgsl/activations.js").KernelActivation][]} */
const products = [
  [1536, 384, "gelu_fitted"],
  [1536, 384, "identity"],
  [1152, 384, "identity"],
  [384, 1536, "identity"],
  [384, 384, "identity"],
  [3072, 768, "gelu_fitted"],
  [768, 3072, "identity"],
];

export async function gemm({ dtypes, rows = 65536, extraVariants = [] }) {
  const context = await openGpu(true);
  const { device, report } = context;
  const results = [];
  for (const dtype of dtypes) {
    const numerics = numericsClass(report, dtype);
    const { storage } = numerics;
    const bytes = storage === "f16" ? 2 : 4;
    const variants = [...gemmCandidates(report, numerics), ...(storage === "f16" ? extraVariants : [])];
    for (const [n, k, activation] of products) {
      const make = (size, usage) => device.createBuffer({ size, usage });
      const a = make(rows * k * bytes, 128 | 8);
      const w = make(n * k * bytes, 128 | 8);
      const bias = make(n * 4, 128 | 8);
      const c = make(rows * n * bytes, 128 | 4);
      const overflow = make(16, 128);
      fill(device, a, storage);
      fill(device, w, storage);
      for (const variant of variants) {
        const shape = {
          storage,
          n,
          k,
          activation: storage === "f32" && activation === "gelu_fitted" ? "gelu" : activation,
        };
        const program = gemmProgram(variant, shape);
        const name = variantName(variant);
        try {
          const kernel = await context.pipelines.get(program);
          const bindings = context.pipelines.bind(
            kernel,
            [a, w, bias, c, overflow].slice(0, program.bindings.length).map((buffer) => ({ buffer })),
          );
          const milliseconds = await timestamps(device, kernel.pipeline, bindings, gemmGrid(program, shape, rows));
          const teraflops = (2 * rows * n * k) / milliseconds / 1e9;
          results.push({ dtype, n, k, activation: shape.activation, variant: name, milliseconds, teraflops });
          console.log(
            `${dtype} N=${n} K=${k} ${shape.activation.padEnd(10)} ${name.padEnd(52)} ${short(teraflops)} TFLOP/s`,
          );
        } catch (error) {
          console.log(`${dtype} N=${n} K=${k} ${name}: ${String(error.message).slice(0, 300)}`);
        }
      }
      for (const buffer of [a, w, bias, c, overflow]) buffer.destroy();
    }
  }
  return results;
}
