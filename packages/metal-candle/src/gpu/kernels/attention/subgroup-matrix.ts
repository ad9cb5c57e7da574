/**
 * Attention on the adapter's matrix units: the same function as direct.ts, for packed sequences of any length.
 *
 * A workgroup takes one head of `queryRows` consecutive queries of one sequence, one block of matrix.m queries a subgroup; keys pass
 * by in tiles of 32 (16 of large heads) that all its subgroups share. Accumulators cannot be rescaled (WGSL gives no access to their elements), so
 * softmax takes two passes over the keys, and is exact:
 *   1. scores tile by tile, keeping each row's maximum; from the last tile to the first, whose scores the second pass finds
 *   2. scores again, exponentials against that maximum, their sum, context += P · V
 * What the next step needs is on its way into registers while this one computes: waiting for memory was half of this kernel's time.
 * Scores leave the matrix registers through workgroup memory as f32. Little of it means many workgroups at once, which is what this
 * kernel's speed hangs on (heads of 64 went twice as fast with 9 KiB as with 19). So one strip per row serves four times: for the queries
 * until they are operands, for scores, for the weights P on their way back in, and for the result, some columns at a time.
 * Rows past the sequence's end are staged as zero and masked: 0 × NaN would be NaN. Every row's sums have a fixed shape: lane by
 * lane, keys ascending.
 */
import type { SubgroupMatrixConfig } from "../../../encoder/report.ts";
import { batchLayoutConstants } from "../../wgsl/batch-layout.ts";
import { roundUp, type KernelProgram } from "../../device/kernel-program.ts";
import {
  elementsPerStoredWord,
  elementsPerWord,
  emulatedMatrices,
  nativeMatrices,
  putStored,
} from "../../wgsl/subgroup-matrix.ts";
import type { StorageType } from "../../wgsl/storage.ts";
import { binding, constants, floatLiteral, repeat } from "../../wgsl/text.ts";
import { attentionKind, visibility, wholeShape, type AttentionShape } from "./shape.ts";
import { workItem } from "./staging.ts";

export interface MatrixAttention {
  readonly matrix: SubgroupMatrixConfig;
  /** Threads of a subgroup on this adapter. */
  readonly subgroupSize: number;
  /** Subgroups of a workgroup: queryRows = subgroups · matrix.m. */
  readonly subgroups: number;
  /** Plain WGSL instead of matrix units. */
  readonly emulated: boolean;
}

/**
 * Keys of one tile: part of the numerics class, since a row's sum goes lane by lane through each tile. Of large heads (Gemma's have 256
 * elements) fewer, because a thread has a tile's share of keys and of values on their way in registers.
 */
function keyTileOf(headSize: number): number {
  return headSize <= largestUsual ? 32 : 16;
}

/** Largest head that is not a large one, and the largest of all. */
const largestUsual = 128;
const largestHead = 256;

function layoutOf({ matrix, subgroupSize, subgroups, emulated }: MatrixAttention, headSize: number) {
  const perWord = elementsPerWord(matrix);
  const keyTile = keyTileOf(headSize);
  const padded = roundUp(headSize, Math.max(matrix.k, matrix.n));
  const pitch = padded / perWord + 1;
  // Two words more than a row of scores has: four rows of eight floats then lie in different banks.
  const stripPitch = keyTile / 4 + 2;
  const queryRows = subgroups * matrix.m;
  const stripsAt = keyTile * pitch;
  const end = stripsAt + queryRows * stripPitch;
  // Queries are needed in workgroup memory until they are operands, and lie where scores come later; those of large heads also where keys do,
  // which then wait for them. Emulated operands stay there.
  const queriesFirst = !emulated && headSize > largestUsual;
  const queriesAt = emulated ? end : queriesFirst ? 0 : stripsAt;
  const words = Math.max(end, queriesAt + queryRows * pitch);
  const threads = subgroups * subgroupSize;
  return { perWord, keyTile, padded, pitch, stripPitch, queryRows, queriesAt, queriesFirst, stripsAt, words, threads };
}

/** Bytes of workgroup memory that the kernel takes. */
export function matrixAttentionBytes(unit: MatrixAttention, headSize: number): number {
  const { words, threads } = layoutOf(unit, headSize);
  return words * 16 + (unit.emulated ? threads * 4 : 0);
}

/**
 * Whether a head size suits a configuration: whole words, lanes that divide into rows, and at least one word of a tile's weights for
 * each lane of a row (64 lanes on 8 rows of f16 would have half of one). Past 256 a thread would hold more than it has registers.
 */
export function suitsMatrixAttention(
  { matrix, subgroupSize }: MatrixAttention,
  storage: StorageType,
  headSize: number,
): boolean {
  const perWord = elementsPerWord(matrix);
  if (headSize % elementsPerStoredWord(storage) !== 0 || headSize > largestHead || subgroupSize % matrix.m !== 0)
    return false;
  return (keyTileOf(headSize) / perWord) % (subgroupSize / matrix.m) === 0;
}

/** Buffers as in direct.ts. */
export function matrixAttentionProgram(given: AttentionShape, unitShape: MatrixAttention): KernelProgram {
  const shape = wholeShape(given);
  const { storage, heads, headSize, scale, qkvStride, contextStride, longest, relativePositionBuckets, window } = shape;
  const { firstKey, endKey, sees4 } = visibility(given);
  const ranged = shape.causal || window !== null;
  const { matrix, subgroupSize, emulated } = unitShape;
  const layout = layoutOf(unitShape, headSize);
  const { perWord, keyTile, padded, pitch, stripPitch, queryRows, queriesAt, stripsAt, threads } = layout;
  const unit = emulated ? emulatedMatrices(matrix, subgroupSize) : nativeMatrices(matrix);
  // Words of memory hold as many elements as operands' words, or twice as many where f16 is widened on its way to f32 units.
  const perStored = elementsPerStoredWord(storage);
  const widening = perStored / perWord;
  const relative = relativePositionBuckets !== null;
  const lanesPerRow = subgroupSize / matrix.m;
  const steps = padded / matrix.k;
  const scoreBlocks = keyTile / matrix.n;
  const contextBlocks = padded / matrix.n;
  // The context leaves by the strips, as many columns at a time as they have.
  const turnColumns = Math.min(padded, keyTile);
  const turns = Math.ceil(padded / turnColumns);
  const storeTurn = (turn: number): string =>
    repeat(Math.min(turnColumns, padded - turn * turnColumns) / matrix.n, (j) =>
      unit.store(`context${(turn * turnColumns) / matrix.n + j}`, `stripAt + ${(j * matrix.n) / 4}u`, "STRIP_PITCH"),
    );
  const wordsOfTurn = (turn: number): number => Math.min(turnColumns, headSize - turn * turnColumns) / perStored;
  // A lane's parts of its row: vec4 columns lane, lane + lanesPerRow, … of the tile. Weights are packed perWord at a time.
  const groups = keyTile / perWord / lanesPerRow;
  const quads = perWord / 4;
  const score = (quad: string): string =>
    /* wgsl */ `scoresAt(stripRow, ${place("tile")}, rowInGroup, ${quad}, keys, firstQuery, head)`;
  const packed = (halves: boolean): string =>
    halves
      ? /* wgsl */ `vec4u(pack2x16float(w0.xy), pack2x16float(w0.zw), pack2x16float(w1.xy), pack2x16float(w1.zw))`
      : /* wgsl */ `bitcast<vec4u>(w0)`;
  // Rows go from the buffer into registers, all at once, and from there into workgroup memory: a load in a branch, or before a
  // store that it might depend on, is waited for alone.
  const paddedWords = padded / perStored;
  const shares = (rows: number): number => Math.ceil((rows * paddedWords) / threads);
  const declare = (name: string, rows: number): string => repeat(shares(rows), (i) => `var ${name}${i}: vec4u;`);
  const fetch = (name: string, rows: number, source: string, left: string): string =>
    repeat(shares(rows), (i) => `${name}${i} = fetchWord(thread + ${i * threads}u, ${source}, ${left});`);
  const put = (name: string, rows: number, at: string): string =>
    repeat(shares(rows), (i) => {
      const statement = `putWord(${at}, thread + ${i * threads}u, ${name}${i});`;
      return (i + 1) * threads <= rows * paddedWords
        ? statement
        : `if (thread + ${i * threads}u < ${rows * paddedWords}u) { ${statement} }`;
    });
  // Tiles are counted from the first that a query of the workgroup sees.
  const place = (tile: string): string => (window === null ? tile : `firstTile + ${tile}`);
  const keyColumns = shape.group === 1 ? "columns" : "keyColumns";
  const fetchTile = (name: string, part: string, tile: string): string =>
    fetch(
      name,
      keyTile,
      `${keyColumns} + ${part} + (${place(tile)}) * KEY_TILE * QKV`,
      `keys - (${place(tile)}) * KEY_TILE`,
    );
  return {
    label: `attention/subgroup-matrix ${queryRows} queries ${storage} ${heads}x${headSize}${attentionKind(given)}`,
    bindings: relative ? ["read", "read", "read_write", "read"] : ["read", "read", "read_write"],
    code: /* wgsl */ `${unit.directives}
${batchLayoutConstants}
${constants({
  QKV: qkvStride / perStored,
  CONTEXT: contextStride / perStored,
  HEAD_WORDS: headSize / perStored,
  PADDED_WORDS: padded / perStored,
  HEADS: heads,
  KEYS_AT: shape.keysAt / perStored,
  VALUES_AT: shape.valuesAt / perStored,
  LONGEST: longest,
  THREADS: threads,
  QUERY_ROWS: queryRows,
  KEY_TILE: keyTile,
  PITCH: pitch,
  STRIP_PITCH: stripPitch,
  LANES_PER_ROW: lanesPerRow,
})}
const SCALE = ${floatLiteral(scale)};
${binding(0, "read", "batch", "u32")}
${binding(1, "read", "qkv", "vec4u")}
${binding(2, "read_write", "context", "vec4u")}
${relative ? binding(3, "read", "relativeBias", "f32") : ""}
var<workgroup> stage: array<vec4u, ${layout.words}>;
${unit.declarations}
${unit.laneMemory(threads)}

// One word of rows of Q, K or V: zero past the sequence's end and past the head's own columns.
fn fetchWord(i: u32, source: u32, left: u32) -> vec4u {
  let row = i / PADDED_WORDS;
  let word = i % PADDED_WORDS;
  let value = qkv[source + min(row, left - 1u) * QKV + min(word, HEAD_WORDS - 1u)];
  return select(vec4u(0u), value, row < left && word < HEAD_WORDS);
}

fn putWord(at: u32, i: u32, value: vec4u) {
  let place = at + (i / PADDED_WORDS) * PITCH + i % PADDED_WORDS${widening === 1 ? "" : ` * ${widening}u`};
  ${putStored(storage, matrix, "place", "value")}
}

// Four scaled scores of one row, -3e38 for keys past the end and for those that it does not see.
fn scoresAt(stripRow: u32, tile: u32, query: u32, quad: u32, keys: u32, firstQuery: u32, head: u32) -> vec4f {
  let key = tile * KEY_TILE + quad * 4u;
  var scores = bitcast<vec4f>(stage[stripRow + quad]) * SCALE;
  ${
    relative
      ? /* wgsl */ `
  let distance = key + LONGEST - 1u - min(firstQuery + query, keys - 1u);
  for (var i = 0u; i < 4u; i++) { if (key + i < keys) { scores[i] += relativeBias[(distance + i) * HEADS + head]; } }`
      : ""
  }
  ${
    sees4 === ""
      ? `return select(vec4f(-3e38f), scores, vec4u(key, key + 1u, key + 2u, key + 3u) < vec4u(keys));`
      : seen(sees4)
  }
}

@compute @workgroup_size(${threads})
fn main(@builtin(workgroup_id) group: vec3u, ${unit.parameters} @builtin(local_invocation_index) thread: u32) {
  ${unit.prologue}
  ${workItem}
  let head = group.y;
  let rowInGroup = subgroup * ${matrix.m}u + lane / LANES_PER_ROW;
  let laneInRow = lane % LANES_PER_ROW;
  let busy = firstQuery + subgroup * ${matrix.m}u < keys;
  let queriesAt = ${queriesAt}u + subgroup * ${matrix.m * pitch}u;
  let stripAt = ${stripsAt}u + subgroup * ${matrix.m * stripPitch}u;
  let stripRow = ${stripsAt}u + rowInGroup * STRIP_PITCH;
  let columns = start * QKV + head * HEAD_WORDS;
  ${shape.group === 1 ? "" : `let keyColumns = start * QKV + (head / ${shape.group}u) * HEAD_WORDS;`}
  ${ranged ? `let lastQuery = min(firstQuery + QUERY_ROWS, keys) - 1u;` : ""}
  ${window === null ? "" : `let firstTile = (${firstKey("firstQuery")}) / KEY_TILE;`}
  let tiles = (${ranged ? endKey("lastQuery") : "keys"} + KEY_TILE - 1u) / KEY_TILE${window === null ? "" : " - firstTile"};
  ${declare("query", queryRows)}
  ${declare("key", keyTile)}
  ${declare("value", keyTile)}
  ${fetch("query", queryRows, "columns + firstQuery * QKV", "keys - firstQuery")}
  ${fetchTile("key", "KEYS_AT", "tiles - 1u")}
  if (tiles == 1u) { ${fetchTile("value", "VALUES_AT", "0u")} }
  ${put("query", queryRows, `${queriesAt}u`)}
  ${layout.queriesFirst ? "" : put("key", keyTile, "0u")}
  workgroupBarrier();
  ${repeat(steps, (s) => unit.left(`queries${s}`, `queriesAt + ${(s * matrix.k) / perWord}u`, "PITCH"))}
  workgroupBarrier();
  ${layout.queriesFirst ? `${put("key", keyTile, "0u")} workgroupBarrier();` : ""}

  // From the last tile to the first, whose scores are then still there for the second pass.
  var largest = -3e38f;
  for (var left = tiles; left > 0u; left--) {
    if (left > 1u) { ${fetchTile("key", "KEYS_AT", "left - 2u")} }
    if (left == 2u) { ${fetchTile("value", "VALUES_AT", "0u")} }
    if (busy) { ${scoresOfTile(unit, matrix, steps, scoreBlocks, layout)} }
    workgroupBarrier();
    if (left > 1u) { ${put("key", keyTile, "0u")} }
    if (busy) {
      for (var part = laneInRow; part < ${keyTile / 4}u; part += LANES_PER_ROW) {
        let scores = scoresAt(stripRow, ${place("left - 1u")}, rowInGroup, part, keys, firstQuery, head);
        largest = max(largest, max(max(scores.x, scores.y), max(scores.z, scores.w)));
      }
    }
    if (left > 1u) { workgroupBarrier(); }
  }
  ${unit.publish("largest")}
  for (var i = 0u; i < LANES_PER_ROW; i++) { largest = max(largest, ${unit.published("largest", "lane - laneInRow + i")}); }

  var sum = 0f;
  ${repeat(contextBlocks, (j) => unit.accumulator(`context${j}`))}
  for (var tile = 0u; tile < tiles; tile++) {
    if (tile > 0u) {
      workgroupBarrier();
      ${put("key", keyTile, "0u")}
      workgroupBarrier();
      if (busy) { ${scoresOfTile(unit, matrix, steps, scoreBlocks, layout)} }
      workgroupBarrier();
    }
    ${put("value", keyTile, "0u")}
    if (tile + 1u < tiles) {
      ${fetchTile("key", "KEYS_AT", "tile + 1u")}
      ${fetchTile("value", "VALUES_AT", "tile + 1u")}
    }
    ${repeat(groups, (g) => `var packed${g}: vec4u;`)}
    if (busy) {
      ${repeat(
        groups,
        (g) => `{
        let word = laneInRow + ${g * lanesPerRow}u;
        ${repeat(
          quads,
          (q) => `let s${q} = ${score(`word * ${quads}u + ${q}u`)};
        let w${q} = select(vec4f(0f), exp(s${q} - largest), s${q} > vec4f(-1e38f));
        sum += ((w${q}.x + w${q}.y) + w${q}.z) + w${q}.w;`,
        )}
        packed${g} = ${packed(matrix.component === "f16")};
      }`,
      )}
    }
    workgroupBarrier();
    // The row's scores have been read by all its lanes: its weights take their place.
    if (busy) { ${repeat(groups, (g) => `stage[stripRow + laneInRow + ${g * lanesPerRow}u] = packed${g};`)} }
    workgroupBarrier();
    if (busy) {
      for (var step = 0u; step < ${keyTile / matrix.k}u; step++) {
        ${unit.left("weights", `stripAt + step * ${matrix.k / perWord}u`, "STRIP_PITCH")}
        ${repeat(
          contextBlocks,
          (j) => `{
          ${unit.right("values", `step * ${matrix.k * pitch}u + ${(j * matrix.n) / perWord}u`, "PITCH", false)}
          ${unit.multiplyAccumulate(`context${j}`, "weights", "values")}
        }`,
        )}
      }
    }
  }
  ${unit.publish("sum")}
  var total = 0f;
  for (var i = 0u; i < LANES_PER_ROW; i++) { total += ${unit.published("sum", "lane - laneInRow + i")}; }
  let share = 1f / total;
  let base = (start + firstQuery + rowInGroup) * CONTEXT + head * HEAD_WORDS;
  ${repeat(
    turns,
    (turn) => `
  workgroupBarrier();
  if (busy) { ${storeTurn(turn)} }
  workgroupBarrier();
  if (firstQuery + rowInGroup < keys) {
    for (var word = laneInRow; word < ${wordsOfTurn(turn)}u; word += LANES_PER_ROW) {
      ${repeat(perStored / 4, (q) => `let w${q} = bitcast<vec4f>(stage[stripRow + word * ${perStored / 4}u + ${q}u]) * share;`)}
      context[base + ${(turn * turnColumns) / perStored}u + word] = ${packed(storage === "f16")};
    }
  }`,
  )}
}
`,
  };
}

/** The end of scoresAt where a query does not see every key. */
function seen(sees4: string): string {
  return /* wgsl */ `{
    let query = vec4u(min(firstQuery + query, keys - 1u));
    let key = vec4u(key, key + 1u, key + 2u, key + 3u);
    return select(vec4f(-3e38f), scores, (key < vec4u(keys)) & ${sees4});
  }`;
}

/** Q · Kᵀ of one tile into the subgroup's strip. */
function scoresOfTile(
  unit: ReturnType<typeof nativeMatrices>,
  matrix: SubgroupMatrixConfig,
  steps: number,
  blocks: number,
  { perWord, pitch }: ReturnType<typeof layoutOf>,
): string {
  return /* wgsl */ `
      ${repeat(
        blocks,
        (j) => `{
        ${unit.accumulator("score")}
        ${repeat(
          steps,
          (s) => `{
          ${unit.right("block", `${j * matrix.n * pitch + (s * matrix.k) / perWord}u`, "PITCH", true)}
          ${unit.multiplyAccumulate("score", `queries${s}`, "block")}
        }`,
        )}
        ${unit.store("score", `stripAt + ${(j * matrix.n) / 4}u`, "STRIP_PITCH")}
      }`,
      )}`;
}
