/**
 * Where a product's time goes on f16 matrix units: the tile that serves (128×128×32, blocks of 64×64) with parts of it left out, TFLOP/s by
 * timestamps. The kernel is a copy in which that can be done; its results are of no use where something is missing.
 */
import { openGpu } from "../../packages/metal-candle/dist/gpu/device/context.js";
import { short } from "../lib/measure.mjs";
import { fill, timestamps } from "./timestamps.mjs";

const rows = 65_536;
const [tile, block, depth] = [128, 64, 32];
/** vec4s of f16 in a step of `depth`, and of a row in workgroup memory: one more, so that rows do not share banks. */
const [depthWords, pitch, stripPitch] = [depth / 8, depth / 8 + 1, block / 4 + 1];
const blocks = block / 16;
const copies = (tile * depthWords) / 128;

/** What each measured kernel does. `fetch`: from memory, always from the same few addresses, or not at all. */
const parts = {
  whole: { fetch: "all", store: true, load: true, epilogue: true },
  "without the epilogue": { fetch: "all", store: true, load: true, epilogue: false },
  "fetching what the cache holds": { fetch: "same", store: true, load: true, epilogue: false },
  "fetching nothing": { fetch: "none", store: true, load: true, epilogue: false },
  "workgroup memory and matrix units": { fetch: "none", store: false, load: true, epilogue: false },
  "matrix units alone": { fetch: "none", store: false, load: false, epilogue: false },
};

const repeat = (count, text) => Array.from({ length: count }, (_, i) => text(i)).join("\n");

function kernel(n, k, { fetch, store, load, epilogue }) {
  const words = k / 8;
  const place = (i) => `(thread + ${i * 128}u)`;
  const at = (base, i) => `(${base} + ${place(i)} / ${depthWords}u) * ${words}u`;
  const fetched = (from) =>
    fetch === "none"
      ? ""
      : repeat(
          copies,
          (i) => `nextA${i} = a[${at("firstRow", i)} + ${from} + ${place(i)} % ${depthWords}u];
    nextW${i} = w[${at("firstColumn", i)} + ${from} + ${place(i)} % ${depthWords}u];`,
        );
  const kept = repeat(copies, (i) => {
    const into = `(${place(i)} / ${depthWords}u) * ${pitch}u + ${place(i)} % ${depthWords}u`;
    return `stage[${into}] = nextA${i}; stage[${tile * pitch}u + ${into}] = nextW${i};`;
  });
  const operand = (kind, base, first, i, step) =>
    `subgroupMatrixLoad<${kind}>(&stage, ${base}u + (${first} + ${i * 16}u) * ${pitch}u + ${step * 2}u, ${pitch}u)`;
  const left = (i, step) => operand("Left, row_major", 0, "blockRow", i, step);
  const right = (j, step) => operand("Right, col_major", tile * pitch, "blockColumn", j, step);
  const products = repeat(
    2,
    (step) => `{
    ${load ? repeat(blocks, (i) => `let left${i} = ${left(i, step)};`) : ""}
    ${repeat(
      blocks,
      (j) => `{ ${load ? `let right = ${right(j, step)};` : ""}
      ${repeat(blocks, (i) => `sum${i}_${j} = subgroupMatrixMultiplyAccumulate(${load ? `left${i}, right` : `first${i}, once${j}`}, sum${i}_${j});`)} }`,
    )} }`,
  );
  const stripOf = (i) =>
    repeat(blocks, (j) => `subgroupMatrixStore<row_major>(&stage, stripAt + ${j * 4}u, sum${i}_${j}, ${stripPitch}u);`);
  const finish = repeat(
    blocks,
    (i) => `workgroupBarrier();
  ${stripOf(i)}
  workgroupBarrier();
  for (var item = lane; item < ${2 * block}u; item += 32u) {
    let source = stripAt + (item / ${block / 8}u) * ${stripPitch}u + (item % ${block / 8}u) * 2u;
    let column = (firstColumn + blockColumn) / 4u + (item % ${block / 8}u) * 2u;
    let low = clamp(bitcast<vec4f>(stage[source]) + bias[column], vec4f(-65504f), vec4f(65504f));
    let high = clamp(bitcast<vec4f>(stage[source + 1u]) + bias[column + 1u], vec4f(-65504f), vec4f(65504f));
    c[(firstRow + blockRow + ${i * 16}u + item / ${block / 8}u) * ${n / 8}u + column / 2u] =
      vec4u(pack2x16float(low.xy), pack2x16float(low.zw), pack2x16float(high.xy), pack2x16float(high.zw));
  }`,
  );
  // Results have to be used, or the compiler leaves the products out too.
  const unfinished = `${repeat(blocks, stripOf)} if (stage[0].x == 123456789u) { c[thread] = stage[thread]; }`;
  const barrier = store ? "workgroupBarrier();" : "";
  return /* wgsl */ `diagnostic(off, chromium.subgroup_matrix_uniformity);
enable f16; enable subgroups; enable chromium_experimental_subgroup_matrix;
@group(0) @binding(0) var<storage, read> a: array<vec4u>;
@group(0) @binding(1) var<storage, read> w: array<vec4u>;
@group(0) @binding(2) var<storage, read> bias: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> c: array<vec4u>;
var<workgroup> stage: array<vec4u, ${2 * tile * pitch}>;
alias Left = subgroup_matrix_left<f16, 16, 16>;
alias Right = subgroup_matrix_right<f16, 16, 16>;
alias Result = subgroup_matrix_result<f32, 16, 16>;
@compute @workgroup_size(128)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(subgroup_id) subgroup: u32, @builtin(subgroup_invocation_id) lane: u32, @builtin(local_invocation_index) thread: u32) {
  let firstRow = group.y * ${tile}u;
  let firstColumn = group.x * ${tile}u;
  let blockRow = (subgroup % 2u) * ${block}u;
  let blockColumn = (subgroup / 2u) * ${block}u;
  let stripAt = subgroup * ${16 * stripPitch}u;
  ${repeat(blocks, (i) => repeat(blocks, (j) => `var sum${i}_${j} = Result();`))}
  ${repeat(copies, (i) => `var nextA${i}: vec4u; var nextW${i}: vec4u;`)}
  ${load ? "" : repeat(blocks, (i) => `let first${i} = ${left(i, 0)}; let once${i} = ${right(i, 0)};`)}
  ${fetched("0u")}
  for (var at = 0u; at < ${words}u; at += ${depthWords}u) {
    ${barrier}
    ${store ? kept : ""}
    ${barrier}
    let ahead = ${fetch === "same" ? "at & 4u" : `min(at + ${depthWords}u, ${words - depthWords}u)`};
    ${fetched("ahead")}
    ${products}
  }
  ${epilogue ? finish : unfinished}
}`;
}

export async function gemmParts() {
  const context = await openGpu(true);
  const { device, report } = context;
  const fits = report.subgroupMatrixConfigs.some(
    ({ component, result, m, n, k }) => component === "f16" && result === "f32" && m === 16 && n === 16 && k === 16,
  );
  if (!fits || report.subgroupSizes?.[1] !== 32)
    throw new Error("needs f16 matrix units of 16×16×16 and subgroups of 32");
  const results = [];
  for (const [n, k] of [
    [768, 3072],
    [3072, 768],
    [1536, 384],
  ]) {
    const sizes = [rows * k * 2, n * k * 2, n * 4, rows * n * 2];
    const buffers = sizes.map((size) => device.createBuffer({ size, usage: 128 | 8 }));
    for (const buffer of buffers.slice(0, 2)) fill(device, buffer, "f16");
    for (const [part, what] of Object.entries(parts)) {
      const program = { label: part, code: kernel(n, k, what), bindings: ["read", "read", "read", "read_write"] };
      const { pipeline, ...compiled } = await context.pipelines.get(/** @type {any} */ (program));
      const bindings = context.pipelines.bind(
        { pipeline, ...compiled },
        buffers.map((buffer) => ({ buffer })),
      );
      const milliseconds = await timestamps(device, pipeline, bindings, [n / tile, rows / tile, 1]);
      const teraflops = (2 * rows * n * k) / milliseconds / 1e9;
      results.push({ n, k, part, milliseconds, teraflops });
      console.log(`N=${n} K=${k} ${part.padEnd(36)} ${short(teraflops)} TFLOP/s`);
    }
    for (const buffer of buffers) buffer.destroy();
  }
  return results;
}
