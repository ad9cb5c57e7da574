/** A batch in several submits: what keeps a GPU from its display for too long is cut between dispatches, and nothing else changes. */
import { afterEach, expect, test, vi } from "vitest";
import { describeGpu } from "@ferris/testing";
import { EmbeddingModel } from "../../../src/embedding-model.ts";
import { openGpu } from "../../../src/gpu/device/context.ts";
import { WaitPolicy } from "../../../src/gpu/run/wait-policy.ts";
import { tinyModelFolder } from "../../support/goldens.ts";

// One, so that it is one batch whatever the budget.
const texts = ["a text that is longer than a word"];

afterEach(() => vi.restoreAllMocks());

describeGpu("submits", () => {
  test("a real GPU's batch goes whole, in parts where it takes long, by layers where nobody knows, with the same bits", async () => {
    const { device, report } = await openGpu(true);
    const options = { device: "gpu", dtype: "f32", allowSoftwareAdapter: true, onNotice: () => undefined } as const;
    const plain = await EmbeddingModel.load(tinyModelFolder("bert"), options);
    const expected = await plain.embed(texts);
    await plain.close();
    const model = await EmbeddingModel.load(tinyModelFolder("bert"), options);
    const submit = vi.spyOn(device.queue, "submit");
    // The adapter at hand, taken for a real one.
    const pretended = report as { software: boolean };
    pretended.software = false;
    const predicted = vi.spyOn(WaitPolicy.prototype, "milliseconds");
    try {
      for (const [milliseconds, submits] of [
        [null, 2],
        [1, 1],
        [95, 3],
        [1e6, model.stats().gpu!.dispatchesPerBatch],
      ] as const) {
        predicted.mockReturnValue(milliseconds);
        submit.mockClear();
        expect((await model.embed(texts)).data).toEqual(expected.data);
        expect(submit).toHaveBeenCalledTimes(submits);
      }
      const { batches, dispatches, dispatchesPerBatch } = model.stats().gpu!;
      expect(dispatches).toBe(batches * dispatchesPerBatch);
    } finally {
      pretended.software = true;
      await model.close();
    }
  });

  test("a driver that loses one of a batch's submits gives no other vectors: the batch runs again", async () => {
    const options = { device: "gpu", dtype: "f32", allowSoftwareAdapter: true, onNotice: () => undefined } as const;
    const model = await EmbeddingModel.load(tinyModelFolder("bert"), options);
    const expected = await model.embed(texts);
    // What lies in the arena afterwards is of this text.
    await model.embed(["another text, and longer than that one"]);
    const { device, report } = await openGpu(true);
    const pretended = report as { software: boolean };
    pretended.software = false;
    vi.spyOn(WaitPolicy.prototype, "milliseconds").mockReturnValue(95);
    vi.spyOn(device.queue, "submit").mockImplementationOnce(() => undefined);
    try {
      expect((await model.embed(texts)).data).toEqual(expected.data);
      expect(model.stats().gpu!.deviceReopened).toBe(1);
    } finally {
      pretended.software = true;
      await model.close();
    }
  });

  test("a batch is on the device before the next one is packed", async () => {
    const events: string[] = [];
    const model = await EmbeddingModel.load(tinyModelFolder("bert"), {
      device: "gpu",
      dtype: "f32",
      allowSoftwareAdapter: true,
      tokenBudget: 64,
      maxLength: 16,
      onBatch: () => void events.push("packed"),
      onNotice: () => undefined,
    });
    const { device } = await openGpu(true);
    const submit = device.queue.submit.bind(device.queue);
    vi.spyOn(device.queue, "submit").mockImplementation((buffers) => {
      events.push("submitted");
      submit(buffers);
    });
    await model.embed(Array.from({ length: 30 }, () => "some words"));
    expect(events.slice(0, 4)).toEqual(["packed", "submitted", "packed", "submitted"]);
    await model.close();
  });
});
