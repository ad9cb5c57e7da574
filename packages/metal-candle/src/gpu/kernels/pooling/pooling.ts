/**
 * Pooling: a sequence's last hidden states become one row; several modes are concatenated in the order given.
 *
 * Two uses of one kernel: `finish` normalises the row and writes it with its trailer (finished-row.ts); otherwise it is stored
 * as f32 [sequences, pooledStride] for the dense layers that follow. Tokens are added in ascending order, one accumulator a
 * column. Which tokens count where a prompt is left out is encoder/pooling.ts's to say; the check compares with it.
 */
import type { PoolingMode } from "../../../models/description.ts";
import { batchLayoutConstants } from "../../wgsl/batch-layout.ts";
import { linearGrid, type KernelProgram } from "../../device/kernel-program.ts";
import { storageHeader, type StorageType } from "../../wgsl/storage.ts";
import { binding, constants } from "../../wgsl/text.ts";
import { columnOf, finishedRow, finishThreads } from "./finished-row.ts";

export interface PoolingShape {
  readonly storage: StorageType;
  /** Hidden size. */
  readonly width: number;
  readonly stride: number;
  readonly modes: readonly PoolingMode[];
  /** Write finished rows of modes.length · width floats; otherwise pooled rows for a dense layer, this far apart. */
  readonly output: "finished" | { readonly pooledStride: number };
}

const expressions: Record<PoolingMode, string> = {
  cls: /* wgsl */ `return vec4f(hidden[select(start, firstKept, firstKept < end) * STRIDE + column]);`,
  lasttoken: /* wgsl */ `
  if (firstKept == end) { return vec4f(0f); }
  return vec4f(hidden[(end - 1u) * STRIDE + column]);`,
  max: /* wgsl */ `
  var largest = vec4f(hidden[firstKept * STRIDE + column]);
  for (var token = firstKept + 1u; token < end; token++) { largest = max(largest, vec4f(hidden[token * STRIDE + column])); }
  return largest;`,
  mean: /* wgsl */ `return sumOf(firstKept, end, column) / f32(max(end - firstKept, 1u));`,
  mean_sqrt_len: /* wgsl */ `return sumOf(firstKept, end, column) / sqrt(f32(max(end - firstKept, 1u)));`,
  weightedmean: /* wgsl */ `
  var sum = vec4f(0f);
  var weights = 0f;
  for (var token = firstKept; token < end; token++) {
    let weight = f32(token - start + 1u);
    sum = fma(vec4f(hidden[token * STRIDE + column]), vec4f(weight), sum);
    weights += weight;
  }
  return sum / max(weights, 1e-9f);`,
};

/** Buffers: batch, hidden [rows, stride], rows (u32 words when finished, else f32 pooled rows), when finished overflow. */
export function poolingProgram({ storage, width, stride, modes, output }: PoolingShape): KernelProgram {
  const finish = output === "finished";
  const part = Math.ceil(width / 4);
  const parts = modes.length * part;
  return {
    label: `pooling/${modes.join("+")} ${storage} ${width}${finish ? " finished" : ""}`,
    bindings: finish ? ["read", "read", "read_write", "read"] : ["read", "read", "read_write"],
    code: /* wgsl */ `${storageHeader(storage)}
${batchLayoutConstants}
${constants({ STRIDE: stride / 4, PARTS: parts, PART: part, PER_THREAD: Math.ceil(parts / finishThreads), DIMENSIONS: modes.length * width })}
${binding(0, "read", "batch", "u32")}
${binding(1, "read", "hidden", "Stored4")}
${binding(2, "read_write", "rows", finish ? "u32" : "f32")}
${finish ? binding(3, "read", "overflow", "u32") : ""}
${columnOf(width)}
${finish ? finishedRow : `var<private> values: array<vec4f, PER_THREAD>;`}
fn sumOf(firstKept: u32, end: u32, column: u32) -> vec4f {
  var sum = vec4f(0f);
  for (var token = firstKept; token < end; token++) { sum += vec4f(hidden[token * STRIDE + column]); }
  return sum;
}
${modes.map((mode, index) => `fn pool${index}(start: u32, firstKept: u32, end: u32, column: u32) -> vec4f {${expressions[mode]}\n}`).join("\n")}
@compute @workgroup_size(${finishThreads})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) thread: u32) {
  let sequence = group.y * groups.x + group.x;
  if (sequence >= batch[HEADER_SEQUENCES]) { return; }
  let cu = batch[HEADER_CU_SEQLENS_AT] + sequence;
  let start = batch[cu];
  let end = batch[cu + 1u];
  var skip = 0u;
  if (batch[HEADER_POOLING_SKIPS_AT] != 0u) { skip = min(batch[batch[HEADER_POOLING_SKIPS_AT] + sequence], end - start); }
  for (var i = 0u; i < PER_THREAD; i++) {
    let at = thread + i * ${finishThreads}u;
    values[i] = vec4f(0f);
    ${modes.map((_, index) => `if (at >= ${index}u * PART && at < ${index + 1}u * PART) { values[i] = pool${index}(start, start + skip, end, at - ${index}u * PART); }`).join("\n    ")}
  }
  ${
    finish
      ? "finishRow(sequence, thread, start, end);"
      : `for (var i = 0u; i < PER_THREAD; i++) {
    let at = thread + i * ${finishThreads}u;
    for (var j = 0u; j < 4u; j++) {
      let column = columnOf(at, j);
      if (column < DIMENSIONS) { rows[sequence * ${(output as { pooledStride: number }).pooledStride}u + column] = values[i][j]; }
    }
  }`
  }
}
`,
  };
}

/** One workgroup a sequence. */
export function poolingGrid(sequences: number): [number, number, number] {
  return linearGrid(sequences);
}
