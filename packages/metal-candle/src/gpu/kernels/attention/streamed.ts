/**
 * Attention in plain code for whatever direct.ts does not take: texts too long for whole score rows, windows, causal masks, and key heads
 * that several query heads share.
 *
 * One workgroup takes one head of `queryRows` consecutive queries of one sequence; the keys that any of them sees pass by in tiles, and no
 * others: a window's work does not grow with the text. Softmax is exact by rescaling: when a tile raises a row's maximum, its sum and its
 * context so far are multiplied by exp(old − new).
 *   per tile: scores (each thread takes keys lane, lane + 64, …) → maximum, exponentials (eight lanes a row, in fixed order) → context
 *   (each thread takes four columns of a query at a time, keys ascending)
 * Tiles begin at the first key that a query of the workgroup sees, so a text's bits depend on nothing but the text.
 */
import type { KernelProgram } from "../../device/kernel-program.ts";
import { batchLayoutConstants } from "../../wgsl/batch-layout.ts";
import { storageHeader } from "../../wgsl/storage.ts";
import { binding, constants, floatLiteral, repeat } from "../../wgsl/text.ts";
import { attentionKind, visibility, wholeShape, type AttentionShape } from "./shape.ts";
import { stageQueries, workItem } from "./staging.ts";

/** Lanes that share a row in softmax. Fixed: part of the numerics class. */
const lanes = 8;
/** Keys of one tile: part of the numerics class, since a row is rescaled from tile to tile. */
const keyTile = 128;
/** Queries of one workgroup. */
export const streamedQueryRows = 8;

/** Bytes of workgroup memory that the kernel takes. */
export function streamedAttentionBytes(headSize: number): number {
  return 4 * streamedQueryRows * (keyTile + headSize + lanes + 1);
}

/** Buffers: see attention.ts. */
export function streamedAttentionProgram(given: AttentionShape): KernelProgram {
  const shape = wholeShape(given);
  const { storage, heads, headSize, scale, qkvStride, contextStride, longest, group, keysAt, valuesAt } = shape;
  const relative = shape.relativePositionBuckets !== null;
  const rows = streamedQueryRows;
  const threads = rows * lanes;
  const head4 = headSize / 4;
  const outputs = Math.ceil((rows * head4) / threads);
  const { firstKey, endKey, sees } = visibility(given);
  const bias = relative ? ` + relativeBias[(key + LONGEST - 1u - query) * HEADS + head]` : "";
  return {
    label: `attention/streamed ${storage} ${heads}x${headSize}${attentionKind(given)}`,
    bindings: relative ? ["read", "read", "read_write", "read"] : ["read", "read", "read_write"],
    code: /* wgsl */ `${storageHeader(storage)}
${batchLayoutConstants}
${constants({ QKV: qkvStride / 4, CONTEXT: contextStride / 4, HEAD4: head4, HEADS: heads, KEYS_AT: keysAt / 4, VALUES_AT: valuesAt / 4, LONGEST: longest, THREADS: threads, QUERY_ROWS: rows, LANES: lanes, KEY_TILE: keyTile })}
const SCALE = ${floatLiteral(scale)};
${binding(0, "read", "batch", "u32")}
${binding(1, "read", "qkv", "Stored4")}
${binding(2, "read_write", "context", "Stored4")}
${relative ? binding(3, "read", "relativeBias", "f32") : ""}
var<workgroup> queries: array<vec4f, ${rows * head4}>;
var<workgroup> scores: array<f32, ${rows * keyTile}>;
var<workgroup> partials: array<f32, ${threads}>;
var<workgroup> factors: array<f32, ${rows}>;
@compute @workgroup_size(${threads})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) thread: u32) {
  ${workItem}
  let lastQuery = min(firstQuery + QUERY_ROWS, keys) - 1u;
  let head = group.y;
  let keyHead = head / ${group}u;
  let row = thread / LANES;
  let lane = thread % LANES;
  ${stageQueries("lastQuery")}
  var largest = -3e38f;
  var sum = 0f;
  ${repeat(outputs, (o) => `var value${o} = vec4f(0f);`)}
  let end = ${endKey("lastQuery")};
  for (var first = ${firstKey("firstQuery")}; first < end; first += KEY_TILE) {
    let tile = min(KEY_TILE, end - first);
    workgroupBarrier();
    for (var at = thread; at < tile; at += THREADS) {
      let key = first + at;
      let source = (start + key) * QKV + KEYS_AT + keyHead * HEAD4;
      ${repeat(rows, (q) => `var dot${q} = vec4f(0f);`)}
      for (var i = 0u; i < HEAD4; i++) {
        let k = vec4f(qkv[source + i]);
        ${repeat(rows, (q) => `dot${q} = fma(queries[${q}u * HEAD4 + i], k, dot${q});`)}
      }
      ${repeat(
        rows,
        (q) => `{
        let query = min(firstQuery + ${q}u, lastQuery);
        let score = ((dot${q}.x + dot${q}.y) + dot${q}.z) + dot${q}.w${bias};
        scores[${q}u * KEY_TILE + at] = ${sees === "" ? "score" : `select(-3e38f, score, ${sees})`};
      }`,
      )}
    }
    workgroupBarrier();
    var raised = largest;
    for (var at = lane; at < tile; at += LANES) { raised = max(raised, scores[row * KEY_TILE + at]); }
    partials[thread] = raised;
    workgroupBarrier();
    for (var i = 0u; i < LANES; i++) { raised = max(raised, partials[row * LANES + i]); }
    let factor = exp(largest - raised);
    largest = raised;
    sum *= factor;
    for (var at = lane; at < tile; at += LANES) {
      let score = scores[row * KEY_TILE + at];
      // A row may see none of a tile's keys, and its maximum be none yet.
      let weight = select(0f, exp(score - largest), score > -1e38f);
      scores[row * KEY_TILE + at] = weight;
      sum += weight;
    }
    if (lane == 0u) { factors[row] = factor; }
    workgroupBarrier();
    ${repeat(
      outputs,
      (o) => `{
      let output = min(thread + ${o * threads}u, QUERY_ROWS * HEAD4 - 1u);
      let query = output / HEAD4;
      var value = value${o} * factors[query];
      var source = (start + first) * QKV + VALUES_AT + keyHead * HEAD4 + output % HEAD4;
      for (var at = 0u; at < tile; at++) {
        value = fma(vec4f(scores[query * KEY_TILE + at]), vec4f(qkv[source]), value);
        source += QKV;
      }
      value${o} = value;
    }`,
    )}
  }
  workgroupBarrier();
  partials[thread] = sum;
  workgroupBarrier();
  ${repeat(
    outputs,
    (o) => `{
    let output = thread + ${o * threads}u;
    let query = output / HEAD4;
    if (output < QUERY_ROWS * HEAD4 && firstQuery + query <= lastQuery) {
      var total = 0f;
      for (var i = 0u; i < LANES; i++) { total += partials[query * LANES + i]; }
      context[(start + firstQuery + query) * CONTEXT + head * HEAD4 + output % HEAD4] = stored4(value${o} / total);
    }
  }`,
  )}
}
`,
  };
}
