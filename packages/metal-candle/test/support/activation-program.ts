/**
 * An activation function of its own, in place over a flat array. The encoder fuses activations into its GEMMs; this kernel is
 * how they are checked one value at a time.
 */
import type { KernelProgram } from "../../src/gpu/device/kernel-program.ts";
import { linearGrid } from "../../src/gpu/device/kernel-program.ts";
import { activationFunction, type KernelActivation } from "../../src/gpu/wgsl/activations.ts";
import { binding } from "../../src/gpu/wgsl/text.ts";

const threads = 64;

/** Buffers: x f32 [n] in place, n a multiple of 4. */
export function activationProgram(activation: KernelActivation): KernelProgram {
  return {
    label: `activation ${activation}`,
    bindings: ["read_write"],
    code: /* wgsl */ `
${binding(0, "read_write", "x", "vec4f")}
${activationFunction(activation)}
@compute @workgroup_size(${threads})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) thread: u32) {
  let index = (group.y * groups.x + group.x) * ${threads}u + thread;
  if (index < arrayLength(&x)) { x[index] = activate(x[index]); }
}
`,
  };
}

/** Grid for `count` elements. */
export function activationGrid(count: number): [number, number, number] {
  return linearGrid(Math.ceil(count / 4 / threads));
}
