/** GEMM with its epilogue: every variant of the adapter's numerics class on the encoder's shapes, TFLOP/s by timestamps. */
import { openGpu } from "../../packages/metal-candle/dist/gpu/device.js";
import { gemmGrid, gemmProgram, variantName } from "../../packages/metal-candle/dist/gpu/kernels/gemm/gemm.js";
import { numericsClass } from "../../packages/metal-candle/dist/gpu/numerics-class.js";
import { gemmCandidates } from "../../packages/metal-candle/dist/gpu/variants.js";
import { short } from "../lib/measure.mjs";

/** [N, K, activation] of the table in docs/performance.md. */
const products = [
  [1536, 384, "gelu_fast"],
  [1536, 384, "identity"],
  [1152, 384, "identity"],
  [384, 1536, "identity"],
  [384, 384, "identity"],
  [3072, 768, "gelu_fast"],
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
      fill(device, a, storage);
      fill(device, w, storage);
      for (const variant of variants) {
        const shape = {
          storage,
          n,
          k,
          activation: storage === "f32" && activation === "gelu_fast" ? "gelu" : activation,
        };
        const program = gemmProgram(variant, shape);
        const name = variantName(variant);
        try {
          const kernel = await context.pipelines.get(program);
          const bindings = context.pipelines.bind(
            kernel,
            [a, w, bias, c].map((buffer) => ({ buffer })),
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
      for (const buffer of [a, w, bias, c]) buffer.destroy();
    }
  }
  return results;
}

/** Best of three runs of ten dispatches. */
async function timestamps(device, pipeline, bindings, grid) {
  const querySet = device.createQuerySet({ type: "timestamp", count: 2 });
  const resolved = device.createBuffer({ size: 16, usage: 0x200 | 4 });
  const readback = device.createBuffer({ size: 16, usage: 1 | 8 });
  let best = Infinity;
  for (let run = 0; run < 4; run++) {
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass({
      timestampWrites: { querySet, beginningOfPassWriteIndex: 0, endOfPassWriteIndex: 1 },
    });
    pass.setPipeline(pipeline);
    pass.setBindGroup(0, bindings);
    const dispatches = run === 0 ? 2 : 10;
    for (let i = 0; i < dispatches; i++) pass.dispatchWorkgroups(...grid);
    pass.end();
    encoder.resolveQuerySet(querySet, 0, 2, resolved, 0);
    encoder.copyBufferToBuffer(resolved, 0, readback, 0, 16);
    device.queue.submit([encoder.finish()]);
    await readback.mapAsync(1);
    const [begin, end] = new BigUint64Array(readback.getMappedRange().slice(0));
    readback.unmap();
    if (run > 0) best = Math.min(best, Number(end - begin) / 1e6 / dispatches);
  }
  querySet.destroy();
  resolved.destroy();
  readback.destroy();
  return best;
}

/** Random values: zeros run faster than real data does. */
function fill(device, buffer, storage) {
  const block = storage === "f16" ? new Uint16Array(1 << 19) : new Float32Array(1 << 18);
  let state = 1;
  for (let i = 0; i < block.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    block[i] =
      storage === "f16" ? 0x2800 + ((state >>> 12) & 0xbff) + ((state >>> 16) & 0x8000) : state / 2 ** 32 - 0.5;
  }
  for (let at = 0; at < buffer.size; at += block.byteLength) {
    const bytes = Math.min(block.byteLength, buffer.size - at);
    device.queue.writeBuffer(buffer, at, block, 0, bytes / block.BYTES_PER_ELEMENT);
  }
}
