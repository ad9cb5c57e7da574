/**
 * Attention in plain code: the reference, and what adapters without matrix units run.
 *
 * One workgroup takes one head of `queryRows` consecutive queries of one sequence (an item of the host's work list). For
 * texts whose whole score rows fit in workgroup memory, so that softmax is exact; streamed.ts serves longer ones, windows and causal masks:
 *   1. scores   each thread takes keys lane, lane + 64, …: reads the key once, dots it with every query of the tile
 *   2. softmax  eight lanes a row, in fixed order: maximum, exponentials, sum
 *   3. context  each thread takes four columns of one query, keys ascending
 * Every output is one accumulator in a fixed order, so the tile's height changes no bits and neighbours cannot.
 */
import type { KernelProgram } from "../../device/kernel-program.ts";
import { batchLayoutConstants } from "../../wgsl/batch-layout.ts";
import { storageHeader } from "../../wgsl/storage.ts";
import { binding, constants, floatLiteral, repeat } from "../../wgsl/text.ts";
import type { AttentionShape } from "./shape.ts";
import { stageQueries, workItem } from "./staging.ts";

/** Lanes that share a row in softmax. Fixed: part of the numerics class. */
const softmaxLanes = 8;

/** Bytes of workgroup memory that the kernel takes. */
export function directAttentionBytes(longest: number, headSize: number, queryRows: number): number {
  return 4 * (queryRows * longest + queryRows * headSize + queryRows * softmaxLanes);
}

/** Buffers: see attention.ts. `queryRows` is 8, or less where workgroup memory is small; it changes no bits. */
export function directAttentionProgram(shape: AttentionShape, queryRows: number): KernelProgram {
  const { storage, heads, headSize, scale, qkvStride, contextStride, longest, relativePositionBuckets } = shape;
  const threads = queryRows * softmaxLanes;
  const width = heads * headSize;
  const head4 = headSize / 4;
  const relative = relativePositionBuckets !== null;
  const outputs = Math.ceil((queryRows * head4) / threads);
  return {
    label: `attention/direct ${storage} ${heads}x${headSize}${relative ? " relative" : ""}`,
    bindings: relative ? ["read", "read", "read_write", "read"] : ["read", "read", "read_write"],
    code: /* wgsl */ `${storageHeader(storage)}
${batchLayoutConstants}
${constants({ QKV: qkvStride / 4, CONTEXT: contextStride / 4, HEAD4: head4, HEADS: heads, KEYS_AT: width / 4, VALUES_AT: width / 2, LONGEST: longest, THREADS: threads, QUERY_ROWS: queryRows, LANES: softmaxLanes })}
const SCALE = ${floatLiteral(scale)};
${binding(0, "read", "batch", "u32")}
${binding(1, "read", "qkv", "Stored4")}
${binding(2, "read_write", "context", "Stored4")}
${relative ? binding(3, "read", "relativeBias", "f32") : ""}
var<workgroup> queries: array<vec4f, ${queryRows * head4}>;
var<workgroup> scores: array<f32, ${queryRows * longest}>;
var<workgroup> partials: array<f32, ${threads}>;
@compute @workgroup_size(${threads})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) thread: u32) {
  ${workItem}
  let head = group.y;
  ${stageQueries("keys - 1u")}
  workgroupBarrier();
  for (var key = thread; key < keys; key += THREADS) {
    let source = (start + key) * QKV + KEYS_AT + head * HEAD4;
    ${repeat(queryRows, (q) => `var dot${q} = vec4f(0f);`)}
    for (var i = 0u; i < HEAD4; i++) {
      let k = vec4f(qkv[source + i]);
      ${repeat(queryRows, (q) => `dot${q} = fma(queries[${q}u * HEAD4 + i], k, dot${q});`)}
    }
    ${repeat(
      queryRows,
      (q) =>
        `scores[${q}u * LONGEST + key] = ((dot${q}.x + dot${q}.y) + dot${q}.z) + dot${q}.w${
          relative ? ` + relativeBias[(key + LONGEST - 1u - min(firstQuery + ${q}u, keys - 1u)) * HEADS + head]` : ""
        };`,
    )}
  }
  workgroupBarrier();
  let row = thread / LANES;
  let lane = thread % LANES;
  var largest = -3e38f;
  for (var key = lane; key < keys; key += LANES) { largest = max(largest, scores[row * LONGEST + key]); }
  partials[thread] = largest;
  workgroupBarrier();
  for (var i = 0u; i < LANES; i++) { largest = max(largest, partials[row * LANES + i]); }
  workgroupBarrier();
  var sum = 0f;
  for (var key = lane; key < keys; key += LANES) {
    let weight = exp(scores[row * LONGEST + key] - largest);
    scores[row * LONGEST + key] = weight;
    sum += weight;
  }
  partials[thread] = sum;
  workgroupBarrier();
  ${repeat(
    outputs,
    (o) => `{
    let output = thread + ${o * threads}u;
    if (output < QUERY_ROWS * HEAD4) {
      let query = output / HEAD4;
      let column = output % HEAD4;
      var total = 0f;
      for (var i = 0u; i < LANES; i++) { total += partials[query * LANES + i]; }
      var value = vec4f(0f);
      var source = start * QKV + VALUES_AT + head * HEAD4 + column;
      for (var key = 0u; key < keys; key++) {
        value = fma(vec4f(scores[query * LONGEST + key]), vec4f(qkv[source]), value);
        source += QKV;
      }
      if (firstQuery + query < keys) {
        context[(start + firstQuery + query) * CONTEXT + head * HEAD4 + column] = stored4(value / total);
      }
    }
  }`,
  )}
}
`,
  };
}
