/** Softmax of each row, in place: x ← exp(x − max) / Σ exp(x − max). For `metal-candle/ops`; attention has its own inside. */
import { linearGrid, type KernelProgram } from "../../device/kernel-program.ts";
import { partAlias, rowLanes, rowReductions, rowsPerWorkgroup } from "../../wgsl/row-reduction.ts";
import { binding, constants } from "../../wgsl/text.ts";

/** Buffers: x [rows, width] f32 in place. */
export function softmaxProgram(width: number): KernelProgram {
  const vectorized = width % 4 === 0;
  return {
    label: `softmax f32 ${width}`,
    bindings: ["read_write"],
    code: /* wgsl */ `
${binding(0, "read_write", "x", vectorized ? "vec4f" : "f32")}
${constants({ PARTS: vectorized ? width / 4 : width })}
${rowReductions}
${partAlias(vectorized)}
@compute @workgroup_size(${rowLanes * rowsPerWorkgroup})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) thread: u32) {
  let rows = arrayLength(&x) / PARTS;
  let index = (group.y * groups.x + group.x) * ROWS + thread / LANES;
  let base = min(index, rows - 1u) * PARTS;
  let lane = thread % LANES;
  var largest = -3e38f;
  for (var part = lane; part < PARTS; part += LANES) { largest = max(largest, largestOf(x[base + part])); }
  largest = rowMaximum(largest, thread);
  var sum = 0f;
  for (var part = lane; part < PARTS; part += LANES) { sum += total(exp(x[base + part] - largest)); }
  let scale = 1f / rowSum(sum, thread);
  if (index >= rows) { return; }
  for (var part = lane; part < PARTS; part += LANES) { x[base + part] = exp(x[base + part] - largest) * scale; }
}
`,
  };
}

/** Grid for `rows` rows. */
export function softmaxGrid(rows: number): [number, number, number] {
  return linearGrid(Math.ceil(rows / rowsPerWorkgroup));
}
