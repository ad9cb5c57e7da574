/**
 * Fixed-order reductions over a row shared by LANES lanes of one workgroup.
 *
 * The shape never depends on the adapter: each lane reduces its own elements in ascending order, then every lane adds the
 * LANES partial results in lane order. So a row's statistics have the same bits whatever stands beside it.
 */

/** Lanes that share a row, in every row-wise kernel. Part of the numerics class: never tuned. */
export const rowLanes = 16;

/** Rows of one workgroup, hence rowsPerWorkgroup * rowLanes threads. */
export const rowsPerWorkgroup = 8;

/**
 * `rowSum(value, thread)` and `rowMaximum(value, thread)`: to be called by all threads of the workgroup, in uniform control
 * flow. `thread` is local_invocation_index; its row is thread / LANES.
 */
export const rowReductions = /* wgsl */ `
const LANES = ${rowLanes}u;
const ROWS = ${rowsPerWorkgroup}u;
var<workgroup> partials: array<f32, ${rowLanes * rowsPerWorkgroup}>;

fn rowSum(value: f32, thread: u32) -> f32 {
  workgroupBarrier();
  partials[thread] = value;
  workgroupBarrier();
  let first = thread - thread % LANES;
  var total = 0f;
  for (var lane = 0u; lane < LANES; lane++) { total += partials[first + lane]; }
  return total;
}

fn rowMaximum(value: f32, thread: u32) -> f32 {
  workgroupBarrier();
  partials[thread] = value;
  workgroupBarrier();
  let first = thread - thread % LANES;
  var largest = partials[first];
  for (var lane = 1u; lane < LANES; lane++) { largest = max(largest, partials[first + lane]); }
  return largest;
}
`;

/**
 * `alias Part` is what a lane takes at a time: vec4f when the width is a multiple of four, else f32. `total(part)` adds its
 * elements in order.
 */
export function partAlias(vectorized: boolean): string {
  return vectorized
    ? /* wgsl */ `alias Part = vec4f; fn total(part: Part) -> f32 { return ((part.x + part.y) + part.z) + part.w; }
fn largestOf(part: Part) -> f32 { return max(max(part.x, part.y), max(part.z, part.w)); }`
    : /* wgsl */ `alias Part = f32; fn total(part: Part) -> f32 { return part; } fn largestOf(part: Part) -> f32 { return part; }`;
}
