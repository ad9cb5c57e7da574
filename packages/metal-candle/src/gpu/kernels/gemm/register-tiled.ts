/**
 * GEMM with tiles of A and W in workgroup memory, and a block of C in each thread's registers.
 *
 * Per step of `depth`: the workgroup copies A's tile [rows, depth] and W's tile [depth, columns] (next step's tiles are fetched
 * into registers while this step is multiplied), then each thread multiplies threadRows × threadColumns outputs. The same fma
 * order as direct.ts, hence the same bits. A step is written out: as a loop it took a quarter longer on an H200.
 */
import { overflowFlag, storageHeader } from "../../wgsl/storage.ts";
import { activationFunction } from "../../wgsl/activations.ts";
import { binding, constants, repeat } from "../../wgsl/text.ts";
import { gemmBindings, outputBinding, outputStorage, productName, type GemmProgram, type GemmShape } from "./shape.ts";

export interface RegisterTile {
  readonly rows: number;
  readonly columns: number;
  readonly depth: number;
  /** Outputs of one thread; columns in multiples of 4. */
  readonly threadRows: number;
  readonly threadColumns: number;
}

/** Tiles that autotune may choose from, the first being the usual one. All fit 16 KiB and 256 threads. */
export const registerTiles: readonly RegisterTile[] = [
  { rows: 64, columns: 64, depth: 16, threadRows: 8, threadColumns: 4 },
  { rows: 64, columns: 128, depth: 16, threadRows: 8, threadColumns: 8 },
  { rows: 64, columns: 64, depth: 16, threadRows: 8, threadColumns: 8 },
  { rows: 128, columns: 64, depth: 16, threadRows: 8, threadColumns: 8 },
  { rows: 32, columns: 32, depth: 32, threadRows: 4, threadColumns: 4 },
];

/** Buffers: A, W, bias, C (see gemm.ts). */
export function registerTiledGemm(shape: GemmShape, tile: RegisterTile): GemmProgram {
  const { storage, n, k, activation, gated } = shape;
  const output = outputStorage(shape);
  const { rows, columns, depth, threadRows, threadColumns } = tile;
  const across = columns / threadColumns;
  const threads = (rows / threadRows) * across;
  const quads = threadColumns / 4;
  const depth4 = depth / 4;
  const columns4 = columns / 4;
  const copiesA = (rows * depth4) / threads;
  const copiesW = (depth * columns4) / threads;
  // One vec4 of padding a row keeps threads of one column from reading the same bank.
  const pitchA = depth4 + 1;
  // Threads' rows and columns lie in turn, not side by side: neighbours then read neighbouring rows and vec4s, from banks of their own. The two
  // vec4s of a gate and its value stay together.
  const down = rows / threadRows;
  const row = (r: number): string => `(mineRow + ${r * down}u)`;
  const quad = (q: number): string =>
    gated ? `((mineColumn + ${Math.floor(q / 2) * across}u) * 2u + ${q % 2}u)` : `(mineColumn + ${q * across}u)`;
  const fetch = (at: string): string => `
    ${repeat(copiesA, (i) => `nextA${i} = vec4f(a[(firstRow + (thread + ${i * threads}u) / ${depth4}u) * K4 + ${at} / 4u + (thread + ${i * threads}u) % ${depth4}u]);`)}
    ${repeat(copiesW, (i) => `nextW${i} = vec4f(w[(${at} + (thread + ${i * threads}u) / ${columns4}u) * N4 + firstColumn + (thread + ${i * threads}u) % ${columns4}u]);`)}`;
  return {
    label: `gemm/register-tiled ${rows}x${columns}x${depth} ${productName(shape)}`,
    tileRows: rows,
    tileColumns: columns,
    bindings: gemmBindings(shape),
    code: /* wgsl */ `${storageHeader(storage)}
${binding(0, "read", "a", "Stored4")}
${binding(1, "read", "w", "Stored4")}
${binding(2, "read", "bias", "vec4f")}
${outputBinding(shape)}
${constants({ K: k, K4: k / 4, N4: n / 4, DEPTH: depth })}
var<workgroup> tileA: array<vec4f, ${rows * pitchA}>;
var<workgroup> tileW: array<vec4f, ${depth * columns4}>;
${overflowFlag(output, 4)}
${activationFunction(activation)}
@compute @workgroup_size(${threads})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) thread: u32) {
  let firstRow = group.y * ${rows}u;
  let firstColumn = group.x * ${columns4}u;
  let mineRow = thread / ${across}u;
  let mineColumn = thread % ${across}u;
  ${repeat(threadRows, (r) => repeat(quads, (q) => `var sum${r}_${q} = vec4f(0f);`))}
  ${repeat(copiesA, (i) => `var nextA${i}: vec4f;`)}
  ${repeat(copiesW, (i) => `var nextW${i}: vec4f;`)}
  ${fetch("0u")}
  for (var at = 0u; at < K; at += DEPTH) {
    workgroupBarrier();
    ${repeat(copiesA, (i) => `tileA[((thread + ${i * threads}u) / ${depth4}u) * ${pitchA}u + (thread + ${i * threads}u) % ${depth4}u] = nextA${i};`)}
    ${repeat(copiesW, (i) => `tileW[thread + ${i * threads}u] = nextW${i};`)}
    workgroupBarrier();
    let ahead = min(at + DEPTH, K - DEPTH);
    ${fetch("ahead")}
    ${repeat(
      depth4,
      (k4) => `{
      ${repeat(threadRows, (r) => `let a${r} = tileA[${row(r)} * ${pitchA}u + ${k4}u];`)}
      ${repeat(
        4,
        (step) => `{
        ${repeat(quads, (q) => `let w${q} = tileW[${(k4 * 4 + step) * columns4}u + ${quad(q)}];`)}
        ${repeat(threadRows, (r) => repeat(quads, (q) => `sum${r}_${q} = fma(vec4f(a${r}[${step}]), w${q}, sum${r}_${q});`))}
      }`,
      )}
    }`,
    )}
  }
  ${repeat(quads, (q) => `let bias${q} = bias[firstColumn + ${quad(q)}];`)}
  ${repeat(threadRows, (r) =>
    repeat(gated ? quads / 2 : quads, (q) =>
      gated
        ? `{
    let value = activate(sum${r}_${2 * q} + bias${2 * q}) * (sum${r}_${2 * q + 1} + bias${2 * q + 1});
    noteOverflow(firstRow + ${row(r)}, value);
    c[(firstRow + ${row(r)}) * (N4 / 2u) + firstColumn / 2u + mineColumn + ${q * across}u] = stored4C(value);
  }`
        : `{
    let value = activate(sum${r}_${q} + bias${q});
    noteOverflow(firstRow + ${row(r)}, value);
    c[(firstRow + ${row(r)}) * N4 + firstColumn + ${quad(q)}] = stored4C(value);
  }`,
    ),
  )}
}
`,
  };
}
