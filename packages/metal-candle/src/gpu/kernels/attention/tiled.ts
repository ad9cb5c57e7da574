/**
 * Attention in plain code with blocks of scores and of context in each thread's registers: what GPUs without matrix units run.
 *
 * One workgroup takes one head of `queryRows` consecutive queries of one sequence; the keys that any of them sees pass by in tiles of
 * `keyTile`, and no others. Per tile:
 *   1. scores    a tile of keys in workgroup memory, a chunk of the head at a time; each thread multiplies a block of rows × keys, in one
 *                accumulator per score, the head's elements ascending
 *   2. softmax   the maximum so far, exponentials, their sum, some lanes a row, keys ascending; when a tile raises the maximum, sum and
 *                context so far are multiplied by exp(old − new), so that softmax is exact
 *   3. context   a tile of values where the keys were; each thread adds to a block of rows × columns, keys ascending
 * Tiles begin at the first key that a query of the workgroup sees, so a text's bits depend on nothing but the text.
 *
 * Threads' rows and keys lie in turn, not side by side, and rows are padded by one vec4: then no two threads of eight read one bank. Inner
 * loops are written out. Softmax is of powers of two, the scale brought along, so that an exponential costs one multiplication less; and keys past the
 * end are looked for in the last tile alone. Measured on an H200 (docs/performance.md): a block of queries in registers where it fits them is fastest, then
 * queries read straight from memory, whose cache serves them, then a copy in workgroup memory; fetching a step ahead gained nothing.
 */
import type { KernelProgram } from "../../device/kernel-program.ts";
import { batchLayoutConstants } from "../../wgsl/batch-layout.ts";
import { storageBytes, storageHeader, type StorageType } from "../../wgsl/storage.ts";
import { binding, constants, floatLiteral, repeat } from "../../wgsl/text.ts";
import { attentionKind, visibility, wholeShape, type AttentionShape } from "./shape.ts";

/** How a workgroup of `downward` × `across` threads divides its work: part of the numerics class but for `queryRows` and `downward`. */
export interface AttentionTile {
  /** Queries of one workgroup: a multiple of `downward`, a divisor of the threads. */
  readonly queryRows: number;
  /** Keys of one tile, a multiple of 4 · `across`. */
  readonly keyTile: number;
  readonly downward: number;
  readonly across: number;
}

/**
 * The tile that serves: 121 and 256 µs for 16,384 tokens in texts of 91 and of 256 (12 heads of 32, f32, H200), where whole score rows took 1,400 and
 * 2,900. 64 queries took 144 and 262.
 */
export const attentionTile: AttentionTile = { queryRows: 32, keyTile: 32, downward: 8, across: 8 };

/**
 * vec4s of f32 queries that a thread keeps in registers throughout. In f16 they are read again for each tile: that costs half the bytes, and the
 * registers were worth more (106 µs became 123).
 */
const queryRegisters = 32;

/** vec4s of a head's keys that are in workgroup memory at a time. */
const chunkQuads = 8;

function layoutOf({ queryRows, keyTile, downward, across }: AttentionTile, headSize: number) {
  const head4 = headSize / 4;
  const chunk4 = Math.min(chunkQuads, head4);
  const chunks = Math.ceil(head4 / chunk4);
  const pitch = chunk4 + 1;
  const room = keyTile * pitch;
  /** Keys whose values are in workgroup memory at a time. */
  const valueTile = [keyTile, keyTile / 2, keyTile / 4].find((keys) => keys * head4 <= room) ?? 4;
  const threads = downward * across;
  return {
    head4,
    chunk4,
    chunks,
    pitch,
    valueTile,
    stageWords: Math.max(room, valueTile * head4),
    threads,
    rows: queryRows / downward,
    keyQuads: keyTile / 4 / across,
    columnQuads: Math.ceil(head4 / across),
    stripPitch: keyTile / 4 + 1,
    /** Threads that share a row in softmax, and the vec4s of a tile's scores that each takes. */
    lanes: threads / queryRows,
    laneQuads: keyTile / 4 / (threads / queryRows),
    partialPitch: across + 1,
  };
}

/** Bytes of workgroup memory that the kernel takes. */
export function tiledAttentionBytes(tile: AttentionTile, storage: StorageType, headSize: number): number {
  const { stageWords, stripPitch, partialPitch } = layoutOf(tile, headSize);
  return 4 * storageBytes(storage) * stageWords + tile.queryRows * (16 * stripPitch + 4 * partialPitch + 4);
}

/** Buffers: see attention.ts. */
export function tiledAttentionProgram(given: AttentionShape, tile: AttentionTile): KernelProgram {
  const shape = wholeShape(given);
  const { storage, heads, headSize, scale, qkvStride, contextStride, longest, group, keysAt, valuesAt } = shape;
  const { queryRows, keyTile, downward, across } = tile;
  const layout = layoutOf(tile, headSize);
  const { head4, chunk4, chunks, pitch, valueTile, threads, rows, keyQuads, columnQuads, stripPitch } = layout;
  const { lanes, laneQuads, partialPitch } = layout;
  const relative = shape.relativePositionBuckets !== null;
  const keepsQueries = storage === "f32" && chunks === 1 && rows * head4 <= queryRegisters;
  const log2e = floatLiteral(Math.LOG2E);
  // Without short circuits: each would be a branch in every score.
  const { firstKey, endKey, sees4 } = visibility(given);
  const masked = sees4 !== "";
  // A thread's rows are down, down + downward, …; its keys four by four: quads along, along + across, …
  const row = (r: number): string => `(down + ${r * downward}u)`;
  const quad = (q: number): string => `(along + ${q * across}u)`;

  /** Copies `count` vec4s, `width` to a row, into workgroup memory. */
  const copy = (
    count: number,
    width: number,
    source: (at: string, index: string) => string,
    into: (at: string, index: string) => string,
  ): string =>
    repeat(Math.ceil(count / threads), (i) => {
      const place = `(thread + ${i * threads}u)`;
      const [at, index] = [`(${place} / ${width}u)`, `(${place} % ${width}u)`];
      const statement = `stage[${into(at, index)}] = ${source(at, index)};`;
      return (i + 1) * threads <= count ? statement : `if (${place} < ${count}u) { ${statement} }`;
    });
  // What is past the end of a head like 52 of two chunks is zero.
  const element = (start: string, index: string): string =>
    head4 % chunk4 === 0
      ? `qkv[${start} + ${index}]`
      : `select(Stored4(), qkv[${start} + min(${index}, HEAD4 - 1u)], ${index} < HEAD4)`;
  // Key 4·quad + j lies in row j · keyTile/4 + quad: threads of neighbouring quads then read neighbouring rows.
  const keysOf = (chunk: number): string =>
    copy(
      keyTile * chunk4,
      chunk4,
      (at, index) =>
        element(
          `(start + min(first + ${at}, keys - 1u)) * QKV + KEYS_AT + keyHead * HEAD4`,
          `(${chunk * chunk4}u + ${index})`,
        ),
      (at, index) => `((${at} % 4u) * ${keyTile / 4}u + ${at} / 4u) * ${pitch}u + ${index}`,
    );
  const valuesOf = (turn: number): string =>
    copy(
      valueTile * head4,
      head4,
      (at, index) =>
        `qkv[(start + min(first + ${turn * valueTile}u + ${at}, keys - 1u)) * QKV + VALUES_AT + keyHead * HEAD4 + ${index}]`,
      (at, index) => `${at} * ${head4}u + ${index}`,
    );

  const scoreBlock = (chunk: number): string =>
    repeat(
      chunk4,
      (i) => /* wgsl */ `{
      ${keepsQueries ? "" : repeat(rows, (r) => `let q${r}_${i} = vec4f(${element(`queries${r}`, `${chunk * chunk4 + i}u`)});`)}
      ${repeat(keyQuads, (q) =>
        repeat(
          4,
          (j) => `{
        let k = vec4f(stage[(${(j * keyTile) / 4}u + ${quad(q)}) * ${pitch}u + ${i}u]);
        ${repeat(rows, (r) => `score${r}_${q}_${j} = fma(q${r}_${i}.w, k.w, fma(q${r}_${i}.z, k.z, fma(q${r}_${i}.y, k.y, fma(q${r}_${i}.x, k.x, score${r}_${q}_${j}))));`)}
      }`,
        ),
      )}
    }`,
    );
  const key = (q: number, j: number): string => `(first + ${quad(q)} * 4u + ${j}u)`;
  const bias = (q: number, j: number): string =>
    `relativeBias[(min(${key(q, j)}, keys - 1u) + LONGEST - 1u - query) * HEADS + head]`;
  const whole = (r: number, q: number, j: number): string =>
    `score${r}_${q}_${j} ${relative ? `= fma(score${r}_${q}_${j}, SCALE, ${bias(q, j)} * ${log2e})` : "*= SCALE"};`;
  const hide = (r: number, q: number, j: number): string =>
    `{ let key = ${key(q, j)}; score${r}_${q}_${j} = select(-3e38f, score${r}_${q}_${j}, ${masked ? `(key < end) & ${sees4}` : "key < end"}); }`;
  const eachScore = (statement: (q: number, j: number) => string): string =>
    repeat(keyQuads, (q) => repeat(4, (j) => statement(q, j)));
  const finishRow = (r: number): string => /* wgsl */ `{
      let query = min(firstQuery + ${row(r)}, lastQuery);
      ${eachScore((q, j) => whole(r, q, j))}
      ${masked ? "" : `if (first + ${keyTile}u > end) {`} ${eachScore((q, j) => hide(r, q, j))} ${masked ? "" : "}"}
      ${repeat(keyQuads, (q) => `let scores${q} = vec4f(${[0, 1, 2, 3].map((j) => `score${r}_${q}_${j}`).join(", ")}); strips[${row(r)} * ${stripPitch}u + ${quad(q)}] = scores${q};`)}
      ${repeat(keyQuads, (q) => `let most${q} = max(max(scores${q}.x, scores${q}.y), max(scores${q}.z, scores${q}.w));`)}
      partials[${row(r)} * ${partialPitch}u + along] = ${Array.from({ length: keyQuads }, (_, q) => `most${q}`).reduce((first, second) => `max(${first}, ${second})`)};
    }`;
  const addValues = (turn: number): string =>
    repeat(
      valueTile / 4,
      (i) => /* wgsl */ `{
      ${repeat(rows, (r) => `let weights${r} = strips[${row(r)} * ${stripPitch}u + ${(turn * valueTile) / 4 + i}u];`)}
      ${repeat(4, (j) =>
        repeat(
          columnQuads,
          (c) => `{
        let v = vec4f(stage[${(i * 4 + j) * head4}u + ${head4 % across === 0 ? quad(c) : `min(${quad(c)}, HEAD4 - 1u)`}]);
        ${repeat(rows, (r) => `value${r}_${c} = fma(vec4f(weights${r}[${j}]), v, value${r}_${c});`)}
      }`,
        ),
      )}
    }`,
    );
  return {
    label: `attention/tiled ${storage} ${heads}x${headSize}${attentionKind(given)}`,
    bindings: relative ? ["read", "read", "read_write", "read"] : ["read", "read", "read_write"],
    code: /* wgsl */ `${storageHeader(storage)}
${batchLayoutConstants}
${constants({ QKV: qkvStride / 4, CONTEXT: contextStride / 4, HEAD4: head4, HEADS: heads, KEYS_AT: keysAt / 4, VALUES_AT: valuesAt / 4, LONGEST: longest })}
const SCALE = ${floatLiteral(scale * Math.LOG2E)};
${binding(0, "read", "batch", "u32")}
${binding(1, "read", "qkv", "Stored4")}
${binding(2, "read_write", "context", "Stored4")}
${relative ? binding(3, "read", "relativeBias", "f32") : ""}
var<workgroup> stage: array<Stored4, ${layout.stageWords}>;
var<workgroup> strips: array<vec4f, ${queryRows * stripPitch}>;
var<workgroup> partials: array<f32, ${queryRows * partialPitch}>;
var<workgroup> factors: array<f32, ${queryRows}>;
@compute @workgroup_size(${threads})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) thread: u32) {
  let item = batch[HEADER_WORK_AT] + group.x * 2u;
  let start = batch[item];
  let keys = batch[item + 1u] & 0xffffu;
  let firstQuery = batch[item + 1u] >> 16u;
  let lastQuery = min(firstQuery + ${queryRows}u, keys) - 1u;
  let head = group.y;
  let keyHead = head / ${group}u;
  let down = thread / ${across}u;
  let along = thread % ${across}u;
  let softmaxRow = thread / ${lanes}u;
  let lane = thread % ${lanes}u;
  var largest = -3e38f;
  var sum = vec4f(0f);
  ${repeat(rows, (r) => repeat(columnQuads, (c) => `var value${r}_${c} = vec4f(0f);`))}
  // Rows past the sequence's end repeat its last query: computed, never stored.
  ${repeat(rows, (r) => `let queries${r} = (start + min(firstQuery + ${row(r)}, lastQuery)) * QKV + head * HEAD4;`)}
  ${keepsQueries ? repeat(rows, (r) => repeat(head4, (i) => `let q${r}_${i} = vec4f(qkv[queries${r} + ${i}u]);`)) : ""}
  let begin = ${firstKey("firstQuery")};
  let end = ${endKey("lastQuery")};
  for (var first = begin; first < end; first += ${keyTile}u) {
    ${repeat(rows, (r) => repeat(keyQuads, (q) => repeat(4, (j) => `var score${r}_${q}_${j} = 0f;`)))}
    ${repeat(
      chunks,
      (chunk) => /* wgsl */ `
    workgroupBarrier();
    ${keysOf(chunk)}
    workgroupBarrier();
    ${scoreBlock(chunk)}`,
    )}
    ${repeat(rows, finishRow)}
    workgroupBarrier();
    ${valuesOf(0)}
    {
      var raised = largest;
      ${repeat(across, (i) => `raised = max(raised, partials[softmaxRow * ${partialPitch}u + ${i}u]);`)}
      let factor = exp2(largest - raised);
      largest = raised;
      sum *= factor;
      ${repeat(
        laneQuads,
        (i) => `{
        let at = softmaxRow * ${stripPitch}u + lane + ${i * lanes}u;
        let scores = strips[at];
        ${
          masked
            ? `// A row may see none of a tile's keys, and its maximum be none yet.
        let weights = select(vec4f(0f), exp2(scores - raised), scores > vec4f(-1e38f));`
            : "let weights = exp2(scores - raised);"
        }
        strips[at] = weights;
        sum += weights;
      }`,
      )}
      if (lane == 0u) { factors[softmaxRow] = factor; }
    }
    workgroupBarrier();
    ${repeat(rows, (r) => `{ let factor = factors[${row(r)}]; ${repeat(columnQuads, (c) => `value${r}_${c} *= factor;`)} }`)}
    ${repeat(
      keyTile / valueTile,
      (turn) => /* wgsl */ `
    ${turn === 0 ? "" : `workgroupBarrier(); ${valuesOf(turn)} workgroupBarrier();`}
    ${addValues(turn)}`,
    )}
  }
  workgroupBarrier();
  partials[softmaxRow * ${partialPitch}u + lane] = ((sum.x + sum.y) + sum.z) + sum.w;
  workgroupBarrier();
  ${repeat(
    rows,
    (r) => `if (firstQuery + ${row(r)} <= lastQuery) {
    var total = 0f;
    ${repeat(lanes, (i) => `total += partials[${row(r)} * ${partialPitch}u + ${i}u];`)}
    let into = (start + firstQuery + ${row(r)}) * CONTEXT + head * HEAD4;
    ${repeat(columnQuads, (c) => {
      const store = `context[into + ${quad(c)}] = stored4(value${r}_${c} / total);`;
      return (c + 1) * across <= head4 ? store : `if (${quad(c)} < HEAD4) { ${store} }`;
    })}
  }`,
  )}
}
`,
  };
}
