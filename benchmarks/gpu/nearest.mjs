/**
 * Nearest vectors: µs per query as a caller sees it and by the GPU's own clock, against the limit, which is reading every vector once at
 * the bandwidth that a kernel reaches here that does nothing but read. Answers are compared with double precision on the way.
 */
import { openGpu } from "../../packages/metal-candle/dist/gpu/device/context.js";
import { GpuVectors } from "../../packages/metal-candle/dist/vectors.js";
import {
  nearestCollectGrid,
  nearestCollectProgram,
} from "../../packages/metal-candle/dist/gpu/kernels/nearest/collect.js";
import { storedColumns, tileSlots } from "../../packages/metal-candle/dist/gpu/kernels/nearest/layout.js";
import {
  nearestScoresGrid,
  nearestScoresProgram,
} from "../../packages/metal-candle/dist/gpu/kernels/nearest/scores.js";
import { storedQuery } from "../../packages/metal-candle/dist/gpu/kernels/nearest/stored-rows.js";
import { nearestThresholdProgram } from "../../packages/metal-candle/dist/gpu/kernels/nearest/threshold.js";
import { short, timed } from "../lib/measure.mjs";
import { fill, timestamps } from "./timestamps.mjs";

/** What search asks for: a hundred, and whatever rounding may have put behind them. */
const wanted = 100;
const blockRows = 20_000;
/** Vectors that answers are compared with double precision over. */
const comparedRows = 100_000;

export async function nearest({ counts = [100_000, 1_000_000], dimensions = 384 }) {
  const results = [];
  for (const count of counts) {
    const vectors = await GpuVectors.open({ dimensions, allowSoftwareAdapter: true });
    const random = randomValues();
    const began = performance.now();
    let compared = new Float32Array(0);
    let writing = 0;
    await vectors.reserve(count);
    for (let first = 0; first < count; first += blockRows) {
      const rows = random(Math.min(blockRows, count - first) * dimensions);
      if (first < comparedRows) compared = joined(compared, rows);
      const started = performance.now();
      await vectors.write(first, rows);
      writing += performance.now() - started;
    }
    const query = random(dimensions);
    const first = performance.now();
    await vectors.nearest(query, wanted);
    const upload = {
      hostSeconds: writing / 1000,
      wholeSeconds: (performance.now() - began) / 1000,
      lastMs: performance.now() - first,
    };
    const within = 2 * vectors.scoreError;
    const among = Array.from({ length: Math.floor(count / 10) }, (_, i) => i * 10);
    const software = vectors.adapter.software;
    const runs = software ? { warmups: 1, runs: 3 } : { warmups: 20, runs: 200 };
    const all = await timed(() => vectors.nearest(random(dimensions), wanted, { within }), runs);
    const filtered = await timed(() => vectors.nearest(random(dimensions), wanted, { within, among }), runs);
    const exact = await agrees(vectors, compared, dimensions, random);
    await vectors.close();
    const kernels = software ? null : await kernelTimes(count, dimensions, query);
    const result = {
      count,
      dimensions,
      bytes: count * storedColumns(dimensions) * 2,
      upload,
      all,
      filtered,
      exact,
      kernels,
    };
    results.push(result);
    print(result);
  }
  return results;
}

function print({ count, dimensions, bytes, upload, all, filtered, exact, kernels }) {
  const micro = (milliseconds) => short(milliseconds * 1000);
  console.log(
    `${count} × ${dimensions}: ${micro(all.median)} µs per query (p95 ${micro(all.p95)}), a tenth of them ${micro(filtered.median)}; ` +
      `written in ${short(upload.hostSeconds)} s; the exact ${wanted} found: ${exact}`,
  );
  if (kernels === null) return;
  const { scores, threshold, collect, reading } = kernels;
  console.log(
    `  on the GPU ${micro(scores + threshold + collect)} µs: scores ${micro(scores)}, threshold ${micro(threshold)}, collect ${micro(collect)}; ` +
      `the limit is ${micro(reading)} (${short(bytes / reading / 1e6)} GB/s)`,
  );
}

/** Whether three answers over the first vectors hold what double precision finds there. */
async function agrees(vectors, rows, dimensions, random) {
  const count = rows.length / dimensions;
  const among = Array.from({ length: count }, (_, slot) => slot);
  for (let i = 0; i < 3; i++) {
    const query = random(dimensions);
    const cosines = Float64Array.from(among, (slot) => {
      let product = 0;
      let squares = 0;
      for (let at = slot * dimensions, j = 0; j < dimensions; j++, at++) {
        product += rows[at] * query[j];
        squares += rows[at] * rows[at];
      }
      return product / Math.sqrt(squares);
    });
    const best = among.toSorted((a, b) => cosines[b] - cosines[a] || a - b).slice(0, wanted);
    const found = await vectors.nearest(query, wanted, { among, within: 2 * vectors.scoreError });
    const slots = new Set(found.map(({ slot }) => slot));
    if (!best.every((slot) => slots.has(slot))) return false;
  }
  return true;
}

/** Milliseconds of each kernel, and of one that only reads, by timestamps; null where the adapter has none or one buffer is too small. */
async function kernelTimes(count, dimensions, query) {
  const { device, pipelines, report } = await openGpu(true);
  const slots = Math.ceil(count / 2048) * 2048;
  const bytes = slots * storedColumns(dimensions) * 2;
  if (!report.features.includes("timestamp-query") || bytes > report.limits.maxStorageBufferBindingSize) return null;
  const make = (size) => device.createBuffer({ size, usage: 128 | 8 });
  const buffers = {
    query: make(16 + storedColumns(dimensions) * 4),
    vectors: make(bytes),
    mask: make(slots / 8),
    scores: make(slots * 4),
    maxima: make((slots / tileSlots) * 4),
    hits: make(16 + 8 * 4096),
  };
  const { vectors, mask, scores, maxima, hits } = buffers;
  device.queue.writeBuffer(buffers.query, 0, storedQuery(query, { nonce: 1, wanted, slots: count, within: 0 }));
  fill(device, vectors, "f16");
  device.queue.writeBuffer(mask, 0, new Uint32Array(slots / 32).fill(0xffffffff));
  const time = async (program, bound, grid) => {
    const kernel = await pipelines.get(program);
    const bindings = pipelines.bind(
      kernel,
      bound.map((buffer) => ({ buffer })),
    );
    return timestamps(device, kernel.pipeline, bindings, grid);
  };
  const times = {
    scores: await time(
      nearestScoresProgram(dimensions),
      [buffers.query, vectors, mask, scores, maxima],
      nearestScoresGrid(count),
    ),
    threshold: await time(nearestThresholdProgram(), [buffers.query, maxima, hits], [1, 1, 1]),
    collect: await time(nearestCollectProgram(), [buffers.query, scores, hits], nearestCollectGrid(count)),
    reading: await time(readingProgram, [vectors, scores], [readingGroups, 1, 1]),
  };
  for (const buffer of Object.values(buffers)) buffer.destroy();
  return times;
}

const readingGroups = 4096;

/** Reads a buffer once, sixteen bytes per thread at a time, and keeps the compiler from leaving that out. */
const readingProgram = {
  label: "reading",
  bindings: ["read", "read_write"],
  code: /* wgsl */ `
@group(0) @binding(0) var<storage, read> words: array<vec4u>;
@group(0) @binding(1) var<storage, read_write> result: array<u32>;
@compute @workgroup_size(256)
fn main(@builtin(global_invocation_id) id: vec3u) {
  var all = vec4u(0u);
  for (var i = id.x; i < arrayLength(&words); i += ${readingGroups * 256}u) { all ^= words[i]; }
  let bits = all.x ^ all.y ^ all.z ^ all.w;
  if (bits == 0x12345678u) { result[0] = bits; }
}
`,
};

/** A source of values in (−0.5, 0.5), always the same. */
function randomValues() {
  let state = 1;
  return (length) => {
    const values = new Float32Array(length);
    for (let i = 0; i < length; i++) {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      values[i] = state / 2 ** 32 - 0.5;
    }
    return values;
  };
}

function joined(first, second) {
  const both = new Float32Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}
