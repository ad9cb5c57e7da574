/** When a device is lost: what is tried again, what is freed, and what a caller is told. */
import { afterEach, expect, test, vi } from "vitest";
import { describeGpu } from "@ferris/testing";
import { openWebGpu } from "#platform/webgpu";
import { EmbeddingModel } from "../../../src/embedding-model.ts";
import { GpuUnavailableError } from "../../../src/errors.ts";
import { openGpu } from "../../../src/gpu/device/context.ts";
import { tinyModelFolder } from "../../support/goldens.ts";

const texts = ["a text", "another one", "and a third"];
const load = () =>
  EmbeddingModel.load(tinyModelFolder("bert"), {
    device: "gpu",
    allowSoftwareAdapter: true,
    onNotice: () => undefined,
  });

afterEach(() => vi.restoreAllMocks());

describeGpu("a lost device", () => {
  test("that cannot be reopened is tried again by the next call, and closing still works", async () => {
    const model = await load();
    const expected = await model.embed(texts);
    const { device } = await openGpu(true);
    const { gpu } = await openWebGpu();
    vi.spyOn(Object.getPrototypeOf(gpu) as GPU, "requestAdapter").mockResolvedValueOnce(null);
    device.destroy();
    await device.lost;
    await expect(model.embed(texts)).rejects.toThrow(GpuUnavailableError);
    expect((await model.embed(texts)).data).toEqual(expected.data);
    expect(model.stats().gpu!.deviceReopened).toBe(1);
    await model.close();

    const closed = await load();
    const again = await openGpu(true);
    vi.spyOn(Object.getPrototypeOf(gpu) as GPU, "requestAdapter").mockResolvedValueOnce(null);
    again.device.destroy();
    await again.device.lost;
    await expect(closed.embed(texts)).rejects.toThrow(GpuUnavailableError);
    await closed.close();
    expect(again.allocations).toEqual({ buffers: 0, bytes: 0 });
  });

  test("that is there but not to be trusted gives its memory back", async () => {
    const model = await load();
    const expected = await model.embed(texts);
    const before = await openGpu(true);
    // What a row of another batch leads to.
    before.loss.reason = "rows came back that are not this batch's";
    expect((await model.embed(texts)).data).toEqual(expected.data);
    expect(before.allocations).toEqual({ buffers: 0, bytes: 0 });
    expect((await before.device.lost).reason).toBe("destroyed");
    await model.close();
    expect((await openGpu(true)).allocations).toEqual({ buffers: 0, bytes: 0 });
  });
});
