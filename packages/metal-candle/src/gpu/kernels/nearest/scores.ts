/**
 * scores[slot] = cosine of the query with the vector in each slot, and the largest score of every 32 slots.
 *
 * Reading the vectors is all the work, so everything is about reading them in order: sixteen lanes share a row and read 256
 * consecutive bytes of it at a time, each lane keeps sixteen rows' partial sums in registers, and the sums of all lanes meet once,
 * through workgroup memory, so that every thread ends with one row's score. Order of a row's sum: a lane's chunks ascending,
 * then lanes ascending.
 */
import { linearGrid, type KernelProgram } from "../../device/kernel-program.ts";
import { binding, constants, floatLiteral, repeat } from "../../wgsl/text.ts";
import { chunkValues, noScore, storedColumns, tileSlots, workgroupSlots } from "./layout.ts";

const lanes = 16;
/** Rows that sixteen lanes take together; sixteen as well, so that afterwards each lane adds up one of them. */
const laneRows = lanes;

/**
 * Buffers: query (layout.ts), vectors [slots, storedColumns] f16 in pairs, mask (a bit a slot), scores [slots], maxima
 * [slots / 32]. All of one shard; `slots` is what `scores` has room for.
 */
export function nearestScoresProgram(dimensions: number): KernelProgram {
  return {
    label: `nearest/scores f16 ${dimensions}`,
    bindings: ["read", "read", "read", "read_write", "read_write"],
    code: /* wgsl */ `
${binding(0, "read", "query", "vec4u")}
${binding(1, "read", "vectors", "vec4u")}
${binding(2, "read", "mask", "u32")}
${binding(3, "read_write", "scores", "f32")}
${binding(4, "read_write", "maxima", "f32")}
${constants({ CHUNKS: storedColumns(dimensions) / chunkValues, LANES: lanes, ROWS: laneRows, SLOTS: workgroupSlots, TILE: tileSlots, NO_SCORE: floatLiteral(noScore) })}
// A row's partial sums stand one word apart from a multiple of the lanes, so that lanes reading their rows hit different banks.
const PITCH = LANES + 1u;
var<workgroup> partials: array<f32, ${workgroupSlots * (lanes + 1)}>;

fn product(packed: vec4u, low: vec4f, high: vec4f) -> f32 {
  return dot(vec4f(unpack2x16float(packed.x), unpack2x16float(packed.y)), low)
    + dot(vec4f(unpack2x16float(packed.z), unpack2x16float(packed.w)), high);
}

@compute @workgroup_size(${workgroupSlots})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) thread: u32) {
  let first = (group.y * groups.x + group.x) * SLOTS;
  if (first >= arrayLength(&scores)) { return; }
  let lane = thread % LANES;
  let ownRows = thread - lane;
  ${repeat(laneRows, (row) => `var sum${row} = 0f;`)}
  for (var chunk = lane; chunk < CHUNKS; chunk += LANES) {
    let low = bitcast<vec4f>(query[1u + 2u * chunk]);
    let high = bitcast<vec4f>(query[2u + 2u * chunk]);
    let at = (first + ownRows) * CHUNKS + chunk;
    ${repeat(laneRows, (row) => `sum${row} += product(vectors[at + ${row}u * CHUNKS], low, high);`)}
  }
  ${repeat(laneRows, (row) => `partials[(ownRows + ${row}u) * PITCH + lane] = sum${row};`)}
  workgroupBarrier();
  var score = 0f;
  for (var i = 0u; i < LANES; i++) { score += partials[thread * PITCH + i]; }
  let slot = first + thread;
  let counts = ((mask[slot >> 5u] >> (slot & 31u)) & 1u) == 1u;
  score = select(NO_SCORE, score, counts);
  scores[slot] = score;
  workgroupBarrier();
  partials[thread] = score;
  workgroupBarrier();
  if (thread < SLOTS / TILE) {
    var largest = NO_SCORE;
    for (var i = 0u; i < TILE; i++) { largest = max(largest, partials[thread * TILE + i]); }
    maxima[first / TILE + thread] = largest;
  }
}
`,
  };
}

/** Grid over the first `slots` slots of a shard. */
export function nearestScoresGrid(slots: number): [number, number, number] {
  return linearGrid(Math.ceil(slots / workgroupSlots));
}
