/** metal-candle/ops and the activations against PyTorch's numbers (goldens/ops.safetensors), constant rows at eps 1e-12 included. */
import { beforeAll, describe, expect, test } from "vitest";
import { InvalidArgumentError } from "../src/errors.ts";
import { openGpu, type GpuContext } from "../src/gpu/device/context.ts";
import { activationGrid, activationProgram } from "./support/activation-program.ts";
import { runProgram } from "../src/gpu/prove/run-program.ts";
import type { KernelActivation } from "../src/gpu/wgsl/activations.ts";
import { layerNorm, rmsNorm, softmax } from "../src/ops.ts";
import { floats, readGolden } from "./support/goldens.ts";

const golden = readGolden("ops.safetensors");
let context: GpuContext;

beforeAll(async () => {
  context = await openGpu(true);
});

/** Largest |got − want| / max(1, |want|). */
function worst(got: ArrayLike<number>, want: ArrayLike<number>): number {
  expect(got.length).toBe(want.length);
  let largest = 0;
  for (let i = 0; i < want.length; i++) {
    const difference = Math.abs(got[i] - want[i]) / Math.max(1, Math.abs(want[i]));
    largest = difference <= largest ? largest : Number.isNaN(difference) ? Infinity : difference;
  }
  return largest;
}

const widths = [1, 7, 32, 64, 384, 768, 1000, 1024, 4096];

describe.each(widths)("rows of %d", (width) => {
  test.each(["1e-12", "1e-05"])("layerNorm, eps %s", async (eps) => {
    const name = `layer_norm_${width}_${eps}`;
    const x = { data: floats(golden, `${name}.x`), shape: [9, width] };
    const y = await layerNorm(x, floats(golden, `${name}.weight`), floats(golden, `${name}.bias`), {
      eps: Number(eps),
    });
    expect(worst(y.data, floats(golden, `${name}.y`))).toBeLessThan(1e-5);
  });

  test("rmsNorm", async () => {
    const name = `rms_norm_${width}`;
    const x = { data: floats(golden, `${name}.x`), shape: [9, width] };
    const y = await rmsNorm(x, floats(golden, `${name}.weight`), { eps: 1e-6 });
    expect(worst(y.data, floats(golden, `${name}.y`))).toBeLessThan(1e-5);
  });

  test("softmax", async () => {
    const y = await softmax({ data: floats(golden, `softmax_${width}.x`), shape: [9, width] });
    expect(worst(y.data, floats(golden, `softmax_${width}.y`))).toBeLessThan(1e-5);
  });
});

test.each([
  ["gelu", "gelu", 1e-6],
  ["gelu_tanh", "gelu_tanh", 1e-6],
  ["relu", "relu", 0],
  ["tanh", "tanh", 1e-6],
  ["silu", "silu", 1e-6],
  ["gelu", "gelu_fitted", 4e-6],
] as const)("%s as %s within %d", async (name, activation: KernelActivation, tolerance) => {
  const x = floats(golden, `${name}.x`);
  const padded = new Float32Array(Math.ceil(x.length / 4) * 4);
  padded.set(x);
  const bytes = await runProgram(context, activationProgram(activation), [padded], 0, activationGrid(padded.length));
  expect(worst(new Float32Array(bytes, 0, x.length), floats(golden, `${name}.y`))).toBeLessThanOrEqual(tolerance);
});

test("works on a GPU buffer in place", async () => {
  const { device } = context;
  const data = Float32Array.of(0, 1, 2, 3, 5, 5, 5, 5);
  const buffer = device.createBuffer({ size: data.byteLength, usage: 128 | 8 | 4 });
  const readback = device.createBuffer({ size: data.byteLength, usage: 1 | 8 });
  device.queue.writeBuffer(buffer, 0, data);
  const tensor = { buffer, device, shape: [2, 4] };
  expect(await softmax(tensor)).toBe(tensor);
  const encoder = device.createCommandEncoder();
  encoder.copyBufferToBuffer(buffer, 0, readback, 0, data.byteLength);
  device.queue.submit([encoder.finish()]);
  await readback.mapAsync(1);
  const result = [...new Float32Array(readback.getMappedRange())];
  expect(worst(result, [0.0320586, 0.0871443, 0.2368828, 0.6439143, 0.25, 0.25, 0.25, 0.25])).toBeLessThan(1e-6);
  buffer.destroy();
  readback.destroy();
});

test("shapes that disagree are errors that say so", async () => {
  const x = { data: new Float32Array(6), shape: [2, 3] };
  await expect(layerNorm(x, new Float32Array(2), new Float32Array(3))).rejects.toThrow(
    "weight has 2 elements; x has rows of 3.",
  );
  await expect(softmax({ data: new Float32Array(5), shape: [2, 3] })).rejects.toThrow(InvalidArgumentError);
});
