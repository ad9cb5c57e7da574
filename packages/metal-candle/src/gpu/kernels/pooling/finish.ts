/**
 * Finishes rows that a dense layer made: L2 normalisation and the trailer. Where there is no dense layer, pooling.ts does this itself.
 */
import { batchLayoutConstants } from "../../wgsl/batch-layout.ts";
import { linearGrid, type KernelProgram } from "../../device/kernel-program.ts";
import { binding, constants } from "../../wgsl/text.ts";
import { columnOf, finishedRow, finishThreads } from "./finished-row.ts";

/**
 * Buffers: batch, dense f32 [sequences, stride], rows (u32 words), overflow. `dimensions` may be any number; `stride` is a multiple of 4
 * and at least that.
 */
export function finishProgram(dimensions: number, stride: number): KernelProgram {
  const parts = Math.ceil(dimensions / 4);
  return {
    label: `finish ${dimensions}`,
    bindings: ["read", "read", "read_write", "read"],
    code: /* wgsl */ `
${batchLayoutConstants}
${constants({ STRIDE: stride / 4, PARTS: parts, PER_THREAD: Math.ceil(parts / finishThreads), DIMENSIONS: dimensions })}
${binding(0, "read", "batch", "u32")}
${binding(1, "read", "dense", "vec4f")}
${binding(2, "read_write", "rows", "u32")}
${binding(3, "read", "overflow", "u32")}
${columnOf(4)}
${finishedRow}
@compute @workgroup_size(${finishThreads})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) thread: u32) {
  let sequence = group.y * groups.x + group.x;
  if (sequence >= batch[HEADER_SEQUENCES]) { return; }
  for (var i = 0u; i < PER_THREAD; i++) {
    let at = thread + i * FINISH_THREADS;
    values[i] = vec4f(0f);
    if (at < PARTS) { values[i] = dense[sequence * STRIDE + at]; }
  }
  let cu = batch[HEADER_CU_SEQLENS_AT] + sequence;
  finishRow(sequence, thread, batch[cu], batch[cu + 1u]);
}
`,
  };
}

/** One workgroup a sequence. */
export function finishGrid(sequences: number): [number, number, number] {
  return linearGrid(sequences);
}
