/**
 * The end of every batch: a row's squared norm, its L2 normalisation, and the trailer that the host checks.
 *
 * A lost command buffer reports nothing on some drivers and leaves an older batch's vectors in the readback buffer: finite, of
 * unit length, of the wrong texts. So each row that comes back ends in three words: the squared norm before normalisation, the
 * nonce of this batch, and whether a value of the text was clamped on the way (f16).
 */
import { trailerWords } from "../../wgsl/batch-layout.ts";

/** Threads of the kernels that finish rows; their sum's shape is part of the numerics class. */
export const finishThreads = 128;

/** Words from one row of the output to the next. */
export function outputStride(dimensions: number): number {
  return dimensions + trailerWords;
}

/**
 * WGSL: `finishRow(row, thread, first, end)` writes `values[i]` (part `thread + i * ${finishThreads}` of the row, vec4f, PARTS in all)
 * to `rows`, for tokens `first` to `end`. Wants the constants PARTS, PER_THREAD, DIMENSIONS, `columnOf` (below), the batch layout's names, and the bindings `batch`, `rows`
 * and `overflow` (u32 [tokens], 0 where storage is f32).
 * torch.nn.functional.normalize divides by max(norm, 1e-12); so does this.
 */
export const finishedRow = /* wgsl */ `
const FINISH_THREADS = ${finishThreads}u;
const ROW_STRIDE = DIMENSIONS + ${trailerWords}u;
var<private> values: array<vec4f, PER_THREAD>;
var<workgroup> squares: array<f32, FINISH_THREADS>;
var<workgroup> clamped: atomic<u32>;

fn finishRow(sequence: u32, thread: u32, first: u32, end: u32) {
  // Dawn is told not to clear workgroup memory.
  if (thread == 0u) { atomicStore(&clamped, 0u); }
  workgroupBarrier();
  for (var token = first + thread; token < end; token += FINISH_THREADS) {
    if (overflow[token] != 0u) { atomicOr(&clamped, 1u); }
  }
  let kept = batch[HEADER_DIMENSIONS];
  var sum = 0f;
  for (var i = 0u; i < PER_THREAD; i++) {
    for (var j = 0u; j < 4u; j++) {
      if (columnOf(thread + i * FINISH_THREADS, j) < kept) { sum = fma(values[i][j], values[i][j], sum); }
    }
  }
  squares[thread] = sum;
  workgroupBarrier();
  for (var half = FINISH_THREADS / 2u; half > 0u; half /= 2u) {
    if (thread < half) { squares[thread] += squares[thread + half]; }
    workgroupBarrier();
  }
  let total = squares[0];
  var scale = 1f;
  if (batch[HEADER_NORMALIZE] == 1u) { scale = 1f / max(sqrt(total), 1e-12f); }
  let base = sequence * ROW_STRIDE;
  for (var i = 0u; i < PER_THREAD; i++) {
    for (var j = 0u; j < 4u; j++) {
      let column = columnOf(thread + i * FINISH_THREADS, j);
      if (column < DIMENSIONS) { rows[base + column] = bitcast<u32>(values[i][j] * scale); }
    }
  }
  if (thread == 0u) {
    rows[base + DIMENSIONS] = bitcast<u32>(total);
    rows[base + DIMENSIONS + 1u] = batch[HEADER_NONCE];
    rows[base + DIMENSIONS + 2u] = atomicLoad(&clamped);
  }
}
`;

/**
 * WGSL: `columnOf(part, element)`, the column of a row where an element of a part belongs; none of them (the largest u32) for an element that
 * fills a part up. Rows consist of pieces of `width` elements, each in whole parts.
 */
export function columnOf(width: number): string {
  return width % 4 === 0
    ? /* wgsl */ `fn columnOf(part: u32, element: u32) -> u32 { return part * 4u + element; }`
    : /* wgsl */ `fn columnOf(part: u32, element: u32) -> u32 {
  let within = (part % ${Math.ceil(width / 4)}u) * 4u + element;
  return select(0xffffffffu, (part / ${Math.ceil(width / 4)}u) * ${width}u + within, within < ${width}u);
}`;
}
