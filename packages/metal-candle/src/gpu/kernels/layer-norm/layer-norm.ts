/**
 * LayerNorm of each row, in place: x ← LayerNorm(x) · weight + bias. For `metal-candle/ops`, any width up to 4,096 and more.
 *
 * Inside the encoder LayerNorm is never alone: see residual-layer-norm.ts and ../embedding.
 */
import { linearGrid, type KernelProgram } from "../../device/kernel-program.ts";
import { binding } from "../../wgsl/text.ts";
import { rowLanes, rowsPerWorkgroup } from "../../wgsl/row-reduction.ts";
import { normalizedRow, type NormalizedRow } from "./normalized-row.ts";

/** Buffers: x [rows, width] f32 in place, weight [width], bias [width]. `rows` is the length of x divided by the width. */
export function layerNormProgram(width: number, epsilon: number): KernelProgram {
  const shape: NormalizedRow = { width, epsilon, vectorized: width % 4 === 0 };
  const type = shape.vectorized ? "vec4f" : "f32";
  const firstElement = shape.vectorized ? "x[base].x" : "x[base]";
  return {
    label: `layer-norm f32 ${width}`,
    bindings: ["read_write", "read", "read"],
    code: /* wgsl */ `
${binding(0, "read_write", "x", type)}
${binding(1, "read", "weight", type)}
${binding(2, "read", "bias", type)}
${normalizedRow(shape)}
@compute @workgroup_size(${rowLanes * rowsPerWorkgroup})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) thread: u32) {
  let rows = arrayLength(&x) / PARTS;
  let index = (group.y * groups.x + group.x) * ROWS + thread / LANES;
  let base = min(index, rows - 1u) * PARTS;
  let lane = thread % LANES;
  for (var i = 0u; i < PER_LANE; i++) {
    let part = lane + i * LANES;
    if (part < PARTS) { row[i] = x[base + part]; }
  }
  normalizeRow(${firstElement}, thread);
  for (var i = 0u; i < PER_LANE; i++) {
    let part = lane + i * LANES;
    if (part < PARTS && index < rows) { x[base + part] = row[i] * weight[part] + bias[part]; }
  }
}
`,
  };
}

/** Grid for `rows` rows. */
export function layerNormGrid(rows: number): [number, number, number] {
  return linearGrid(Math.ceil(rows / rowsPerWorkgroup));
}
