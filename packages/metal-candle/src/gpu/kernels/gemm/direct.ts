/**
 * GEMM straight from memory: each thread owns 8 rows × 4 columns in registers (8 of a gated product: its gate's and up's); no workgroup
 * memory, no barriers.
 *
 * The plain kernel that the others are compared with. Adjacent threads read adjacent columns of W; all threads of a workgroup have
 * the same rows of A, so each value of it is one load for all of them. On software adapters, where workgroup memory is ordinary
 * memory, nothing is faster: SwiftShader computes in 16 × 8 a thread no faster, and takes ten times as long to compile that.
 */
import { overflowFlag, storageHeader } from "../../wgsl/storage.ts";
import { activationFunction } from "../../wgsl/activations.ts";
import { binding, constants, repeat } from "../../wgsl/text.ts";
import { gemmBindings, outputBinding, outputStorage, productName, type GemmProgram, type GemmShape } from "./shape.ts";

const threadRows = 8;
const tileColumns = 128;

/** Buffers: A, W, bias, C (see gemm.ts). */
export function directGemm(shape: GemmShape): GemmProgram {
  const { storage, n, k, activation, gated } = shape;
  const output = outputStorage(shape);
  // Of four columns each.
  const vectors = gated ? 2 : 1;
  const threads = tileColumns / (4 * vectors);
  return {
    label: `gemm/direct ${productName(shape)}`,
    tileRows: threadRows,
    tileColumns,
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
  let column = (group.x * ${threads}u + thread) * ${vectors}u;
  let firstRow = group.y * ${threadRows}u;
  ${repeat(threadRows, (r) => `${repeat(vectors, (v) => `var sum${r}_${v} = vec4f(0f);`)} let row${r} = (firstRow + ${r}u) * K4;`)}
  for (var k = 0u; k < K4; k++) {
    ${repeat(threadRows, (r) => `let a${r} = vec4f(a[row${r} + k]);`)}
    var source = k * 4u * N4 + column;
    ${repeat(
      4,
      (step) => `{
      ${repeat(vectors, (v) => `let w${v} = vec4f(w[source + ${v}u]);`)}
      ${repeat(threadRows, (r) => repeat(vectors, (v) => `sum${r}_${v} = fma(vec4f(a${r}[${step}]), w${v}, sum${r}_${v});`))}
      source += N4;
    }`,
    )}
  }
  ${repeat(vectors, (v) => `let bias${v} = bias[column + ${v}u];`)}
  ${repeat(threadRows, (r) =>
    gated
      ? `{
    let value = activate(sum${r}_0 + bias0) * (sum${r}_1 + bias1);
    noteOverflow(firstRow + ${r}u, value);
    c[(firstRow + ${r}u) * (N4 / 2u) + column / 2u] = stored4C(value);
  }`
      : `{
    let value = activate(sum${r}_0 + bias0);
    noteOverflow(firstRow + ${r}u, value);
    c[(firstRow + ${r}u) * N4 + column] = stored4C(value);
  }`,
  )}
}
`,
  };
}
