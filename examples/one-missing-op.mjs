/**
 * The one operation that a runtime lacks: layer-norm on the GPU, for data that is already there or comes as an array.
 *
 *   node examples/one-missing-op.mjs
 *
 * Without a GPU it ends with the reason. METAL_CANDLE_ALLOW_SOFTWARE_ADAPTER=1 admits an adapter that runs on the CPU.
 */
import { GpuUnavailableError } from "metal-candle";
import { layerNorm } from "metal-candle/ops";

const shape = [2, 384];
const x = { shape, data: Float32Array.from({ length: 2 * 384 }, (_, i) => Math.sin(i)) };
// A constant row is where a careless layer-norm in f32 fails: its deviation is zero, and eps is 1e-12.
x.data.fill(3.3, 384);
const weight = new Float32Array(384).fill(2);
const bias = new Float32Array(384).fill(0.5);

try {
  const { data } = await layerNorm(x, weight, bias, { eps: 1e-12 });
  const row = data.subarray(0, 384);
  const mean = row.reduce((sum, value) => sum + value, 0) / 384;
  const deviation = Math.sqrt(row.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 384);
  console.log(`row 0: mean ${mean.toFixed(4)} (bias 0.5), deviation ${deviation.toFixed(4)} (weight 2)`);
  console.log(`row 1, constant: all ${data[384]}: ${data.subarray(384).every((value) => value === 0.5)}`);
} catch (error) {
  if (!(error instanceof GpuUnavailableError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
