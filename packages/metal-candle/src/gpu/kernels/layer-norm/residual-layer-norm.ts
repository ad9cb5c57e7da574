/**
 * The encoder's LayerNorm: hidden ← LayerNorm(hidden + projected) · weight + bias, in place over packed rows.
 *
 * Rows are `stride` elements apart (the width padded to the GEMM tile); the padding is written as zero, because the next GEMM
 * multiplies it with zero weights and 0 × NaN is NaN. Rows past the batch's end are normalised too: nobody reads them.
 */
import { linearGrid, type KernelProgram } from "../../device/kernel-program.ts";
import { rowLanes, rowsPerWorkgroup } from "../../wgsl/row-reduction.ts";
import { storageHeader, type StorageType } from "../../wgsl/storage.ts";
import { binding } from "../../wgsl/text.ts";
import { normalizedRow } from "./normalized-row.ts";

export interface ResidualLayerNormShape {
  readonly storage: StorageType;
  /** Hidden size: a multiple of 4. */
  readonly width: number;
  /** Elements from one row to the next: a multiple of 4, ≥ width. */
  readonly stride: number;
  readonly epsilon: number;
}

/** Buffers: projected [rows, stride], hidden [rows, stride] in place, norm f32 [2, width] (weight, bias). */
export function residualLayerNormProgram(shape: ResidualLayerNormShape): KernelProgram {
  const { storage, width, stride, epsilon } = shape;
  return {
    label: `residual-layer-norm ${storage} ${width}`,
    bindings: ["read", "read_write", "read"],
    code: /* wgsl */ `${storageHeader(storage)}
${binding(0, "read", "projected", "Stored4")}
${binding(1, "read_write", "hidden", "Stored4")}
${binding(2, "read", "norm", "vec4f")}
const STRIDE = ${stride / 4}u;
${normalizedRow({ width, epsilon, vectorized: true })}
@compute @workgroup_size(${rowLanes * rowsPerWorkgroup})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) thread: u32) {
  let rows = arrayLength(&hidden) / STRIDE;
  let index = (group.y * groups.x + group.x) * ROWS + thread / LANES;
  let base = min(index, rows - 1u) * STRIDE;
  let lane = thread % LANES;
  let first = f32(hidden[base].x) + f32(projected[base].x);
  for (var i = 0u; i < PER_LANE; i++) {
    let part = lane + i * LANES;
    if (part < PARTS) { row[i] = vec4f(hidden[base + part]) + vec4f(projected[base + part]); }
  }
  normalizeRow(first, thread);
  if (index >= rows) { return; }
  for (var i = 0u; i < PER_LANE; i++) {
    let part = lane + i * LANES;
    if (part < PARTS) { hidden[base + part] = stored4(row[i] * norm[part] + norm[PARTS + part]); }
  }
  for (var part = PARTS + lane; part < STRIDE; part += LANES) { hidden[base + part] = stored4(vec4f(0f)); }
}
`,
  };
}

/** Grid for `rows` rows. */
export function residualLayerNormGrid(rows: number): [number, number, number] {
  return linearGrid(Math.ceil(rows / rowsPerWorkgroup));
}
