/** The translator accepts what our kernels use, and tells what is wrong with what it does not accept. */
import { expect, test } from "vitest";
import { translateWgsl } from "../src/index.ts";

const kernel = /* wgsl */ `
enable f16;
enable subgroups;
diagnostic(off, subgroup_uniformity);
alias Stored = f16;
@group(0) @binding(0) var<storage, read> values: array<Stored>;
@group(0) @binding(1) var<storage, read_write> sums: array<f32>;
var<workgroup> partial: array<f32, 64>;
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(local_invocation_index) lane: u32) {
  partial[lane] = subgroupAdd(f32(values[id.x]));
  workgroupBarrier();
  sums[id.x] = fma(partial[63u - lane], 2.0, tanh(partial[lane]));
}`;

test("a kernel with half precision, subgroups and workgroup memory goes to both languages", () => {
  const { errors, metal, hlsl } = translateWgsl(kernel);
  expect(errors).toEqual([]);
  expect(metal).toMatch(/kernel void main_/);
  expect(metal).toContain("simd_sum");
  expect(hlsl).toMatch(/numthreads\(64, 1, 1\)/);
  expect(hlsl).toContain("WaveActiveSum");
});

test("text that is not WGSL is an error with its line", () => {
  const { errors } = translateWgsl("@compute @workgroup_size(64)\nfn main( { }");
  expect(errors).toEqual([expect.stringContaining("wgsl:2")]);
});

test("WGSL that does not validate is an error", () => {
  const { errors } = translateWgsl("@compute @workgroup_size(64) fn main() { let x: f32 = 1u; _ = x; }");
  expect(errors).toEqual([expect.stringMatching(/^wgsl: .*/)]);
});
