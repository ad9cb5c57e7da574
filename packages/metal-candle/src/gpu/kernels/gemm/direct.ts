/**
 * GEMM straight from memory: each thread owns 16 rows × 8 columns in registers; no workgroup memory, no barriers.
 *
 * The plain kernel that the others are compared with. Adjacent threads read adjacent columns of W; all threads of a workgroup have
 * the same rows of A, so each value of it is one load for all of them. On software adapters, where workgroup memory is ordinary
 * memory, nothing is faster.
 */
import { overflowFlag, storageHeader } from "../../wgsl/storage.ts";
import { activationFunction } from "../../wgsl/activations.ts";
import { binding, constants, repeat } from "../../wgsl/text.ts";
import { gemmBindings, outputBinding, outputStorage, productName, type GemmProgram, type GemmShape } from "./shape.ts";

const threadRows = 16;
const threads = 16;

/** Buffers: A, W, bias, C (see gemm.ts). */
export function directGemm(shape: GemmShape): GemmProgram {
  const { storage, n, k, activation, gated } = shape;
  const output = outputStorage(shape);
  return {
    label: `gemm/direct ${productName(shape)}`,
    tileRows: threadRows,
    tileColumns: threads * 8,
    bindings: gemmBindings(shape),
    code: /* wgsl */ `${storageHeader(storage)}
${binding(0, "read", "a", "Stored4")}
${binding(1, "read", "w", "Stored4")}
${binding(2, "read", "bias", "vec4f")}
${outputBinding(shape)}
${constants({ K4: k / 4, N4: n / 4 })}
${overflowFlag(output, 4)}
${activationFunction(activation)}
@compute @workgroup_size(${threads})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) thread: u32) {
  let column = (group.x * ${threads}u + thread) * 2u;
  let firstRow = group.y * ${threadRows}u;
  ${repeat(threadRows, (r) => `var low${r} = vec4f(0f); var high${r} = vec4f(0f); let row${r} = (firstRow + ${r}u) * K4;`)}
  for (var k = 0u; k < K4; k++) {
    ${repeat(threadRows, (r) => `let a${r} = vec4f(a[row${r} + k]);`)}
    var source = k * 4u * N4 + column;
    ${repeat(
      4,
      (step) => `{
      let low = vec4f(w[source]); let high = vec4f(w[source + 1u]);
      ${repeat(threadRows, (r) => `low${r} = fma(vec4f(a${r}[${step}]), low, low${r}); high${r} = fma(vec4f(a${r}[${step}]), high, high${r});`)}
      source += N4;
    }`,
    )}
  }
  let lowBias = bias[column]; let highBias = bias[column + 1u];
  ${repeat(threadRows, (r) =>
    gated
      ? `{
    let value = activate(low${r} + lowBias) * (high${r} + highBias);
    noteOverflow(firstRow + ${r}u, value);
    c[(firstRow + ${r}u) * (N4 / 2u) + column / 2u] = stored4C(value);
  }`
      : `{
    let place = (firstRow + ${r}u) * N4 + column;
    let low = activate(low${r} + lowBias);
    let high = activate(high${r} + highBias);
    noteOverflow(firstRow + ${r}u, low);
    noteOverflow(firstRow + ${r}u, high);
    c[place] = stored4C(low);
    c[place + 1u] = stored4C(high);
  }`,
  )}
}
`,
  };
}
