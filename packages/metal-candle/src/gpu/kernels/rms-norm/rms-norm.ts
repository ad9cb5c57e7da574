/** RMSNorm of each row, in place: x ← x / √(mean(x²) + ε) · weight. For `metal-candle/ops`; no encoder here uses it. */
import { linearGrid, type KernelProgram } from "../../device/kernel-program.ts";
import { partAlias, rowLanes, rowReductions, rowsPerWorkgroup } from "../../wgsl/row-reduction.ts";
import { binding, constants, floatLiteral } from "../../wgsl/text.ts";

/** Buffers: x [rows, width] f32 in place, weight [width]. */
export function rmsNormProgram(width: number, epsilon: number): KernelProgram {
  const vectorized = width % 4 === 0;
  const type = vectorized ? "vec4f" : "f32";
  return {
    label: `rms-norm f32 ${width}`,
    bindings: ["read_write", "read"],
    code: /* wgsl */ `
${binding(0, "read_write", "x", type)}
${binding(1, "read", "weight", type)}
${constants({ PARTS: vectorized ? width / 4 : width })}
${rowReductions}
${partAlias(vectorized)}
@compute @workgroup_size(${rowLanes * rowsPerWorkgroup})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) thread: u32) {
  let rows = arrayLength(&x) / PARTS;
  let index = (group.y * groups.x + group.x) * ROWS + thread / LANES;
  let base = min(index, rows - 1u) * PARTS;
  let lane = thread % LANES;
  var squares = 0f;
  for (var part = lane; part < PARTS; part += LANES) { squares += total(x[base + part] * x[base + part]); }
  let scale = inverseSqrt(rowSum(squares, thread) / ${floatLiteral(width)} + ${floatLiteral(epsilon)});
  if (index >= rows) { return; }
  for (var part = lane; part < PARTS; part += LANES) { x[base + part] = x[base + part] * scale * weight[part]; }
}
`,
  };
}

/** Grid for `rows` rows. */
export function rmsNormGrid(rows: number): [number, number, number] {
  return linearGrid(Math.ceil(rows / rowsPerWorkgroup));
}
