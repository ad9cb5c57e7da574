/**
 * GEMM on the adapter's matrix units: f16 or f32 operands, f32 accumulators, fused epilogue. Where memory holds f16 and the units take f32 (Apple's),
 * values are widened on their way into workgroup memory.
 *
 * Per step of `depth`: tiles of A [rows, depth] and of the weight go to workgroup memory (the next step's are fetched into registers
 * meanwhile), each subgroup multiplies its subgroupRows × subgroupColumns block from there. At the end the accumulators pass
 * through workgroup memory, strip by strip, where bias and activation are applied and the result is packed: WGSL gives no access
 * to a matrix's elements. One stage, with register prefetch: two stages in workgroup memory, and wider strips
 * in the epilogue, measured slower: more workgroup memory means fewer workgroups at once (34 KiB: 131 TFLOP/s, 20 KiB: 200).
 *
 * Everything in memory is raw vec4<u32>, so one workgroup array serves the operands and the f32 epilogue.
 */
import type { SubgroupMatrixConfig } from "../../../encoder/report.ts";
import { activationFunction } from "../../wgsl/activations.ts";
import {
  elementsPerStoredWord,
  elementsPerWord,
  emulatedMatrices,
  nativeMatrices,
  putStored,
} from "../../wgsl/subgroup-matrix.ts";
import { overflowFlag, type StorageType } from "../../wgsl/storage.ts";
import { binding, constants, repeat } from "../../wgsl/text.ts";
import { gemmBindings, outputStorage, productName, type GemmProgram, type GemmShape } from "./shape.ts";

export interface SubgroupMatrixTile {
  readonly rows: number;
  readonly columns: number;
  readonly depth: number;
  /** The block of one subgroup. */
  readonly subgroupRows: number;
  readonly subgroupColumns: number;
  readonly matrix: SubgroupMatrixConfig;
  /** Threads of a subgroup on this adapter (its minimum and maximum must be the same). */
  readonly subgroupSize: number;
  /** Plain WGSL instead of matrix units: for executing a configuration that no adapter here has. */
  readonly emulated: boolean;
}

/** Bytes of workgroup memory that a tile takes. */
export function subgroupMatrixBytes(tile: SubgroupMatrixTile): number {
  return layoutOf(tile).words * 16;
}

function layoutOf(tile: SubgroupMatrixTile) {
  const { rows, columns, depth, subgroupRows, subgroupColumns, matrix, subgroupSize } = tile;
  const perWord = elementsPerWord(matrix);
  const depthWords = depth / perWord;
  // One word of padding a row keeps rows out of each other's banks; two measured 15 % slower.
  const pitch = depthWords + 1;
  const subgroups = (rows / subgroupRows) * (columns / subgroupColumns);
  const stripPitch = subgroupColumns / 4 + 1;
  const strip = matrix.m * stripPitch;
  return {
    perWord,
    depthWords,
    pitch,
    stripPitch,
    strip,
    threads: subgroups * subgroupSize,
    weightAt: rows * pitch,
    words: Math.max((rows + columns) * pitch, strip * subgroups),
  };
}

/** Buffers: A, W [n, k] (PyTorch's own order: see weightLayout in gemm.ts), bias, C. */
export function subgroupMatrixGemm(shape: GemmShape, tile: SubgroupMatrixTile): GemmProgram {
  const { n, k, activation, gated } = shape;
  const { rows, columns, depth, subgroupRows, subgroupColumns, matrix, subgroupSize, emulated } = tile;
  const { storage } = shape;
  const { perWord, depthWords, pitch, stripPitch, strip, threads, weightAt, words } = layoutOf(tile);
  // Words of memory: as many as of operands, or half as many where f16 is widened on its way to f32 units.
  const perStored = elementsPerStoredWord(storage);
  const depthStored = depth / perStored;
  const widening = perStored / perWord;
  const unit = emulated ? emulatedMatrices(matrix, subgroupSize) : nativeMatrices(matrix);
  const down = rows / subgroupRows;
  const blocksDown = subgroupRows / matrix.m;
  const blocksAcross = subgroupColumns / matrix.n;
  const copiesA = (rows * depthStored) / threads;
  const copiesW = (columns * depthStored) / threads;
  const place = (i: number): string => `(thread + ${i * threads}u)`;
  const fetch = (at: string): string => `
    ${repeat(copiesA, (i) => `nextA${i} = a[(firstRow + ${place(i)} / ${depthStored}u) * K_WORDS + ${at} + ${place(i)} % ${depthStored}u];`)}
    ${repeat(copiesW, (i) => `nextW${i} = w[(firstColumn + ${place(i)} / ${depthStored}u) * K_WORDS + ${at} + ${place(i)} % ${depthStored}u];`)}`;
  const keep = (base: string, count: number, name: string): string =>
    repeat(count, (i) => {
      const column = `${place(i)} % ${depthStored}u${widening === 1 ? "" : ` * ${widening}u`}`;
      const at = `${base} + (${place(i)} / ${depthStored}u) * ${pitch}u + ${column}`;
      return putStored(storage, matrix, at, `${name}${i}`);
    });
  const output = outputStorage(shape);
  const halves = output === "f16";
  const outputsPerWord = halves ? 8 : 4;
  // Columns of the product that make one word of C.
  const columnsPerWord = gated ? 2 * outputsPerWord : outputsPerWord;
  const stripWords = (matrix.m * subgroupColumns) / columnsPerWord;
  const quad = (i: number): string => {
    const at = (offset: number): string => (offset === 0 ? "" : ` + ${offset}u`);
    const value = (offset: number): string => `bitcast<vec4f>(stage[source${at(offset)}]) + bias[column${at(offset)}]`;
    return gated ? `activate(${value(2 * i)}) * (${value(2 * i + 1)})` : `activate(${value(i)})`;
  };
  const finish = halves
    ? /* wgsl */ `
      let wideLow = ${quad(0)};
      let wideHigh = ${quad(1)};
      noteOverflow(placed, wideLow);
      noteOverflow(placed, wideHigh);
      let low = clamp(wideLow, vec4f(-65504f), vec4f(65504f));
      let high = clamp(wideHigh, vec4f(-65504f), vec4f(65504f));
      let packed = vec4u(pack2x16float(low.xy), pack2x16float(low.zw), pack2x16float(high.xy), pack2x16float(high.zw));`
    : /* wgsl */ `let packed = bitcast<vec4u>(${quad(0)});`;
  return {
    label: `gemm/subgroup-matrix ${rows}x${columns}x${depth} ${productName(shape)}`,
    tileRows: rows,
    tileColumns: columns,
    bindings: gemmBindings(shape),
    code: /* wgsl */ `${unit.directives}
${binding(0, "read", "a", "vec4u")}
${binding(1, "read", "w", "vec4u")}
${binding(2, "read", "bias", "vec4f")}
${binding(3, "read_write", "c", "vec4u")}
${constants({ K_WORDS: k / perStored, N_WORDS: n / columnsPerWord, DEPTH: depthStored })}
var<workgroup> stage: array<vec4u, ${words}>;
${unit.declarations}
${overflowFlag(output, 4)}
${activationFunction(activation)}
@compute @workgroup_size(${threads})
fn main(@builtin(workgroup_id) group: vec3u, ${unit.parameters} @builtin(local_invocation_index) thread: u32) {
  ${unit.prologue}
  let firstRow = group.y * ${rows}u;
  let firstColumn = group.x * ${columns}u;
  let subgroupRow = (subgroup % ${down}u) * ${subgroupRows}u;
  let subgroupColumn = (subgroup / ${down}u) * ${subgroupColumns}u;
  ${repeat(blocksDown, (i) => repeat(blocksAcross, (j) => unit.accumulator(`sum${i}_${j}`)))}
  ${repeat(copiesA, (i) => `var nextA${i}: vec4u;`)}
  ${repeat(copiesW, (i) => `var nextW${i}: vec4u;`)}
  ${fetch("0u")}
  for (var at = 0u; at < K_WORDS; at += DEPTH) {
    workgroupBarrier();
    ${keep("0u", copiesA, "nextA")}
    ${keep(`${weightAt}u`, copiesW, "nextW")}
    workgroupBarrier();
    let ahead = min(at + DEPTH, K_WORDS - DEPTH);
    ${fetch("ahead")}
    for (var step = 0u; step < ${depthWords}u; step += ${matrix.k / perWord}u) {
      ${repeat(blocksDown, (i) => unit.left(`left${i}`, `(subgroupRow + ${i * matrix.m}u) * ${pitch}u + step`, `${pitch}u`))}
      ${repeat(
        blocksAcross,
        (j) => `{
        ${unit.right("right", `${weightAt}u + (subgroupColumn + ${j * matrix.n}u) * ${pitch}u + step`, `${pitch}u`, true)}
        ${repeat(blocksDown, (i) => unit.multiplyAccumulate(`sum${i}_${j}`, `left${i}`, "right"))}
      }`,
      )}
    }
  }
  let stripAt = subgroup * ${strip}u;
  ${repeat(
    blocksDown,
    (i) => `
  workgroupBarrier();
  ${repeat(blocksAcross, (j) => unit.store(`sum${i}_${j}`, `stripAt + ${(j * matrix.n) / 4}u`, `${stripPitch}u`))}
  workgroupBarrier();
  for (var item = lane; item < ${stripWords}u; item += ${subgroupSize}u) {
    let row = item / ${subgroupColumns / columnsPerWord}u;
    let word = item % ${subgroupColumns / columnsPerWord}u;
    let source = stripAt + row * ${stripPitch}u + word * ${columnsPerWord / 4}u;
    let column = (firstColumn + subgroupColumn) / 4u + word * ${columnsPerWord / 4}u;
    let placed = firstRow + subgroupRow + ${i * matrix.m}u + row;
    ${finish}
    c[placed * N_WORDS + (firstColumn + subgroupColumn) / ${columnsPerWord}u + word] = packed;
  }`,
  )}
}
`,
  };
}

/** Accumulators of one subgroup: more of them spill, and take drivers a minute to compile. */
const mostAccumulators = 16;

/**
 * Tiles for a configuration, best first. 128×128×32 with four subgroups of 64×64 won on an H200; the smaller ones suit fewer rows,
 * smaller workgroup memory and other vendors. All members of one configuration give the same bits.
 */
export function subgroupMatrixTiles(
  matrix: SubgroupMatrixConfig,
  subgroupSize: number,
  workgroupBytes: number,
  workgroupThreads: number,
  emulated = false,
  storage: StorageType = matrix.component === "f16" ? "f16" : "f32",
): SubgroupMatrixTile[] {
  const step = matrix.component === "f16" ? 32 : 16;
  const shapes = [
    [128, 128, step, 64, 64],
    [64, 64, step, 32, 32],
    [64, 128, step, 32, 64],
    [128, 128, step, 32, 64],
    [128, 64, step, 64, 32],
    [64, 64, 2 * step, 32, 32],
    [32, 64, step, 16, 32],
    [32, 64, 2 * step, 16, 32],
    [32, 32, step, 16, 16],
    [32, 32, 4 * step, 16, 16],
  ];
  return shapes
    .map(([rows, columns, depth, subgroupRows, subgroupColumns]) => {
      return { rows, columns, depth, subgroupRows, subgroupColumns, matrix, subgroupSize, emulated };
    })
    .filter((tile) => {
      const { threads } = layoutOf(tile);
      const stored = tile.depth / elementsPerStoredWord(storage);
      const whole = (tile.rows * stored) % threads === 0 && (tile.columns * stored) % threads === 0;
      const fits = tile.subgroupRows % matrix.m === 0 && tile.subgroupColumns % matrix.n === 0;
      const accumulators = (tile.subgroupRows / matrix.m) * (tile.subgroupColumns / matrix.n);
      return (
        whole &&
        fits &&
        accumulators <= mostAccumulators &&
        threads <= workgroupThreads &&
        subgroupMatrixBytes(tile) <= workgroupBytes
      );
    });
}
