/** A GPUDevice that the caller made, for example a page that also draws with it: its own errors are its own, and nothing is left on it. */
import { afterEach, expect, test, vi } from "vitest";
import { describeGpu } from "@ferris/testing";
import { openWebGpu } from "#platform/webgpu";
import { DeviceLostError, EmbeddingModel } from "../../../src/index.ts";
import { adoptDevice } from "../../../src/gpu/device/context.ts";
import { GpuVectors } from "../../../src/vectors.ts";
import { tinyModelFolder } from "../../support/goldens.ts";

const texts = ["a text", "another one", "and a third"];
const load = (gpuDevice: GPUDevice): Promise<EmbeddingModel> =>
  EmbeddingModel.load(tinyModelFolder("bert"), { device: "gpu", dtype: "f32", gpuDevice, onNotice: () => undefined });

async function newDevice(): Promise<GPUDevice> {
  const adapter = await (await openWebGpu()).gpu!.requestAdapter();
  return adapter!.requestDevice();
}

afterEach(() => vi.restoreAllMocks());

describeGpu("an adopted device", () => {
  test("outlives the caller's own uncaptured errors", async () => {
    const device = await newDevice();
    const model = await load(device);
    const vectors = await GpuVectors.open({ dimensions: 4, gpuDevice: device });
    await vectors.write(0, Float32Array.of(1, 0, 0, 0, 0, 1, 0, 0));
    const expected = await model.embed(texts);
    const heard = new Promise<string>((resolve) => {
      device.addEventListener("uncapturederror", ({ error }) => resolve(error.message), { once: true });
    });
    // Storage and reading by the host do not go together.
    device.createBuffer({ size: 16, usage: 128 | 1 });
    expect(await heard).toContain("usage");
    expect((await model.embed(texts)).data).toEqual(expected.data);
    expect(await vectors.nearest([0, 1, 0, 0], 1)).toMatchObject([{ slot: 1 }]);
    await model.close();
    await vectors.close();
    device.destroy();
  });

  test("has one context for all that use it: no listener is left, and no kernel compiled twice", async () => {
    const device = await newDevice();
    const listening = vi.spyOn(device, "addEventListener");
    const first = await load(device);
    await first.embed(texts);
    const compiled = first.stats().gpu!.pipelinesCompiled;
    await first.close();
    const second = await load(device);
    await second.embed(texts);
    expect(second.stats().gpu!.pipelinesCompiled).toBe(compiled);
    await second.close();
    expect(listening).not.toHaveBeenCalled();
    expect((await adoptDevice(device, "device")).allocations).toEqual({ buffers: 0, bytes: 0 });
    device.destroy();
  });

  test("is lost by an error of our own calls", async () => {
    const device = await newDevice();
    const model = await load(device);
    await model.embed(texts);
    // What a mistake of ours in a batch would be.
    const encoder = device.createCommandEncoder.bind(device);
    vi.spyOn(device, "createCommandEncoder").mockImplementation((descriptor) => {
      const broken = encoder(descriptor);
      broken.popDebugGroup();
      return broken;
    });
    await expect(model.embed(texts)).rejects.toThrow(DeviceLostError);
    await model.close();
    device.destroy();
  });
});
