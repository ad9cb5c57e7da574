/**
 * Residual + LayerNorm, the encoder's step that does little but read and write: µs and GB/s by timestamps, beside a kernel that moves the
 * same bytes and computes nothing. That one is the limit.
 */
import { openGpu } from "../../packages/metal-candle/dist/gpu/device/context.js";
import {
  residualLayerNormGrid,
  residualLayerNormProgram,
} from "../../packages/metal-candle/dist/gpu/kernels/layer-norm/residual-layer-norm.js";
import { short } from "../lib/measure.mjs";
import { fill, timestamps } from "./timestamps.mjs";

/** The hidden sizes of MiniLM and e5-small, of BERT-base and MPNet, and of the large models. */
const hiddenSizes = [384, 768, 1024];
/** One batch that stays in a large GPU's cache, as an encoder's batches do, and one that does not. */
const rowCounts = [16_384, 262_144];

export async function layerNorm({ dtypes, widths = hiddenSizes, counts = rowCounts }) {
  const { device, pipelines, report } = await openGpu(true);
  if (!report.features.includes("timestamp-query")) throw new Error(`${report.name} has no timestamps`);
  const results = [];
  for (const dtype of dtypes) {
    for (const width of widths) {
      for (const rows of counts) {
        const bytes = rows * width * (dtype === "f16" ? 2 : 4);
        if (bytes > report.limits.maxStorageBufferBindingSize) continue;
        const make = (size) => device.createBuffer({ size, usage: 128 | 8 });
        const [projected, hidden, norm] = [make(bytes), make(bytes), make(width * 8)];
        for (const buffer of [projected, hidden]) fill(device, buffer, dtype);
        fill(device, norm, "f32");
        const millisecondsOf = async (program, buffers, grid) => {
          const kernel = await pipelines.get(program);
          const bindings = pipelines.bind(
            kernel,
            buffers.map((buffer) => ({ buffer })),
          );
          return timestamps(device, kernel.pipeline, bindings, grid);
        };
        const shape = { storage: dtype, width, stride: width, epsilon: 1e-12 };
        const milliseconds = await millisecondsOf(
          residualLayerNormProgram(shape),
          [projected, hidden, norm],
          residualLayerNormGrid(rows),
        );
        const limit = await millisecondsOf(movingProgram, [projected, hidden], [movingGroups, 1, 1]);
        for (const buffer of [projected, hidden, norm]) buffer.destroy();
        // Both rows are read, one is written.
        const rate = (elapsed) => (3 * bytes) / elapsed / 1e6;
        results.push({ dtype, width, rows, microseconds: milliseconds * 1000, limitMicroseconds: limit * 1000 });
        console.log(
          `${dtype} ${rows} rows of ${width}: ${short(milliseconds * 1000)} µs, ${short(rate(milliseconds))} GB/s; ` +
            `moving the same bytes takes ${short(limit * 1000)} µs, ${short(rate(limit))} GB/s`,
        );
      }
    }
  }
  return results;
}

const movingGroups = 2048;

/** Reads two buffers and writes one, sixteen bytes per thread at a time. */
const movingProgram = {
  label: "moving",
  bindings: ["read", "read_write"],
  code: /* wgsl */ `
@group(0) @binding(0) var<storage, read> rowsIn: array<vec4u>;
@group(0) @binding(1) var<storage, read_write> rowsOut: array<vec4u>;
@compute @workgroup_size(256)
fn main(@builtin(global_invocation_id) id: vec3u) {
  for (var i = id.x; i < arrayLength(&rowsOut); i += ${movingGroups * 256}u) { rowsOut[i] ^= rowsIn[i]; }
}
`,
};
