/**
 * Which slots score at least the threshold, with their scores, in no order: the host sorts the few that there are.
 *
 * `count` counts all of them, those that did not fit into the list too, so that the host knows how large it must be.
 */
import { linearGrid, type KernelProgram } from "../../device/kernel-program.ts";
import { binding, constants } from "../../wgsl/text.ts";
import { hitsBinding } from "./layout.ts";

const threads = 256;

/** Buffers: query (layout.ts), scores [slots], hits. */
export function nearestCollectProgram(): KernelProgram {
  return {
    label: "nearest/collect",
    bindings: ["read", "read", "read_write"],
    code: /* wgsl */ `
${binding(0, "read", "query", "vec4u")}
${binding(1, "read", "scores", "f32")}
${hitsBinding(2)}
${constants({ THREADS: threads })}
@compute @workgroup_size(${threads})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) thread: u32) {
  let slot = (group.y * groups.x + group.x) * THREADS + thread;
  if (slot >= query[0].z) { return; }
  let score = scores[slot];
  if (score < hits.threshold) { return; }
  let at = atomicAdd(&hits.count, 1u);
  if (at < arrayLength(&hits.list)) { hits.list[at] = vec2u(slot, bitcast<u32>(score)); }
}
`,
  };
}

/** Grid over `slots` slots. */
export function nearestCollectGrid(slots: number): [number, number, number] {
  return linearGrid(Math.ceil(slots / threads));
}
