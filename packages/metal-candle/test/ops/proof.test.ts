/**
 * No operation serves with a kernel that disagrees with its reference on the adapter at hand. No kernel here does, so the references are
 * made to, at widths that no other test has: a kernel that once passed is remembered.
 */
import { expect, test, vi } from "vitest";
import { KernelCheckError } from "../../src/index.ts";
import { layerNorm, rmsNorm, softmax } from "../../src/ops.ts";

const zeros = vi.hoisted(() => (x: ArrayLike<number>) => new Float64Array(x.length));
vi.mock("../../src/gpu/kernels/layer-norm/reference.ts", () => ({ layerNormReference: zeros }));
vi.mock("../../src/gpu/kernels/rms-norm/reference.ts", () => ({ rmsNormReference: zeros }));
vi.mock("../../src/gpu/kernels/softmax/reference.ts", () => ({ softmaxReference: zeros }));

const width = 61;
const x = { data: new Float32Array(width).fill(1), shape: [1, width] };
const ones = new Float32Array(width).fill(1);

test.each([
  ["layerNorm", () => layerNorm(x, ones, ones)],
  ["rmsNorm", () => rmsNorm(x, ones)],
  ["softmax", () => softmax(x)],
])("%s is refused, each time", async (name, run) => {
  await expect(run()).rejects.toThrow(KernelCheckError);
  await expect(run()).rejects.toThrow(`No kernel for ${name} agrees with its reference`);
});
