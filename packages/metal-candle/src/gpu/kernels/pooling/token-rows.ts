/**
 * Instead of pooling: every token's last hidden state as a row of its own in f32, with the trailer that proves it to be this batch's
 * (finished-row.ts).
 */
import { batchLayoutConstants } from "../../wgsl/batch-layout.ts";
import { linearGrid, type KernelProgram } from "../../device/kernel-program.ts";
import { storageHeader, type StorageType } from "../../wgsl/storage.ts";
import { binding, constants } from "../../wgsl/text.ts";
import { columnOf, finishedRow, finishThreads } from "./finished-row.ts";

export interface TokenRowsShape {
  readonly storage: StorageType;
  /** Hidden size. */
  readonly width: number;
  readonly stride: number;
}

/** Buffers: batch, hidden [rows, stride], rows (u32 words), overflow. */
export function tokenRowsProgram({ storage, width, stride }: TokenRowsShape): KernelProgram {
  const parts = Math.ceil(width / 4);
  return {
    label: `token rows ${storage} ${width}`,
    bindings: ["read", "read", "read_write", "read"],
    code: /* wgsl */ `${storageHeader(storage)}
${batchLayoutConstants}
${constants({ STRIDE: stride / 4, PARTS: parts, PER_THREAD: Math.ceil(parts / finishThreads), DIMENSIONS: width })}
${binding(0, "read", "batch", "u32")}
${binding(1, "read", "hidden", "Stored4")}
${binding(2, "read_write", "rows", "u32")}
${binding(3, "read", "overflow", "u32")}
${columnOf(width)}
${finishedRow}
@compute @workgroup_size(${finishThreads})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) thread: u32) {
  let token = group.y * groups.x + group.x;
  if (token >= batch[HEADER_TOKENS]) { return; }
  for (var i = 0u; i < PER_THREAD; i++) {
    let at = thread + i * FINISH_THREADS;
    values[i] = vec4f(0f);
    if (at < PARTS) { values[i] = vec4f(hidden[token * STRIDE + at]); }
  }
  finishRow(token, thread, token, token + 1u);
}
`,
  };
}

/** One workgroup a token. */
export function tokenRowsGrid(tokens: number): [number, number, number] {
  return linearGrid(tokens);
}
