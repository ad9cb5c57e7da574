/**
 * What happens to queries and keys between their product and attention, in place over the rows of Q|K|V: a norm over each head where the model
 * has one, then the rotary position embedding.
 *
 * A head lies as [first half of what turns | second half | what stays], each filled up to whole vec4s (run/attention-heads.ts), so elements i
 * and i + half of a pair are the same element of two vec4s. Cosines and sines come from a table by position that the host makes, because a
 * GPU's own sine of an angle in the thousands is anybody's guess.
 */
import { batchLayoutConstants } from "../../wgsl/batch-layout.ts";
import { linearGrid, type KernelProgram } from "../../device/kernel-program.ts";
import { rowLanes, rowReductions, rowsPerWorkgroup, partAlias } from "../../wgsl/row-reduction.ts";
import { overflowFlag, storageHeader, type StorageType } from "../../wgsl/storage.ts";
import { binding, constants, floatLiteral } from "../../wgsl/text.ts";
import type { RowNorm } from "../norm/row-norm.ts";

export interface RotaryShape {
  readonly storage: StorageType;
  readonly heads: number;
  readonly keyValueHeads: number;
  /** As heads lie in memory: a multiple of 4. */
  readonly headSize: number;
  /** Elements of a head of the model: what a norm's mean divides by. */
  readonly normSize: number;
  /** Of the part that turns, as it lies in memory: a multiple of 4; 0 where nothing turns. */
  readonly half: number;
  readonly qkvStride: number;
  /** Rows of the table. */
  readonly longest: number;
  /** Of queries and of keys alike, each with weights of its own. A LayerNorm wants heads that are not filled up. */
  readonly norm: RowNorm | null;
}

const threads = rowLanes * rowsPerWorkgroup;

/**
 * Buffers: batch, qkv [rows, qkvStride] in place, for f16 overflow, where something turns the table f32 [longest, 2, half] (cosines, then
 * sines), and with a norm f32 [2, 2, headSize] (of queries, then of keys: weight, bias).
 */
export function rotaryProgram(shape: RotaryShape): KernelProgram {
  const { storage, heads, keyValueHeads, headSize, normSize, half, qkvStride, longest, norm } = shape;
  const flag = storage === "f16" ? 1 : 0;
  const turns = half > 0;
  const head4 = headSize / 4;
  const half4 = half / 4;
  // Parts of one head that a lane takes at a time: a pair of vec4s that turn together, then each vec4 that stays.
  const pairs = half4;
  const units = half4 + (head4 - 2 * half4);
  const perLane = Math.ceil(units / rowLanes);
  const rotate = /* wgsl */ `
      let cosine = table[turn + unit];
      let sine = table[turn + HALF4 + unit];
      let x = low;
      low = x * cosine - high * sine;
      high = high * cosine + x * sine;`;
  const normalize =
    norm === null
      ? ""
      : /* wgsl */ `
  ${norm.kind === "layer" ? layerShift : ""}
  var squares = 0f;
  for (var i = 0u; i < PER_LANE; i++) { squares += total(lows[i] * lows[i]) + total(highs[i] * highs[i]); }
  let scale = inverseSqrt(rowSum(squares, thread) / SIZE + ${floatLiteral(norm.epsilon)});
  let weights = select(2u, 0u, head < HEADS) * HEAD4;
  for (var i = 0u; i < PER_LANE; i++) {
    let unit = lane + i * LANES;
    if (unit < UNITS) { lows[i] = lows[i] * scale * norms[weights + partOf(unit)] + norms[weights + HEAD4 + partOf(unit)]; }
    if (unit < PAIRS) { highs[i] = highs[i] * scale * norms[weights + unit + HALF4] + norms[weights + HEAD4 + unit + HALF4]; }
  }`;
  const header = /* wgsl */ `${storageHeader(storage)}
${batchLayoutConstants}
${constants({ QKV: qkvStride / 4, HEADS: heads, ALL_HEADS: heads + keyValueHeads, HEAD4: head4, HALF4: half4, PAIRS: pairs, UNITS: units, LONGEST: longest, THREADS: threads })}
${binding(0, "read", "batch", "u32")}
${binding(1, "read_write", "qkv", "Stored4")}
${overflowFlag(storage, 2)}
${turns ? binding(2 + flag, "read", "table", "vec4f") : ""}
${norm ? binding(2 + flag + (turns ? 1 : 0), "read", "norms", "vec4f") : ""}
// Keys follow the queries in a row, so head ALL_HEADS - 1 is the last key's.
fn partOf(unit: u32) -> u32 { return select(unit + HALF4, unit, unit < PAIRS); }
fn turnOf(token: u32) -> u32 {
  return min(batch[batch[HEADER_POSITIONS_AT] + token] & 0xffffu, LONGEST - 1u) * 2u * HALF4;
}`;
  const parameters = `@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) thread: u32`;
  const plain = /* wgsl */ `
@compute @workgroup_size(${threads})
fn main(${parameters}) {
  let index = (group.y * groups.x + group.x) * THREADS + thread;
  let unit = index % PAIRS;
  let head = (index / PAIRS) % ALL_HEADS;
  let token = index / (PAIRS * ALL_HEADS);
  if (token >= batch[HEADER_TOKENS]) { return; }
  let at = token * QKV + head * HEAD4 + unit;
  let turn = turnOf(token);
  var low = vec4f(qkv[at]);
  var high = vec4f(qkv[at + HALF4]);
  ${rotate}
  noteOverflow(token, low);
  noteOverflow(token, high);
  qkv[at] = stored4(low);
  qkv[at + HALF4] = stored4(high);
}`;
  const normed = /* wgsl */ `
${rowReductions}
${partAlias(true)}
const PER_LANE = ${perLane}u;
const SIZE = ${floatLiteral(normSize)};
@compute @workgroup_size(${threads})
fn main(${parameters}) {
  let index = (group.y * groups.x + group.x) * ROWS + thread / LANES;
  let lane = thread % LANES;
  let tokens = batch[HEADER_TOKENS];
  let token = min(index / ALL_HEADS, tokens - 1u);
  let head = index % ALL_HEADS;
  let mine = index / ALL_HEADS < tokens;
  let base = token * QKV + head * HEAD4;
  var lows = array<vec4f, PER_LANE>();
  var highs = array<vec4f, PER_LANE>();
  for (var i = 0u; i < PER_LANE; i++) {
    let unit = lane + i * LANES;
    if (unit < UNITS) {
      lows[i] = vec4f(qkv[base + partOf(unit)]);
      if (unit < PAIRS) { highs[i] = vec4f(qkv[base + unit + HALF4]); }
    }
  }
  ${normalize}
  ${turns ? "let turn = turnOf(token);" : ""}
  for (var i = 0u; i < PER_LANE; i++) {
    let unit = lane + i * LANES;
    if (mine && unit < UNITS) {
      var low = lows[i];
      ${
        turns
          ? /* wgsl */ `if (unit < PAIRS) {
      var high = highs[i];
      ${rotate}
      noteOverflow(token, high);
      qkv[base + unit + HALF4] = stored4(high);
      }`
          : ""
      }
      noteOverflow(token, low);
      qkv[base + partOf(unit)] = stored4(low);
    }
  }
}`;
  return {
    label: `rotary ${storage} ${heads}+${keyValueHeads}x${headSize} turning ${2 * half}${norm ? ` ${norm.kind} norm` : ""}`,
    bindings: [
      "read",
      "read_write",
      ...(flag ? ["read_write" as const] : []),
      ...(turns ? ["read" as const] : []),
      ...(norm ? ["read" as const] : []),
    ],
    code: header + (norm ? normed : plain),
  };
}

const layerShift = /* wgsl */ `
  var sum = 0f;
  for (var i = 0u; i < PER_LANE; i++) { sum += total(lows[i]) + total(highs[i]); }
  let mean = rowSum(sum, thread) / SIZE;
  for (var i = 0u; i < PER_LANE; i++) {
    let unit = lane + i * LANES;
    if (unit < UNITS) { lows[i] -= mean; }
    if (unit < PAIRS) { highs[i] -= mean; }
  }`;

/** Grid for `tokens` tokens. */
export function rotaryGrid(tokens: number, shape: RotaryShape): [number, number, number] {
  const rows = tokens * (shape.heads + shape.keyValueHeads);
  return linearGrid(Math.ceil(shape.norm ? rows / rowsPerWorkgroup : (rows * shape.half) / 4 / threads));
}

/** The angle as PyTorch has it: an f32 product, which at position 32,768 is up to 1e-3 from the true one. */
export function rotaryAngle(position: number, inverseFrequency: number): number {
  return Math.fround(position * inverseFrequency);
}

/** The table of a rotary position embedding: f32 [longest, 2, half], cosines then sines, zero where the half was filled up. */
export function rotaryTable(
  { inverseFrequencies, factor }: { readonly inverseFrequencies: ArrayLike<number>; readonly factor: number },
  longest: number,
  half: number,
): Float32Array<ArrayBuffer> {
  const table = new Float32Array(longest * 2 * half);
  for (let position = 0; position < longest; position++) {
    const at = position * 2 * half;
    for (let i = 0; i < inverseFrequencies.length; i++) {
      const angle = rotaryAngle(position, inverseFrequencies[i]);
      table[at + i] = Math.fround(Math.cos(angle)) * factor;
      table[at + half + i] = Math.fround(Math.sin(angle)) * factor;
    }
  }
  return table;
}
