/**
 * A score that at least k slots reach, if k have any: the k-th largest of the tiles' maxima, less what the caller wants besides.
 *
 * k tiles have a maximum that high, so k slots do. The maxima are counted in 65,536 levels between −1 and 1, first by the level's
 * upper eight bits, then by its lower ones among those of the bin where the k-th lies; the result is rounded down by a level. Counts
 * are integers, so their order is free. One workgroup: a million slots have 31,250 maxima.
 */
import type { KernelProgram } from "../../device/kernel-program.ts";
import { binding, constants, floatLiteral } from "../../wgsl/text.ts";
import { hitsBinding, leastScore, tileSlots } from "./layout.ts";

const threads = 256;

/** The levels' number, less one, by half: level = (score + 1) · this. */
export const levelsPerUnit = 32_767.5;

/** Buffers: query (layout.ts), maxima [slots / 32], hits (its header is written: count 0, the query's nonce, the threshold). */
export function nearestThresholdProgram(): KernelProgram {
  return {
    label: "nearest/threshold",
    bindings: ["read", "read", "read_write"],
    code: /* wgsl */ `
${binding(0, "read", "query", "vec4u")}
${binding(1, "read", "maxima", "f32")}
${hitsBinding(2)}
${constants({ THREADS: threads, TILE: tileSlots, PER_UNIT: floatLiteral(levelsPerUnit), LEAST: floatLiteral(leastScore) })}
var<workgroup> bins: array<atomic<u32>, ${threads}>;
var<workgroup> wanted: u32;
var<workgroup> level: u32;
var<workgroup> tooFew: bool;

fn levelOf(score: f32) -> u32 { return u32(clamp((score + 1f) * PER_UNIT, 0f, 65535f)); }

@compute @workgroup_size(${threads})
fn main(@builtin(local_invocation_index) thread: u32) {
  let header = query[0];
  let tiles = (header.z + TILE - 1u) / TILE;
  if (thread == 0u) {
    wanted = header.y;
    level = 0u;
    tooFew = false;
  }
  for (var round = 0u; round < 2u; round++) {
    atomicStore(&bins[thread], 0u);
    workgroupBarrier();
    for (var tile = thread; tile < tiles; tile += THREADS) {
      let own = levelOf(maxima[tile]);
      let isNear = round == 0u || (own >> 8u) == level;
      if (isNear && maxima[tile] > LEAST) { atomicAdd(&bins[select(own & 255u, own >> 8u, round == 0u)], 1u); }
    }
    workgroupBarrier();
    if (thread == 0u) {
      var bin = THREADS;
      loop {
        bin -= 1u;
        let count = atomicLoad(&bins[bin]);
        if (count >= wanted) { break; }
        wanted -= count;
        if (bin == 0u) {
          tooFew = true;
          break;
        }
      }
      level = (level << 8u) | bin;
    }
    workgroupBarrier();
  }
  if (thread == 0u) {
    let bound = (f32(level) - 1f) / PER_UNIT - 1f - bitcast<f32>(header.w);
    atomicStore(&hits.count, 0u);
    hits.nonce = header.x;
    hits.threshold = select(max(bound, LEAST), LEAST, tooFew);
  }
}
`,
  };
}
