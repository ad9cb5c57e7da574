/**
 * What the operations refuse, and what goes wrong on a device: WebGPU tells neither in a promise of its own. Their numbers are in
 * ../ops.test.ts.
 */
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { openWebGpu } from "#platform/webgpu";
import { openGpu } from "../../src/gpu/device/context.ts";
import { DeviceLostError, InvalidArgumentError } from "../../src/index.ts";
import { layerNorm, rmsNorm, softmax, type GpuTensor, type HostTensor } from "../../src/ops.ts";

const usage = { storage: 128, copySource: 4, copyTarget: 8, mapRead: 1 };
const shape = [2, 4];

async function newDevice(): Promise<GPUDevice> {
  const adapter = await (await openWebGpu()).gpu!.requestAdapter();
  return adapter!.requestDevice();
}

/** Every operation over x. */
const operations: [string, (x: HostTensor | GpuTensor) => Promise<unknown>][] = [
  ["layerNorm", (x) => layerNorm(x, new Float32Array(4).fill(1), new Float32Array(4))],
  ["rmsNorm", (x) => rmsNorm(x, new Float32Array(4).fill(1))],
  ["softmax", (x) => softmax(x)],
];

describe.each(operations)("%s over a buffer", (name, run) => {
  let device: GPUDevice;
  const uncaptured: string[] = [];
  beforeAll(async () => {
    device = await newDevice();
    device.addEventListener("uncapturederror", ({ error }) => uncaptured.push(error.message));
  });
  afterAll(() => device.destroy());
  const buffer = (bits: number, size = 32): GPUBuffer => device.createBuffer({ size, usage: bits });

  test("works where it is for storage", async () => {
    const tensor = { buffer: buffer(usage.storage), shape, device };
    expect(await run(tensor)).toBe(tensor);
  });

  const wrong: [string, () => unknown, string][] = [
    ["without STORAGE", () => buffer(usage.copyTarget), "x.buffer has usage 8, without STORAGE (128)"],
    ["that is too small", () => buffer(usage.storage, 16), "x has shape [2, 4], which is 8 elements, but holds 4."],
    ["that is not a buffer", () => new ArrayBuffer(32), "x.buffer is an object; it must be a GPUBuffer."],
    [
      "that is destroyed",
      () => {
        const gone = buffer(usage.storage);
        gone.destroy();
        return gone;
      },
      `${name} cannot run on x.buffer, which must be a storage buffer of x.device, neither mapped nor destroyed: `,
    ],
    [
      "that is mapped",
      () => device.createBuffer({ size: 32, usage: usage.storage, mappedAtCreation: true }),
      `${name} cannot run on x.buffer`,
    ],
  ];
  test.each(wrong)("refuses one %s", async (_, make, message) => {
    const running = run({ buffer: make() as GPUBuffer, shape, device });
    await expect(running).rejects.toThrow(InvalidArgumentError);
    await expect(running).rejects.toThrow(message);
  });

  test("refuses a buffer of another device, and a device that is not one", async () => {
    const other = await newDevice();
    const foreign = other.createBuffer({ size: 32, usage: usage.storage });
    await expect(run({ buffer: foreign, shape, device })).rejects.toThrow(`${name} cannot run on x.buffer`);
    other.destroy();
    const none = { buffer: buffer(usage.storage), shape, device: {} as GPUDevice };
    await expect(run(none)).rejects.toThrow("x.device is an object; it must be a GPUDevice");
    await expect(run({ ...none, device: undefined as unknown as GPUDevice })).rejects.toThrow(InvalidArgumentError);
  });

  test("says that its device is lost, before its first operation and after", async () => {
    const lost = await newDevice();
    const tensor = { buffer: lost.createBuffer({ size: 32, usage: usage.storage }), shape, device: lost };
    await run(tensor);
    lost.destroy();
    await expect(run(tensor)).rejects.toThrow(DeviceLostError);
    const never = await newDevice();
    const other = { buffer: never.createBuffer({ size: 32, usage: usage.storage }), shape, device: never };
    never.destroy();
    await expect(run(other)).rejects.toThrow(DeviceLostError);
  });

  test("refuses more than the device binds", async () => {
    const rows = device.limits.maxStorageBufferBindingSize / 16 + 1;
    const large = buffer(usage.storage, rows * 16);
    await expect(run({ buffer: large, shape: [rows, 4], device })).rejects.toThrow(/binds at most \d+ at once/);
    large.destroy();
  });

  test("has told all of this by its promises, and nothing on the side", () => expect(uncaptured).toEqual([]));
});

describe.each(operations)("%s over an array", (_, run) => {
  test("says that the device was lost meanwhile, and works on the next one", async () => {
    const x = { data: new Float32Array(8).fill(1), shape };
    await run(x);
    const { device } = await openGpu(true);
    const destroy = vi.spyOn(device, "createCommandEncoder").mockImplementationOnce(() => {
      destroy.mockRestore();
      device.destroy();
      return device.createCommandEncoder();
    });
    await expect(run(x)).rejects.toThrow(DeviceLostError);
    expect(await run(x)).toMatchObject({ shape });
  });

  test.each([null, 5, {}, { shape }, { data: new Float32Array(8) }])("refuses %j", async (x) => {
    await expect(run(x as unknown as HostTensor)).rejects.toThrow(InvalidArgumentError);
  });
});

describe.each([Number.NaN, Infinity, -1, 1e300, "1", null])("an eps of %j", (given) => {
  const eps = given as number;
  const x = { data: new Float32Array(8), shape };
  test("is refused", async () => {
    const ones = new Float32Array(4).fill(1);
    const message = `eps is ${eps}; it must be a finite number of at least 0`;
    await expect(layerNorm(x, ones, ones, { eps })).rejects.toThrow(message);
    await expect(rmsNorm(x, ones, { eps })).rejects.toThrow(message);
    await expect(rmsNorm(x, ones, { eps })).rejects.toThrow(InvalidArgumentError);
  });
});

test("parameters and options of another kind are refused", async () => {
  const x = { data: new Float32Array(8), shape };
  const ones = new Float32Array(4).fill(1);
  await expect(layerNorm(x, ones, null as unknown as Float32Array)).rejects.toThrow("bias is null; it must be");
  await expect(rmsNorm(x, ones, null as unknown as object)).rejects.toThrow("The options are null");
  await expect(softmax(x, null as unknown as object)).rejects.toThrow("The options are null");
});
