/** What `devices` means on a machine with such GPUs, and what it must not be. */
import { describe, expect, test } from "vitest";
import { checkDevices, chosenDevices } from "../../src/devices/device-list.ts";
import { EmbeddingModel, GpuUnavailableError, InvalidArgumentError, Reranker } from "../../src/index.ts";
import type { LoadOptions } from "../../src/options.ts";
import { tinyModelFolder } from "../support/goldens.ts";

const gpu = (index: number) => ({
  index,
  name: "NVIDIA H200",
  busAddress: `0000:0${index + 1}:00.0`,
  deviceFiles: [`/dev/nvidia${index}`],
  adapterName: null,
});

describe("devices of a machine with two GPUs", () => {
  const gpus = [gpu(0), gpu(1)];

  test.each([
    ["all" as const, ["GPU 0 (NVIDIA H200)", "GPU 1 (NVIDIA H200)"]],
    ["cpu" as const, ["the CPU"]],
    [[1], ["GPU 1 (NVIDIA H200)"]],
    [
      [1, 0, "cpu" as const],
      ["GPU 1 (NVIDIA H200)", "GPU 0 (NVIDIA H200)", "the CPU"],
    ],
    [
      [0, 0],
      ["GPU 0 (NVIDIA H200)", "GPU 0 (NVIDIA H200)"],
    ],
  ])("%j", (devices, labels) => {
    expect(chosenDevices(devices, gpus, false).map(({ label }) => label)).toEqual(labels);
  });

  test("a number that no GPU has is an error that lists those there are", () => {
    expect(() => chosenDevices([2], gpus, false)).toThrow(
      new GpuUnavailableError(
        "There is no GPU 2 here. GPUs that have a driver: GPU 0 (NVIDIA H200), GPU 1 (NVIDIA H200).",
      ),
    );
  });
});

test("without a GPU nothing falls back: all is an error, and a software adapter counts where it is admitted", () => {
  expect(() => chosenDevices("all", [], false)).toThrow(GpuUnavailableError);
  expect(() => chosenDevices([0], [], false)).toThrow("There is no GPU 0 here. GPUs that have a driver: none.");
  expect(chosenDevices("all", [], true)).toEqual([{ label: "GPU 0 (a software adapter)", gpu: null, device: "gpu" }]);
});

test.each([
  [[], "devices is"],
  [[-1], "devices is the number -1"],
  [[0.5], "devices is the number 0.5"],
  [["gpu"], "devices is"],
  ["gpu", "devices is"],
  [Array.from({ length: 65 }, () => 0), "devices is"],
])("%j is refused", (devices, message) => {
  const options = { devices } as unknown as LoadOptions;
  expect(() => checkDevices(options)).toThrow(InvalidArgumentError);
  expect(() => checkDevices(options)).toThrow(message);
});

test("what belongs to this process alone does not go with it", async () => {
  expect(() => checkDevices({ devices: "cpu", device: "cpu" })).toThrow('device is "cpu", and devices was given, too.');
  expect(() => checkDevices({ devices: "cpu", onBatch: () => undefined })).toThrow("onBatch belongs to this process");
  const load = Reranker.load(tinyModelFolder("bert-reranker-1"), { devices: "cpu" } as object);
  await expect(load).rejects.toThrow("devices was given; a reranker has no use for it");
});

test("one device that nothing must be hidden from runs in this process", async () => {
  const model = await EmbeddingModel.load(tinyModelFolder("bert"), { devices: "cpu", onNotice: () => undefined });
  expect(model.info()).toMatchObject({ device: "cpu", thread: "own" });
  await model.close();
});
