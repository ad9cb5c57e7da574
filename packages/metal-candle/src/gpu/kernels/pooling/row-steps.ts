/**
 * What a head does to its rows between its dense layers, in place: LayerNorm, division by the Euclidean norm, softmax, one after another
 * in one dispatch. There are as many rows as texts, so one element per thread at a time is fast enough, and any width will do.
 */
import { batchLayoutConstants } from "../../wgsl/batch-layout.ts";
import { linearGrid, type KernelProgram } from "../../device/kernel-program.ts";
import { binding, constants, floatLiteral } from "../../wgsl/text.ts";

/** One step: a RowStep of the head, without its weights. */
export type RowStepShape =
  | { readonly kind: "layer-norm"; readonly epsilon: number }
  | { readonly kind: "normalize" }
  | { readonly kind: "softmax" };

const threads = 128;

/**
 * Buffers: batch, rows f32 [sequences, stride] in place; where there is a LayerNorm, weights f32: for each of them weight [width] and bias
 * [width].
 */
export function rowStepsProgram(steps: readonly RowStepShape[], width: number, stride: number): KernelProgram {
  const norms = steps.filter(({ kind }) => kind === "layer-norm").length;
  let norm = 0;
  const bodies = steps.map((step) => {
    switch (step.kind) {
      case "layer-norm":
        return layerNorm(step.epsilon, 2 * norm++ * width, width);
      case "normalize":
        return normalize;
      case "softmax":
        return softmax;
    }
  });
  return {
    label: `row steps ${steps.map(({ kind }) => kind).join("+")} ${width}`,
    bindings: ["read", "read_write", ...(norms > 0 ? ["read" as const] : [])],
    code: /* wgsl */ `
${batchLayoutConstants}
${constants({ STRIDE: stride, WIDTH: width, PER_THREAD: Math.ceil(width / threads), THREADS: threads })}
${binding(0, "read", "batch", "u32")}
${binding(1, "read_write", "rows", "f32")}
${norms > 0 ? binding(2, "read", "weights", "f32") : ""}
var<private> row: array<f32, PER_THREAD>;
var<workgroup> partials: array<f32, THREADS>;
fn rowSum(value: f32, thread: u32) -> f32 {
  workgroupBarrier();
  partials[thread] = value;
  workgroupBarrier();
  for (var half = THREADS / 2u; half > 0u; half /= 2u) {
    if (thread < half) { partials[thread] += partials[thread + half]; }
    workgroupBarrier();
  }
  return partials[0];
}
fn rowLargest(value: f32, thread: u32) -> f32 {
  workgroupBarrier();
  partials[thread] = value;
  workgroupBarrier();
  for (var half = THREADS / 2u; half > 0u; half /= 2u) {
    if (thread < half) { partials[thread] = max(partials[thread], partials[thread + half]); }
    workgroupBarrier();
  }
  return partials[0];
}
@compute @workgroup_size(${threads})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) thread: u32) {
  let sequence = group.y * groups.x + group.x;
  if (sequence >= batch[HEADER_SEQUENCES]) { return; }
  let base = sequence * STRIDE;
  ${each("row[i] = rows[base + at];")}
  ${bodies.join("\n")}
  ${each("rows[base + at] = row[i];")}
}
`,
  };
}

/** One workgroup a sequence. */
export function rowStepsGrid(sequences: number): [number, number, number] {
  return linearGrid(sequences);
}

function each(statement: string): string {
  return /* wgsl */ `
  for (var i = 0u; i < PER_THREAD; i++) {
    let at = thread + i * THREADS;
    if (at < WIDTH) { ${statement} }
  }`;
}

function layerNorm(epsilon: number, weightsAt: number, width: number): string {
  return /* wgsl */ `{
    // The row's first element is subtracted before both passes: see ../layer-norm/normalized-row.ts.
    let first = rowSum(select(0f, row[0], thread == 0u), thread);
    var sum = 0f;
    ${each("row[i] -= first; sum += row[i];")}
    let mean = rowSum(sum, thread) / ${floatLiteral(width)};
    var squares = 0f;
    ${each("row[i] -= mean; squares += row[i] * row[i];")}
    let scale = inverseSqrt(rowSum(squares, thread) / ${floatLiteral(width)} + ${floatLiteral(epsilon)});
    ${each(`row[i] = row[i] * scale * weights[${weightsAt}u + at] + weights[${weightsAt + width}u + at];`)}
  }`;
}

const normalize = /* wgsl */ `{
    var squares = 0f;
    ${each("squares += row[i] * row[i];")}
    let scale = 1f / max(sqrt(rowSum(squares, thread)), 1e-12f);
    ${each("row[i] *= scale;")}
  }`;

const softmax = /* wgsl */ `{
    var largest = -3e38f;
    ${each("largest = max(largest, row[i]);")}
    largest = rowLargest(largest, thread);
    var sum = 0f;
    ${each("row[i] = exp(row[i] - largest); sum += row[i];")}
    let share = 1f / rowSum(sum, thread);
    ${each("row[i] *= share;")}
  }`;
