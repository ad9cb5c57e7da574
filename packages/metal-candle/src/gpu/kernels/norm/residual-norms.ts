/**
 * What lies between two products of a model whose residual stream is not what the next product reads: one pass over each row.
 *
 *   stream ← residualNorm(stream + outputNorm(projected))
 *   hidden ← inputNorm(stream)
 *
 * Each norm may be missing. The stream is f32 whatever the storage type: nothing bounds it, and models of this kind are known for values far
 * beyond f16's range in it. `projected` is f32 for the same reason. Where every block ends in a LayerNorm of the sum, the stream and what is
 * read are one, and residual-layer-norm.ts serves.
 */
import { linearGrid, type KernelProgram } from "../../device/kernel-program.ts";
import { rowLanes, rowsPerWorkgroup } from "../../wgsl/row-reduction.ts";
import { overflowFlag, storageHeader, type StorageType } from "../../wgsl/storage.ts";
import { binding } from "../../wgsl/text.ts";
import { rowNorms, type RowNorm } from "./row-norm.ts";

export interface ResidualNormsShape {
  /** Of `hidden`. */
  readonly storage: StorageType;
  readonly width: number;
  /** Elements from one row to the next, in all three: a multiple of 4, ≥ width. */
  readonly stride: number;
  /** Whether there is something to add to the stream: not before the first layer. */
  readonly projected: boolean;
  readonly outputNorm: RowNorm | null;
  readonly residualNorm: RowNorm | null;
  readonly inputNorm: RowNorm | null;
}

/**
 * Buffers: stream f32 [rows, stride] in place, hidden [rows, stride], for f16 overflow, projected f32 [rows, stride] where there is one, then
 * for each norm that there is its weight and bias (row-norm.ts), in the order of the shape.
 */
export function residualNormsProgram(shape: ResidualNormsShape): KernelProgram {
  const { storage, width, stride, projected, outputNorm, residualNorm, inputNorm } = shape;
  const norms = { outputNorm, residualNorm, inputNorm };
  const flagAt = 2;
  const projectedAt = storage === "f16" ? 3 : 2;
  const normsAt = projectedAt + (projected ? 1 : 0);
  const named = Object.entries(norms).filter(([, norm]) => norm !== null);
  const apply = (name: keyof typeof norms): string => (norms[name] === null ? "" : `${name}(thread);`);
  const each = (statement: string): string => /* wgsl */ `
  for (var i = 0u; i < PER_LANE; i++) {
    let part = lane + i * LANES;
    if (part < PARTS) { ${statement} }
  }`;
  return {
    label: `residual-norms ${storage} ${width}${named.map(([name, norm]) => ` ${name}/${norm!.kind}`).join("")}`,
    bindings: [
      "read_write",
      "read_write",
      ...(storage === "f16" ? ["read_write" as const] : []),
      ...(projected ? ["read" as const] : []),
      ...named.map(() => "read" as const),
    ],
    code: /* wgsl */ `${storageHeader(storage)}
${binding(0, "read_write", "stream", "vec4f")}
${binding(1, "read_write", "hidden", "Stored4")}
${overflowFlag(storage, flagAt)}
${projected ? binding(projectedAt, "read", "projected", "vec4f") : ""}
${named.map(([name], index) => binding(normsAt + index, "read", `${name}_weights`, "vec4f")).join("\n")}
const STRIDE = ${stride / 4}u;
${rowNorms(width, norms)}
@compute @workgroup_size(${rowLanes * rowsPerWorkgroup})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) thread: u32) {
  let rows = arrayLength(&stream) / STRIDE;
  let index = (group.y * groups.x + group.x) * ROWS + thread / LANES;
  let mine = index < rows;
  let base = min(index, rows - 1u) * STRIDE;
  let lane = thread % LANES;
  ${projected ? `${each("row[i] = projected[base + part];")} ${apply("outputNorm")} ${each("row[i] += stream[base + part];")}` : each("row[i] = stream[base + part];")}
  ${apply("residualNorm")}
  ${projected || residualNorm ? `if (mine) { ${each("stream[base + part] = row[i];")} }` : ""}
  ${apply("inputNorm")}
  if (mine) {
    ${each("noteOverflow(index, row[i]); hidden[base + part] = stored4(row[i]);")}
    for (var part = PARTS + lane; part < STRIDE; part += LANES) { hidden[base + part] = stored4(vec4f(0f)); }
  }
}
`,
  };
}

/** Grid for `rows` rows. */
export function residualNormsGrid(rows: number): [number, number, number] {
  return linearGrid(Math.ceil(rows / rowsPerWorkgroup));
}
